import { createReadStream } from 'node:fs'
import { createGunzip, gunzipSync } from 'node:zlib'
import { Fault } from '../core/fault.ts'

/** What `bytes` are after decompression: exactly `rawLength` of them. Throws `delta/invalid`. */
export function unpackDelta(bytes: Buffer, rawLength: number): Buffer {
  let raw: Buffer
  try {
    raw = gunzipSync(bytes, { maxOutputLength: Math.max(rawLength, 1) })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('delta/invalid', `expected gzip of ${rawLength} bytes, got: ${why}`, { cause })
  }
  if (raw.length === rawLength) return raw
  throw new Fault(
    'delta/invalid',
    `expected ${rawLength} bytes after decompression, got ${raw.length}`,
  )
}

/**
 * The decompressed bytes of the file at `path`, piece by piece: exactly `rawLength` of them, for a few kilobytes can be made to
 * unpack to terabytes (`docs/spec/snapshot.md` §4). Throws `snapshot/invalid`, after at most `rawLength` bytes.
 */
export async function* unpackSnapshot(
  path: string,
  rawLength: number,
): AsyncGenerator<Buffer, void, undefined> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  const gunzip = createGunzip({ chunkSize: 1 << 20 })
  file.on('error', (error) => gunzip.destroy(error))
  let length = 0
  try {
    for await (const piece of file.pipe(gunzip) as AsyncIterable<Buffer>) {
      length += piece.length
      if (length > rawLength) throw wrongLength(rawLength, 'more')
      yield piece
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))) {
      throw cause
    }
    throw new Fault('snapshot/invalid', `expected gzip, got: ${cause.message}`, { cause })
  } finally {
    file.destroy()
    gunzip.destroy()
  }
  if (length < rawLength) throw wrongLength(rawLength, String(length))
}

function wrongLength(rawLength: number, got: string): Fault {
  return new Fault(
    'snapshot/invalid',
    `expected ${rawLength} bytes after decompression, got ${got}`,
  )
}
