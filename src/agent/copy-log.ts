import { isFault } from '../core/fault.ts'
import {
  LOG_CHECKPOINT_PATH,
  LOG_POLICY_TARGET,
  logTilePath,
  metadataProofPath,
  targetPath,
} from '../core/layout.ts'
import { decodeHash } from '../core/log/base64.ts'
import { parseCheckpoint } from '../core/log/checkpoint.ts'
import { parseNote } from '../core/log/note.ts'
import { findTile, printTilePath, TILE_WIDTH, type Tile } from '../core/log/tile.ts'
import type { TreeHead } from '../core/log/tree-hash.ts'
import type { ProofShelf } from './check-log.ts'
import { areTilesWhole, copyTiles, type CopyTilesDeps } from './copy-tiles.ts'
import type { CopyTree } from './copy-tree.ts'
import type { KeptCheckpoint } from './kept-log.ts'
import type { Target } from './target.ts'

/** The proofs in the tree, each put there when it is verified: nothing refers to it before the timestamp does. */
export function openShelf({ folder }: CopyTree): ProofShelf {
  return {
    has: (path) => folder.publishedLength(path) !== null,
    put: (path, proof) => folder.replace(path, proof),
  }
}

export interface CopyLogDeps extends CopyTilesDeps {
  /** Whether the tiles of the tree are as they were: what `isLogWhole` has found. */
  readonly isWhole: boolean
}

/** Whether the tree has a log with all its tiles, or none. To be asked after a start: the disk may have spoilt one. */
export function isLogWhole(tree: CopyTree): boolean {
  const note = tree.folder.read(LOG_CHECKPOINT_PATH)
  const head = note === null ? null : headOf(note)
  return head === null ? note === null : areTilesWhole(tree, head)
}

/**
 * Brings the log up to `checkpoint`, which is verified, into the tree: hashes first, and last the checkpoint that needs them. Entries are not
 * copied: whoever audits them asks the authority. Throws `log/unproven` where the source's tiles are not of that tree, `fetch/…`.
 */
export async function copyLog(
  deps: CopyLogDeps,
  checkpoint: KeptCheckpoint,
  policy: Target | null,
): Promise<void> {
  const { folder } = deps.tree
  const shown = folder.read(LOG_CHECKPOINT_PATH)
  if (!deps.isWhole || shown?.toString('utf8') !== checkpoint.note) {
    const to = { size: checkpoint.size, root: decodeHash(checkpoint.root) }
    await copyTiles(deps, shown === null || !deps.isWhole ? null : headOf(shown), to)
    folder.replace(LOG_CHECKPOINT_PATH, Buffer.from(checkpoint.note))
  }
  const bytes = policy === null ? null : folder.read(targetPath(policy.path, policy.sha256))
  if (bytes !== null && folder.read(LOG_POLICY_TARGET)?.equals(bytes) !== true) {
    folder.replace(LOG_POLICY_TARGET, bytes)
  }
}

/** Takes away the proofs of versions that are no longer kept, and partial tiles that a larger one has followed. */
export function sweepLog(
  { folder }: CopyTree,
  oldest: ReadonlyMap<string, number>,
  before: Date,
): void {
  const note = folder.read(LOG_CHECKPOINT_PATH)
  if (note === null) return
  const proofs = [...oldest].flatMap(([role, version]) => {
    const kept = (path: string): boolean =>
      Number(/([0-9]+)\.tlog-proof$/.exec(path)?.[1]) >= version
    const all = folder.seen(metadataProofPath(role, 1).replace(/\/1\.[a-z-]+$/, ''))
    return all.filter((path) => !kept(path))
  })
  const { size } = headOf(note) ?? { size: 0 }
  const partial = lastTiles(size).flatMap(({ level, index, width }) => {
    const own = logTilePath(printTilePath({ level, index, width }))
    return [index - 1, index]
      .filter((one) => one >= 0)
      .flatMap((one) =>
        folder.seen(`${logTilePath(printTilePath({ level, index: one, width: TILE_WIDTH }))}.p`),
      )
      .filter((path) => path !== own)
  })
  folder.remove([...proofs, ...partial], before)
}

/** The last tile of each level. */
function lastTiles(size: number): Tile[] {
  const tiles: Tile[] = []
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const tile = findTile(level, count - 1, size)
    if (tile !== null) tiles.push(tile)
  }
  return tiles
}

/** What the tree's own checkpoint says; null where it is spoilt. */
function headOf(note: Buffer): TreeHead | null {
  try {
    return parseCheckpoint(parseNote(note).text)
  } catch (error) {
    if (isFault(error, 'log/invalid')) return null
    throw error
  }
}
