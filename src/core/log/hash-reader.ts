import { Fault } from '../fault.ts'
import { LEVELS_PER_TILE } from './frontier.ts'
import { findTile, printTilePath, TILE_WIDTH, type Tile } from './tile.ts'
import { HASH_BYTES, hashRow } from './tree-hash.ts'

/** What a proof is made from: the roots of complete subtrees. */
export interface HashReader {
  /** The root of the `index`th subtree of 2^`level` leaves. Throws `log/not-found` where it isn't there. */
  readonly hash: (level: number, index: number) => Uint8Array
}

/** The bytes under a path of `printTilePath`, or null. */
export type ReadTile = (path: string) => Uint8Array | null

/**
 * Reads from the tiles of a tree of `size` leaves, each once. The bytes may be from anywhere: their lengths are checked here, and
 * what they say is known to be true only when a proof that is made of them has been verified. Throws `log/not-found`, `log/invalid`.
 */
export function tileHashReader(read: ReadTile, size: number): HashReader {
  const seen = new Map<string, Uint8Array>()
  return {
    hash: (level, index) => {
      const { tile, offset, span } = locate(level, index, size)
      const path = printTilePath(tile)
      const row = seen.get(path) ?? readTile(read, tile)
      seen.set(path, row)
      return hashRow(row.subarray(offset * HASH_BYTES, (offset + span) * HASH_BYTES))
    },
  }
}

/** Notes which tiles are asked for, and gives hashes of zeros: no way through a tree depends on what its hashes are. */
export function notingHashReader(size: number, note: (tile: Tile) => void): HashReader {
  const zeros = new Uint8Array(HASH_BYTES)
  return {
    hash: (level, index) => {
      note(locate(level, index, size).tile)
      return zeros
    },
  }
}

/** The hashes of a tile. Throws `log/not-found`, and `log/invalid` for a length that isn't the tile's. */
export function readTile(read: ReadTile, tile: Tile): Uint8Array {
  const path = printTilePath(tile)
  const bytes = read(path)
  if (bytes !== null) return wholeRow(bytes, path, tile.width)
  // tlog-tiles, «Partial Tiles»: a log may delete a partial tile once the full one is there, which begins with the same hashes.
  const full = tile.width < TILE_WIDTH ? printTilePath({ ...tile, width: TILE_WIDTH }) : path
  const fullBytes = full === path ? null : read(full)
  if (fullBytes === null) {
    throw new Fault('log/not-found', `expected the tile ${JSON.stringify(path)}, got nothing`)
  }
  return wholeRow(fullBytes, full, TILE_WIDTH).subarray(0, tile.width * HASH_BYTES)
}

function wholeRow(bytes: Uint8Array, path: string, width: number): Uint8Array {
  if (bytes.length === width * HASH_BYTES) return bytes
  throw new Fault(
    'log/invalid',
    `expected ${width * HASH_BYTES} bytes in the tile ${JSON.stringify(path)}, got ${bytes.length}`,
  )
}

/** Where a subtree stands: its tile, and the hashes there that it is made of. */
function locate(
  level: number,
  index: number,
  size: number,
): { tile: Tile; offset: number; span: number } {
  const span = 2 ** (level % LEVELS_PER_TILE)
  const first = index * span
  const tileLevel = Math.floor(level / LEVELS_PER_TILE)
  const tile = findTile(tileLevel, first, size)
  const offset = first % TILE_WIDTH
  if (tile !== null && offset + span <= tile.width) return { tile, offset, span }
  throw new Fault(
    'log/not-found',
    `expected a complete subtree of 2^${level} leaves at ${index}, got a log of size ${size}`,
  )
}
