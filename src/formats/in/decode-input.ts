const UTF8_BOM = [0xef, 0xbb, 0xbf]

/**
 * The input as UTF-8 without a byte order mark. UTF-16 is decoded when a mark says that it is; without one nothing is
 * guessed, and `refuse-non-list.ts` refuses its zero bytes.
 */
export function* decodeInput(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const iterator = chunks[Symbol.iterator]()
  const head = readHead(iterator)
  const rest = { [Symbol.iterator]: () => iterator }
  if (startsWith(head, [0xff, 0xfe])) yield* transcode('utf-16le', head, rest)
  else if (startsWith(head, [0xfe, 0xff])) yield* transcode('utf-16be', head, rest)
  else {
    const body = startsWith(head, UTF8_BOM) ? head.subarray(UTF8_BOM.length) : head
    if (body.length > 0) yield body
    yield* rest
  }
}

/** The first chunk, made longer where it is too short to hold a mark. */
function readHead(iterator: Iterator<Uint8Array>): Uint8Array {
  let head = new Uint8Array(0)
  while (head.length < UTF8_BOM.length) {
    const next = iterator.next()
    if (next.done === true) break
    const isEnough = head.length === 0 && next.value.length >= UTF8_BOM.length
    head = isEnough ? plainBytes(next.value) : concat(head, next.value)
  }
  return head
}

/** A `Buffer` as what it is beneath: the scanning loops stay fast while they see one type only. */
function plainBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length)
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, i) => bytes[i] === byte)
}

function* transcode(
  encoding: 'utf-16le' | 'utf-16be',
  head: Uint8Array,
  rest: Iterable<Uint8Array>,
): Generator<Uint8Array> {
  // The decoder drops the mark itself.
  const decoder = new TextDecoder(encoding)
  const encoder = new TextEncoder()
  yield encoder.encode(decoder.decode(head, { stream: true }))
  for (const chunk of rest) yield encoder.encode(decoder.decode(chunk, { stream: true }))
  yield encoder.encode(decoder.decode())
}
