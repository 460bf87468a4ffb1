import { Fault, isFault } from '../core/fault.ts'
import { logTilePath } from '../core/layout.ts'
import { tileHashReader } from '../core/log/hash-reader.ts'
import { consistencyTiles, proveConsistency, readRoot, rootTiles } from '../core/log/prove.ts'
import { TILE_WIDTH } from '../core/log/tile.ts'
import { HASH_BYTES, isSameHash, type TreeHead } from '../core/log/tree-hash.ts'
import { verifyConsistency } from '../core/log/verify-proof.ts'
import type { BoundedFetch } from '../platform/bounded-fetch.ts'

export interface GrowthDeps {
  readonly fetch: Pick<BoundedFetch, 'bytes'>
  readonly source: string
  readonly metadataTimeoutMs: number
}

/** No tile has more bytes. */
export const MAX_TILE_BYTES = TILE_WIDTH * HASH_BYTES

/**
 * Shows by the log's tiles that the leaves of `from` are the first ones of `to`. Both have been signed by the log. Throws `log/split` where
 * the tree of `to` has others, `log/unproven` where the tiles are not there or not that tree's, `fetch/…`. Reads three tiles of each of the
 * seven levels at most.
 */
export type VerifyGrowth = (from: TreeHead, to: TreeHead) => Promise<void>

/** For one pull: each tile is fetched once. */
export function openGrowth(deps: GrowthDeps): VerifyGrowth {
  const tiles = new Map<string, Buffer>()
  const read = (path: string): Buffer | null => tiles.get(path) ?? null

  async function fetchAll(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (tiles.has(path) || tiles.has(fullPath(path))) continue
      const { found, bytes } = await fetchTile(deps, path)
      tiles.set(found, bytes)
    }
  }

  /** Whether the tiles lead to `to`, and have another tree than `from` at its size. */
  async function isOtherTree(from: TreeHead, to: TreeHead): Promise<boolean> {
    try {
      await fetchAll(rootTiles(from.size, to.size))
      const reader = tileHashReader(read, to.size)
      const own = { size: from.size, root: readRoot(reader, from.size) }
      verifyConsistency(own, to, proveConsistency(reader, from.size, to.size))
      return !isSameHash(own.root, from.root)
    } catch (error) {
      if (isFault(error, 'log/mismatch', 'log/invalid', 'log/not-found', 'log/unproven'))
        return false
      throw error
    }
  }

  return async (from, to) => {
    await fetchAll(consistencyTiles(from.size, to.size))
    try {
      const reader = tileHashReader(read, to.size)
      verifyConsistency(from, to, proveConsistency(reader, from.size, to.size))
    } catch (error) {
      if (!isFault(error, 'log/mismatch', 'log/invalid', 'log/not-found')) throw error
      const isSplit = await isOtherTree(from, to)
      throw new Fault(
        isSplit ? 'log/split' : 'log/unproven',
        isSplit
          ? `expected a tree that goes on from size ${from.size}, got one with other leaves`
          : `expected tiles that lead from size ${from.size} to ${to.size}, got others: ${error.message}`,
        { cause: error },
      )
    }
  }
}

/**
 * The bytes of a tile, and the path where they were found. From the network, and believed only by where they lead. Throws `log/unproven`
 * where there is none, `fetch/…`.
 */
export async function fetchTile(
  { fetch, source, metadataTimeoutMs }: GrowthDeps,
  path: string,
): Promise<{ readonly found: string; readonly bytes: Buffer }> {
  const bounds = { maxBytes: MAX_TILE_BYTES, timeoutMs: metadataTimeoutMs }
  // tlog-tiles, «Partial Tiles»: a log may delete a partial tile once the full one is there.
  for (const found of new Set([path, fullPath(path)])) {
    try {
      return { found, bytes: await fetch.bytes(`${source}/${logTilePath(found)}`, bounds) }
    } catch (error) {
      // What is longer than any tile is none.
      if (!isFault(error, 'fetch/not-found', 'fetch/too-large')) throw error
    }
  }
  throw new Fault('log/unproven', `expected the tile ${JSON.stringify(path)}, got none`)
}

function fullPath(path: string): string {
  return path.replace(/\.p\/[0-9]+$/, '')
}
