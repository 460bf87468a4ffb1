/** Types of records that zones here have (RFC 1035 §3.2.2, RFC 3596, RFC 8976). */
export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, ZONEMD: 63 } as const

const CLASS_IN = 1
/** The owner that is the zone's name: a pointer to that of the question, and the end of every other owner. */
export const APEX = Uint8Array.of(0xc0, 0x0c)
const POINTER = 0xc0

/** A name in full, as on the wire. `text` without a dot at the end. */
export function encodeName(text: string): Uint8Array {
  return concat(...(text === '' ? [] : text.split('.')).map(encodeLabel), Uint8Array.of(0))
}

/** The owner `labels` below the zone: `text` relative to it, or empty for the zone itself. */
export function encodeOwner(text: string): Uint8Array {
  return concat(...(text === '' ? [] : text.split('.')).map(encodeLabel), APEX)
}

function encodeLabel(label: string): Uint8Array {
  return concat(Uint8Array.of(label.length), encodeText(label))
}

/** A character string (RFC 1035 §3.3). */
export const encodeString = encodeLabel

export function encodeText(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

/** What follows an owner: type, class, TTL, data with its length. */
export function encodeTail(type: number, ttl: number, data: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(10))
  head.setUint16(0, type)
  head.setUint16(2, CLASS_IN)
  head.setUint32(4, ttl)
  head.setUint16(8, data.length)
  return concat(new Uint8Array(head.buffer), data)
}

export function encodeNumbers(...numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * numbers.length))
  numbers.forEach((number, i) => view.setUint32(4 * i, number))
  return new Uint8Array(view.buffer)
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Where the record that begins at `start` ends. */
export function recordEnd(bytes: Uint8Array, start: number): number {
  const tail = ownerEnd(bytes, start)
  return tail + 10 + (((bytes[tail + 8] ?? 0) << 8) | (bytes[tail + 9] ?? 0))
}

/** Where the owner that begins at `start` ends, pointer included. */
export function ownerEnd(bytes: Uint8Array, start: number): number {
  let at = start
  for (let length = bytes[at] ?? POINTER; length !== POINTER; length = bytes[at] ?? POINTER) {
    at += length + 1
  }
  return at + 2
}

const labelsA = new Uint32Array(128)
const labelsB = new Uint32Array(128)

/**
 * The canonical order of two records (RFC 4034 §6): by owner from its last label on, by type, by data; then by TTL, so that only
 * equal records are equal. Negative, zero or positive.
 */
// eslint-disable-next-line max-params -- spans instead of views: this runs for every record of a difference
export function compareRecords(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const countA = findLabels(a, aStart, labelsA)
  const countB = findLabels(b, bStart, labelsB)
  for (let i = 1; i <= countA && i <= countB; i++) {
    const order = compareLabels(a, labelsA[countA - i] ?? 0, b, labelsB[countB - i] ?? 0)
    if (order !== 0) return order
  }
  if (countA !== countB) return countA - countB
  const aTail = ownerEnd(a, aStart)
  const bTail = ownerEnd(b, bStart)
  return (
    compareSpans(a, aTail, aTail + 2, b, bTail, bTail + 2) ||
    compareSpans(a, aTail + 10, aEnd, b, bTail + 10, bEnd) ||
    compareSpans(a, aTail + 4, aTail + 8, b, bTail + 4, bTail + 8)
  )
}

function findLabels(bytes: Uint8Array, start: number, labels: Uint32Array): number {
  let count = 0
  let at = start
  for (let length = bytes[at] ?? POINTER; length !== POINTER; length = bytes[at] ?? POINTER) {
    labels[count++] = at
    at += length + 1
  }
  return count
}

function compareLabels(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  const aLength = a[aAt] ?? 0
  const bLength = b[bAt] ?? 0
  return compareSpans(a, aAt + 1, aAt + 1 + aLength, b, bAt + 1, bAt + 1 + bLength)
}

// eslint-disable-next-line max-params -- as above
function compareSpans(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart)
  for (let i = 0; i < length; i++) {
    const difference = (a[aStart + i] ?? 0) - (b[bStart + i] ?? 0)
    if (difference !== 0) return difference
  }
  return aEnd - aStart - (bEnd - bStart)
}
