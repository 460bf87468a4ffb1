import { Fault, isFault } from '../core/fault.ts'
import { logTilePath } from '../core/layout.ts'
import { Frontier } from '../core/log/frontier.ts'
import { readTile, tileHashReader, type ReadTile } from '../core/log/hash-reader.ts'
import { readFrontier } from '../core/log/prove.ts'
import {
  findTile,
  printTilePath,
  TILE_WIDTH,
  tileHashCount,
  tilesBetween,
  type Tile,
} from '../core/log/tile.ts'
import { HASH_BYTES, isSameHash, type TreeHead } from '../core/log/tree-hash.ts'
import type { CopyTree } from './copy-tree.ts'
import { fetchTile, openGrowth, type GrowthDeps, type VerifyGrowth } from './verify-growth.ts'

export interface CopyTilesDeps extends GrowthDeps {
  readonly tree: CopyTree
}

/** No copy goes further than by so many tiles of leaf hashes: four million leaves. */
export const MAX_COPIED_TILES = 16_384

/** So many are verified and written at a time. */
const PART_TILES = 64

/**
 * Brings the tiles of `to`, which is verified, into the tree. Only leaf hashes are fetched: the tiles above are made of them, and all are
 * written when they are known to be of that tree. `from` is what the tree had. Throws `log/unproven`, `fetch/…`.
 */
export async function copyTiles(
  deps: CopyTilesDeps,
  from: TreeHead | null,
  to: TreeHead,
): Promise<void> {
  const start = from === null ? null : openOwn(deps.tree, from, to)
  let frontier = start ?? new Frontier()
  const tiles = Math.ceil((to.size - frontier.size) / TILE_WIDTH)
  if (tiles > MAX_COPIED_TILES) {
    throw new Fault(
      'fetch/too-large',
      `expected at most ${MAX_COPIED_TILES} tiles of the log to copy, got ${tiles}`,
    )
  }
  const step = { to, verifyGrowth: openGrowth(deps) }
  do {
    frontier = await copyPart(deps, step, frontier)
  } while (frontier.size < to.size)
}

/** Whether the tree has all tiles of `head`, as they were: what lies in the middle is not looked at when the log grows. */
export function areTilesWhole(tree: CopyTree, head: TreeHead): boolean {
  const read = ownTiles(tree)
  const above = new Map<number, { readonly index: number; readonly row: Uint8Array }>()
  const frontier = new Frontier()
  let flaws = 0
  const compare = (level: number, index: number, hash: Uint8Array): void => {
    const tile = level === 0 ? null : findTile(level, index, head.size)
    if (tile === null) return
    const known = above.get(level)
    const row = known?.index === tile.index ? known.row : readTile(read, tile)
    above.set(level, { index: tile.index, row })
    const at = (index % TILE_WIDTH) * HASH_BYTES
    if (!isSameHash(row.subarray(at, at + HASH_BYTES), hash)) flaws++
  }
  try {
    for (let tile = findTile(0, 0, head.size); tile; tile = findTile(0, frontier.size, head.size)) {
      const row = readTile(read, tile)
      for (let at = 0; at < row.length; at += HASH_BYTES) {
        frontier.push(row.subarray(at, at + HASH_BYTES), compare)
      }
    }
  } catch (error) {
    if (isFault(error, 'log/invalid', 'log/not-found')) return false
    throw error
  }
  return flaws === 0 && isSameHash(frontier.root(), head.root)
}

/** The edge of the tree's own tiles; null where they are not those of `head`, or that is no beginning of `to`. */
function openOwn(tree: CopyTree, head: TreeHead, to: TreeHead): Frontier | null {
  if (head.size > to.size) return null
  try {
    const frontier = readFrontier(tileHashReader(ownTiles(tree), head.size), head.size)
    return isSameHash(frontier.root(), head.root) ? frontier : null
  } catch (error) {
    if (isFault(error, 'log/invalid', 'log/not-found')) return null
    throw error
  }
}

function ownTiles({ folder }: CopyTree): ReadTile {
  return (path) => folder.read(logTilePath(path))
}

interface Step {
  readonly to: TreeHead
  readonly verifyGrowth: VerifyGrowth
}

/** The next tiles, which an earlier try may have brought already; where the disk has spoilt them, all from the source. */
async function copyPart(deps: CopyTilesDeps, step: Step, before: Frontier): Promise<Frontier> {
  try {
    return await takePart(deps, step, before, ownTiles(deps.tree))
  } catch (error) {
    if (!isFault(error, 'log/unproven', 'log/invalid')) throw error
    return takePart(deps, step, before, () => null)
  }
}

async function takePart(
  deps: CopyTilesDeps,
  { to, verifyGrowth }: Step,
  before: Frontier,
  own: ReadTile,
): Promise<Frontier> {
  const { size } = before
  const first = Math.floor(size / TILE_WIDTH)
  const end = Math.min(to.size, (first + PART_TILES) * TILE_WIDTH)
  const rows = new Rows(deps.tree, size)
  const frontier = new Frontier(size, before.edge)
  for (let at = size; at < end; at = frontier.size) {
    const tile = findTile(0, at, to.size)
    if (tile === null) break
    const hashes = await takeTile(deps, tile, own)
    for (let i = at % TILE_WIDTH; i < tile.width; i++) {
      frontier.push(hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES), rows.tell)
    }
  }
  await assertBeginning(frontier.head(), to, verifyGrowth)
  writeTiles(deps.tree, rows.files(frontier.size))
  return frontier
}

/** `head` follows from tiles that nobody has signed: where it is no beginning of `to`, the tiles are wrong and not the log. */
async function assertBeginning(
  head: TreeHead,
  to: TreeHead,
  verifyGrowth: VerifyGrowth,
): Promise<void> {
  const isSame = head.size === to.size && isSameHash(head.root, to.root)
  const error = head.size < to.size ? await verifyGrowth(head, to).catch(splitOnly) : undefined
  if (isSame || (head.size < to.size && error === undefined)) return
  throw new Fault(
    'log/unproven',
    `expected tiles that lead to the root at size ${to.size}, got others`,
    { cause: error },
  )
}

function splitOnly(error: unknown): Fault {
  if (isFault(error, 'log/split')) return error
  throw error
}

/** A tile of leaf hashes: what is full is taken from the disk, if it is there. */
async function takeTile(deps: CopyTilesDeps, tile: Tile, own: ReadTile): Promise<Uint8Array> {
  const path = printTilePath(tile)
  if (tile.width === TILE_WIDTH && own(path) !== null) return readTile(own, tile)
  const { found, bytes } = await fetchTile(deps, path)
  return readTile((wanted) => (wanted === found ? bytes : null), tile)
}

/** The hashes that a growing tree adds to the tiles of each level. */
class Rows {
  readonly #tree: CopyTree
  readonly #from: number
  readonly #rows: { readonly first: number; readonly hashes: Uint8Array[] }[] = []

  constructor(tree: CopyTree, from: number) {
    this.#tree = tree
    this.#from = from
  }

  readonly tell = (level: number, _: number, hash: Uint8Array): void => {
    this.#row(level).hashes.push(hash)
  }

  /** The tiles that a tree of `size` has and the one before lacked. */
  files(size: number): { readonly path: string; readonly bytes: Buffer }[] {
    const files = []
    for (const tile of tilesBetween(this.#from, size)) {
      if (tile.level === 'entries') continue
      const { first, hashes } = this.#row(tile.level)
      const start = tile.index * TILE_WIDTH - first
      const bytes = Buffer.concat(hashes.slice(start, start + tile.width))
      files.push({ path: logTilePath(printTilePath(tile)), bytes })
    }
    return files
  }

  /** From the first hash of the last tile on that wasn't full. */
  #row(level: number): { readonly first: number; readonly hashes: Uint8Array[] } {
    const known = this.#rows[level]
    if (known !== undefined) return known
    const count = tileHashCount(level, this.#from)
    const last = count % TILE_WIDTH === 0 ? null : findTile(level, count - 1, this.#from)
    const begun = last === null ? null : readTile(ownTiles(this.#tree), last)
    const hashes = Array.from({ length: last?.width ?? 0 }, (_, i) =>
      (begun ?? new Uint8Array()).subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
    )
    const row = { first: count - hashes.length, hashes }
    this.#rows[level] = row
    return row
  }
}

/** A file of that name with other bytes is never left: it may be a piece that the disk lost. */
function writeTiles(
  { folder }: CopyTree,
  files: readonly { readonly path: string; readonly bytes: Buffer }[],
): void {
  for (const { path, bytes } of files) {
    const kept = folder.read(path)
    if (kept !== null && !kept.equals(bytes)) folder.replace(path, bytes)
  }
  folder.publish(files)
}
