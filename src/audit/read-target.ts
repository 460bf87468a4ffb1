import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createGunzip } from 'node:zlib'
import { parseDelta, type Delta } from '../core/delta.ts'
import { Fault } from '../core/fault.ts'
import { targetPath } from '../core/layout.ts'
import { MAX_DELTA_BYTES, MAX_RAW_BYTES, MAX_TARGET_BYTES } from './limits.ts'
import { isCount } from './list-facts.ts'
import type { LineSpool } from './line-spool.ts'
import type { Published, TakePiece } from './published.ts'
import { SnapshotIntake, type TakenSnapshot } from './snapshot-intake.ts'
import type { SignedTarget } from './targets-of.ts'

export function pathOf({ name, sha256 }: SignedTarget): string {
  return targetPath(name, sha256)
}

/**
 * The published bytes of a target, piece by piece; whether they are there. Throws `trust/mismatch` at their end unless they are what
 * was signed: what was taken until then is to be thrown away.
 */
export async function takeTarget(
  source: Published,
  target: SignedTarget,
  take: TakePiece,
): Promise<boolean> {
  const { length, sha256 } = target
  if (length > MAX_TARGET_BYTES) {
    throw new Fault('trust/invalid', `expected at most ${MAX_TARGET_BYTES} bytes, got ${length}`)
  }
  const hash = createHash('sha256')
  let bytes = 0
  const isThere = await source.pieces(pathOf(target), MAX_TARGET_BYTES, (piece) => {
    bytes += piece.length
    hash.update(piece)
    return take(piece)
  })
  if (!isThere) return false
  const got = hash.digest('hex')
  if (bytes === length && got === sha256) return true
  throw new Fault(
    'trust/mismatch',
    `expected ${length} bytes with the SHA-256 ${sha256}, got ${bytes} with ${got}`,
  )
}

/** The whole of a small target; null where it isn't there. Throws as `takeTarget`. */
export async function readTarget(
  source: Published,
  target: SignedTarget,
  maxBytes: number,
): Promise<Buffer | null> {
  if (target.length > maxBytes) {
    throw new Fault('trust/invalid', `expected at most ${maxBytes} bytes, got ${target.length}`)
  }
  const parts: Buffer[] = []
  const isThere = await takeTarget(source, target, (piece) => void parts.push(piece))
  return isThere ? Buffer.concat(parts) : null
}

/** A delta, verified by its hash and read; null where it isn't there. Throws `delta/invalid` too. */
export async function readDelta(source: Published, target: SignedTarget): Promise<Delta | null> {
  const rawLength = rawLengthOf(target, MAX_DELTA_BYTES)
  const parts: Buffer[] = []
  const isThere = await unpack(source, target, rawLength, (piece) => void parts.push(piece))
  return isThere ? parseDelta(Buffer.concat(parts)) : null
}

/** Writes the lines of a snapshot into `spool`; null where it isn't there. Throws `snapshot/invalid` too. */
export async function readSnapshot(
  source: Published,
  target: SignedTarget,
  spool: LineSpool,
): Promise<TakenSnapshot | null> {
  const intake = new SnapshotIntake(spool)
  const rawLength = rawLengthOf(target, MAX_RAW_BYTES)
  const isThere = await unpack(source, target, rawLength, (piece) => intake.take(piece))
  return isThere ? intake.end() : null
}

function rawLengthOf({ custom }: SignedTarget, most: number): number {
  const { rawLength } = custom
  if (isCount(rawLength) && rawLength <= most) return rawLength
  throw new Fault(
    'trust/invalid',
    `expected a rawLength of at most ${most}, got ${JSON.stringify(rawLength)}`,
  )
}

/** Decompresses a target; exactly `rawLength` bytes must come out. The hash of what came in is checked, too. */
async function unpack(
  source: Published,
  target: SignedTarget,
  rawLength: number,
  take: (raw: Buffer) => void,
): Promise<boolean> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 })
  let length = 0
  const taken = (async (): Promise<void> => {
    for await (const raw of gunzip as AsyncIterable<Buffer>) {
      length += raw.length
      if (length > rawLength) throw wrongLength(rawLength, 'more')
      take(raw)
    }
    if (length < rawLength) throw wrongLength(rawLength, String(length))
  })()
  // What is wrong with the bytes as they came is told first; what came out of them, after that.
  const unpacked = taken.then(
    () => null,
    (error: unknown) => error,
  )
  let isOver = false
  void unpacked.then(() => (isOver = true))
  try {
    const isThere = await takeTarget(source, target, async (piece) => {
      if (isOver || gunzip.write(piece)) return
      await Promise.race([once(gunzip, 'drain').catch(() => undefined), unpacked])
    })
    gunzip.end()
    if (!isThere) return false
    const error = await unpacked
    if (error !== null) throw asFault(error)
    return true
  } finally {
    gunzip.destroy()
    await unpacked
  }
}

function asFault(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error) || !('code' in error)) return error
  return new Fault('snapshot/invalid', `expected gzip, got: ${error.message}`, { cause: error })
}

function wrongLength(rawLength: number, got: string): Fault {
  return new Fault(
    'snapshot/invalid',
    `expected ${rawLength} bytes after decompression, got ${got}`,
  )
}
