import { Fault } from '../fault.ts'
import { decodeEntryBundle, encodeEntryBundle } from './entry-bundle.ts'
import { readTile, tileHashReader, type ReadTile } from './hash-reader.ts'
import { readFrontier } from './prove.ts'
import {
  findTile,
  printTilePath,
  TILE_WIDTH,
  tileHashCount,
  tilesBetween,
  type Tile,
} from './tile.ts'
import { HASH_BYTES, hashLeaf, type TreeHead } from './tree-hash.ts'
import { isTreeSize } from './tree-size.ts'

/** A file of a log, under the log's prefix. */
export interface LogFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** The tree after an append, and the files that it needs and the one before lacked. None of them is ever changed again. */
export interface LogAppend {
  readonly head: TreeHead
  readonly files: readonly LogFile[]
}

/** A row of the log from the first hash of its last tile on. */
interface Row {
  readonly first: number
  readonly items: Uint8Array[]
}

/**
 * What is to be written when `entries` come behind the first `size` ones: reads the right edge alone, at most two files for each
 * level, so that `k` entries cost O(k + log n). The files of `read` must be our own: they are believed. Throws `log/invalid` and
 * `log/not-found`.
 */
export function planAppend(
  read: ReadTile,
  size: number,
  entries: readonly Uint8Array[],
): LogAppend {
  if (!isTreeSize(size + entries.length)) {
    throw new Fault('log/invalid', `expected room for ${entries.length} more entries, got none`)
  }
  const frontier = readFrontier(tileHashReader(read, size), size)
  const bundles = openRow('entries', size, (tile) => readEntries(read, tile))
  bundles.items.push(...entries)
  const rows: Row[] = []
  for (const entry of entries) {
    frontier.push(hashLeaf(entry), (level, _, hash) => {
      const row = (rows[level] ??= openRow(level, size, (tile) => cutRow(readTile(read, tile))))
      row.items.push(hash)
    })
  }
  const files: LogFile[] = []
  for (const tile of tilesBetween(size, frontier.size)) {
    const bytes =
      tile.level === 'entries'
        ? encodeEntryBundle(tileItems(bundles, tile))
        : Buffer.concat(tileItems(rows[tile.level], tile))
    files.push({ path: printTilePath(tile), bytes })
  }
  return { head: frontier.head(), files }
}

function openRow(level: Tile['level'], size: number, read: (tile: Tile) => Uint8Array[]): Row {
  // The last hash of the level that the tree has: in a full tile nothing is added.
  const count = tileHashCount(level, size)
  const last = count % TILE_WIDTH === 0 ? null : findTile(level, count - 1, size)
  return last === null
    ? { first: count, items: [] }
    : { first: last.index * TILE_WIDTH, items: read(last) }
}

function tileItems(row: Row | undefined, { index, width }: Tile): Uint8Array[] {
  const start = index * TILE_WIDTH - (row?.first ?? 0)
  return row?.items.slice(start, start + width) ?? []
}

function cutRow(hashes: Uint8Array): Uint8Array[] {
  const count = hashes.length / HASH_BYTES
  return Array.from({ length: count }, (_, i) =>
    hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  )
}

function readEntries(read: ReadTile, bundle: Tile): Uint8Array[] {
  const path = printTilePath(bundle)
  const bytes = read(path)
  if (bytes !== null) return decodeEntryBundle(bytes, bundle.width)
  throw new Fault('log/not-found', `expected the bundle ${JSON.stringify(path)}, got nothing`)
}
