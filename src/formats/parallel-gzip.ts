import { constants, crc32, deflateRaw } from 'node:zlib'

/**
 * One gzip member (RFC 1952) made on all threads of libuv's pool: the input is cut every `CHUNK_BYTES`, each piece is deflated by
 * itself with the 32 KiB before it as dictionary, and the pieces are joined at byte boundaries (as pigz does). Any reader of gzip
 * reads it. The same input gives the same bytes, however it is cut into blocks.
 */
const CHUNK_BYTES = 1 << 20
const WINDOW_BYTES = 1 << 15

/** Enough to keep a few cores busy while this thread does other things, few enough to keep memory small. */
const MAX_PIECES_AHEAD = 16

/** Level 2 is nearly as small as 6 on sorted lists, and three times as fast. */
const LEVEL = 2

/** RFC 1952 §2.3: magic, deflate, no flags, no time, no hints, unknown system: nothing that differs from host to host. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])

/** The gzip file of `blocks`, in pieces. Holds a few MiB; a block need hold only until the next one is asked for. */
export async function* gzipBlocks(
  blocks: Iterable<Uint8Array>,
  level = LEVEL,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield HEADER
  yield gzipTrailer(yield* deflateBlocks(blocks, level))
}

/** What a gzip trailer says of the bytes before compression. */
export interface GzipSum {
  readonly crc: number
  readonly length: number
}

/**
 * The beginning of a gzip file that starts with `head`, not compressed: its length depends on the length of `head` alone, so that
 * it can be written when all else is. `deflateBlocks` and then `gzipTrailer` of `joinSums` follow. At most 65,535 bytes.
 */
export function gzipHead(head: Uint8Array): Buffer {
  // RFC 1951 §3.2.4: one stored block, not the last, and its length twice.
  const block = Buffer.alloc(5)
  block.writeUInt16LE(head.length, 1)
  block.writeUInt16LE(0xffff - head.length, 3)
  return Buffer.concat([HEADER, block, head])
}

/** The deflated bytes of `blocks` in pieces, ended, and what the trailer says of them. */
export async function* deflateBlocks(
  blocks: Iterable<Uint8Array>,
  level = LEVEL,
): AsyncGenerator<Uint8Array, GzipSum, undefined> {
  let [crc, length] = [0, 0]
  let window: Uint8Array = new Uint8Array(0)
  const ahead: { readonly piece: Promise<Buffer>; readonly chunk: Buffer }[] = []
  // Buffers go round: fresh memory for each piece costs as much as compressing a tenth of it.
  const spare: Buffer[] = []
  try {
    for (const { chunk, isLast } of chunksOf(blocks, spare)) {
      crc = crc32(chunk, crc)
      length += chunk.length
      ahead.push({ piece: deflatePiece(chunk, { level, window, isLast }), chunk })
      window = new Uint8Array(chunk.subarray(Math.max(0, chunk.length - WINDOW_BYTES)))
      if (ahead.length <= MAX_PIECES_AHEAD) continue
      for (const done of ahead.splice(0, 1)) {
        yield await done.piece
        spare.push(done.chunk)
      }
    }
    for (const { piece } of ahead) yield await piece
  } finally {
    // When the blocks fail, what is still being compressed is let go.
    for (const { piece } of ahead) piece.catch(() => undefined)
  }
  return { crc, length }
}

/** RFC 1952 §2.3.1: the CRC and the length modulo 2³². */
export function gzipTrailer({ crc, length }: GzipSum): Buffer {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(length % 2 ** 32, 4)
  return trailer
}

/** The sum of `head` and then the bytes that `body` sums up. */
export function joinSums(head: Uint8Array, body: GzipSum): GzipSum {
  const crc = shiftCrc(crc32(head), body.length) ^ body.crc
  return { crc: crc >>> 0, length: head.length + body.length }
}

/** RFC 1952 §8: the polynomial of the CRC, reflected. */
const POLYNOMIAL = 0xedb88320

/**
 * What `crc` becomes by `length` zero bytes after it: multiplied by x^(8·length) modulo the polynomial, by squaring, as zlib's
 * crc32_combine does.
 */
function shiftCrc(crc: number, length: number): number {
  let shifted = crc
  // x^8: bit 31 is x^0 in the reflected form.
  let power = 1 << 23
  for (let rest = length; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shifted = multiply(power, shifted)
    power = multiply(power, power)
  }
  return shifted
}

/** The product of two polynomials over GF(2), reflected, modulo the polynomial of the CRC. */
function multiply(a: number, b: number): number {
  let [product, term] = [0, b]
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= term
    term = term & 1 ? (term >>> 1) ^ POLYNOMIAL : term >>> 1
  }
  return product
}

interface Piece {
  readonly level: number
  readonly window: Uint8Array
  readonly isLast: boolean
}

function deflatePiece(chunk: Uint8Array, { level, window, isLast }: Piece): Promise<Buffer> {
  const options = {
    level,
    memLevel: constants.Z_MAX_MEMLEVEL,
    // In one go, mostly: each time the output is full, a thread waits for the event loop.
    chunkSize: Math.max(1024, chunk.length >>> 1),
    finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    ...(window.length === 0 ? {} : { dictionary: window }),
  }
  return new Promise((resolve, reject) => {
    deflateRaw(chunk, options, (error, piece) => {
      if (error === null) resolve(piece)
      else reject(error)
    })
  })
}

interface Chunk {
  readonly chunk: Buffer
  readonly isLast: boolean
}

/** The bytes of `blocks`, cut every `CHUNK_BYTES`; at least one chunk, and the last one says so. Takes its memory from `spare`. */
function* chunksOf(
  blocks: Iterable<Uint8Array>,
  spare: Buffer[],
): Generator<Chunk, void, undefined> {
  const fresh = (): Buffer => spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
  let chunk = fresh()
  let filled = 0
  for (const block of blocks) {
    for (let from = 0; from < block.length;) {
      if (filled === CHUNK_BYTES) {
        yield { chunk, isLast: false }
        chunk = fresh()
        filled = 0
      }
      const part = block.subarray(from, from + CHUNK_BYTES - filled)
      chunk.set(part, filled)
      filled += part.length
      from += part.length
    }
  }
  yield { chunk: chunk.subarray(0, filled), isLast: true }
}
