import { KIND_MASK } from './entry-arena.ts'
import type { SortableParts } from './part-entries.ts'
import type { SortAlphabet } from './sort-alphabet.ts'

/** Up to this many equal prefixes, comparing beats making keys. */
const SMALL_GROUP = 20

/**
 * A sort key packs some characters of a value above the number of its entry into 64 bits, so that the runtime's own
 * sort of a `BigUint64Array` does the work and no BigInt is ever made. `high` characters stand on top, `low` ones
 * below them, each a number to the base of the alphabet, so that 32-bit arithmetic makes both.
 */
interface KeyShape {
  readonly codes: Uint8Array
  readonly base: number
  readonly high: number
  readonly low: number
  readonly lowBits: number
  readonly indexBits: number
}

interface Sorting extends KeyShape {
  readonly bytes: Uint8Array
  readonly slots: Uint32Array
  /** The numbers of the entries, and of the first of them: keys have what is above it. */
  readonly order: Uint32Array
  readonly first: number
}

/** Set in an item of the order whose value is that of the item before. */
export const SAME_VALUE = 0x8000_0000
/** What is left of an item without it. */
export const ENTRY_NUMBER = ~SAME_VALUE

/**
 * Gives the numbers of the entries of a part ordered bytewise by value, then by kind, then as they came; with `SAME_VALUE` where a
 * value comes again. This is the order of their lines, for the TAB behind a value sorts below every byte of one.
 */
export function sortPart(
  { bytes, slots, starts, depth, alphabet }: SortableParts,
  part: number,
): Uint32Array {
  const first = starts[part] ?? 0
  const order = new Uint32Array((starts[part + 1] ?? 0) - first)
  for (let i = 0; i < order.length; i++) order[i] = first + i
  const sorting = { ...keyShape(alphabet, order.length), bytes, slots, order, first }
  if (order.length <= SMALL_GROUP) sortByComparing(sorting, 0, order.length, depth)
  else sortByKeys(sorting, 0, order.length, depth)
  return order
}

function keyShape({ codes, base }: SortAlphabet, count: number): KeyShape {
  // 22 bits hold 4 characters of names or 3 of others; at least 12 for the index keep all shifts positive.
  const high = Math.floor(22 / Math.log2(base))
  const highBits = Math.ceil(high * Math.log2(base))
  const indexBits = Math.max(12, 32 - Math.clz32(count))
  const low = Math.floor(Math.min(30, 64 - highBits - indexBits) / Math.log2(base))
  return { codes, base, high, low, lowBits: Math.ceil(low * Math.log2(base)), indexBits }
}

/** Sorts `order[from, to)`, whose values agree in their first `depth` bytes. */
function sortByKeys(sorting: Sorting, from: number, to: number, depth: number): void {
  const keys = new BigUint64Array(to - from)
  const words = new Uint32Array(keys.buffer)
  fillKeys(sorting, words, from, depth)
  keys.sort()
  const { order, first, indexBits } = sorting
  const indexMask = 2 ** indexBits - 1
  for (let i = from, word = 0; i < to; i++, word += 2) {
    order[i] = first + ((words[word] ?? 0) & indexMask)
  }
  sortTies(sorting, words, from, depth)
}

// Runtimes for Node are little-endian: word 0 of a key is its low half.
function fillKeys(sorting: Sorting, words: Uint32Array, from: number, depth: number): void {
  const { bytes, slots, order, first, codes, base, high, low, lowBits, indexBits } = sorting
  const highShift = lowBits + indexBits - 32
  const lowShift = 32 - indexBits
  for (let word = 0, i = from; word < words.length; word += 2, i++) {
    const index = order[i] ?? 0
    const end = slots[2 * index + 2] ?? 0
    let at = (slots[2 * index] ?? 0) + depth
    let top = 0
    for (let k = 0; k < high; k++, at++) {
      top = top * base + (at < end ? (codes[bytes[at] ?? 0] ?? 0) : 0)
    }
    let bottom = 0
    for (let k = 0; k < low; k++, at++) {
      bottom = bottom * base + (at < end ? (codes[bytes[at] ?? 0] ?? 0) : 0)
    }
    words[word] = (bottom << indexBits) | (index - first)
    words[word + 1] = (top << highShift) | (bottom >>> lowShift)
  }
}

/** Sorts each run of equal keys by what follows in the values. */
function sortTies(sorting: Sorting, words: Uint32Array, from: number, depth: number): void {
  const { indexBits, base, high, low, lowBits } = sorting
  const last = words.length
  const lowMask = 2 ** lowBits - 1
  for (let start = 0; start < last;) {
    const head = words[start + 1] ?? 0
    const tail = (words[start] ?? 0) >>> indexBits
    let end = start + 2
    while (end < last && words[end + 1] === head && (words[end] ?? 0) >>> indexBits === tail) {
      end += 2
    }
    if (end - start > 2) {
      const bottom = ((head << (32 - indexBits)) | tail) & lowMask
      const a = from + start / 2
      const b = from + end / 2
      // The last character is code 0: the values have ended, and are equal.
      if (bottom % base === 0) sortByKind(sorting, a, b)
      else if (b - a <= SMALL_GROUP) sortByComparing(sorting, a, b, depth + high + low)
      else sortByKeys(sorting, a, b, depth + high + low)
    }
    start = end
  }
}

/** Insertion sort, stable: for a handful of values that agree in their first `depth` bytes. */
function sortByComparing(sorting: Sorting, from: number, to: number, depth: number): void {
  const { order } = sorting
  for (let i = from + 1; i < to; i++) {
    const index = order[i] ?? 0
    let hole = i
    for (; hole > from; hole--) {
      const before = order[hole - 1] ?? 0
      if (compareValues(sorting, before, index, depth) <= 0) break
      order[hole] = before
    }
    order[hole] = index
  }
  for (let i = to - 1; i > from; i--) {
    const index = order[i] ?? 0
    if (compareBytes(sorting, order[i - 1] ?? 0, index, depth) === 0) order[i] = index | SAME_VALUE
  }
}

function compareValues(sorting: Sorting, a: number, b: number, depth: number): number {
  return compareBytes(sorting, a, b, depth) || kindOf(sorting, a) - kindOf(sorting, b)
}

function kindOf({ slots }: Sorting, index: number): number {
  return (slots[2 * index + 1] ?? 0) & KIND_MASK
}

function compareBytes({ bytes, slots }: Sorting, a: number, b: number, depth: number): number {
  const aEnd = slots[2 * a + 2] ?? 0
  const bEnd = slots[2 * b + 2] ?? 0
  let i = (slots[2 * a] ?? 0) + depth
  let j = (slots[2 * b] ?? 0) + depth
  for (; i < aEnd && j < bEnd; i++, j++) {
    const difference = (bytes[i] ?? 0) - (bytes[j] ?? 0)
    if (difference !== 0) return difference
  }
  return aEnd - i - (bEnd - j)
}

/** Equal values, perhaps very many of them: one pass to count the kinds and one to place them. */
function sortByKind(sorting: Sorting, from: number, to: number): void {
  const { order } = sorting
  const run = order.slice(from, to)
  const places = new Uint32Array(KIND_MASK + 2)
  const place = (kind: number, step: number): number => {
    const at = places[kind] ?? 0
    places[kind] = at + step
    return at
  }
  for (const index of run) place(kindOf(sorting, index) + 1, 1)
  for (let kind = 1; kind < places.length; kind++) place(kind, places[kind - 1] ?? 0)
  for (const index of run) order[from + place(kindOf(sorting, index), 1)] = index | SAME_VALUE
  order[from] = (order[from] ?? 0) & ~SAME_VALUE
}
