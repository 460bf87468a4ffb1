import { isFault } from '../core/fault.ts'
import { logTilePath } from '../core/layout.ts'
import { tileHashReader, type ReadTile } from '../core/log/hash-reader.ts'
import { planAppend } from '../core/log/plan-append.ts'
import { readRoot } from '../core/log/prove.ts'
import { isSameHash, type TreeHead } from '../core/log/tree-hash.ts'
import { assertNotForked } from './assert-not-forked.ts'
import type { PublishDeps } from './ports.ts'

type Deps = Pick<PublishDeps, 'store' | 'files'>

/** So many leaves are read at once when the tiles are made anew. */
const CHUNK_LEAVES = 1 << 14

/**
 * Publishes the tiles of the log up to `size` leaves, and gives its root: goes on from the last checkpoint where its tiles are there, and makes
 * them all again where they aren't. They show nothing that a checkpoint does not sign later: leaves are never taken back.
 *
 * Throws `log/forked` where what was published is no earlier state of this log.
 */
export function projectTiles(deps: Deps, size: number): TreeHead {
  assertNotForked(deps)
  const last = deps.store.log.checkpoint()
  if (last === null || size < last.size) return appendFrom(deps, 0, size)
  try {
    const root = readRoot(tileHashReader(tilesOf(deps), last.size), last.size)
    if (isSameHash(root, last.root)) return appendFrom(deps, last.size, size)
  } catch (error) {
    if (!isFault(error, 'log/not-found', 'log/invalid')) throw error
  }
  return appendFrom(deps, 0, size)
}

/** Reads published tiles, which whoever can write into the folder may have changed: proofs that are made of them are verified. */
export function tilesOf({ files }: Pick<Deps, 'files'>): ReadTile {
  return (path) => files.read(logTilePath(path))
}

function appendFrom({ store, files }: Deps, from: number, to: number): TreeHead {
  const isAnew = from === 0
  let head: TreeHead | null = null
  for (let at = from; head === null || at < to; at += CHUNK_LEAVES) {
    const end = Math.min(to, at + CHUNK_LEAVES)
    const entries = store.log.leaves(at, end).map(({ bytes }) => bytes)
    const plan = planAppend(tilesOf({ files }), at, entries)
    const made = plan.files.map(({ path, bytes }) => ({ path: logTilePath(path), bytes }))
    // What lies there may be damaged when they are made anew; else it is what a crash left of this very append.
    if (isAnew) for (const { path, bytes } of made) replaceOther(files, path, bytes)
    files.publish(made)
    head = plan.head
  }
  return head
}

function replaceOther(files: Deps['files'], path: string, bytes: Uint8Array): void {
  const there = files.read(path)
  if (there !== null && !Buffer.from(there).equals(bytes)) files.replace(path, bytes)
}
