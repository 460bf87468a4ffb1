import { logTilePath } from '../core/layout.ts'
import { MAX_LEAF_BYTES } from '../core/log-leaf.ts'
import { decodeEntryBundle, hashEntryBundle } from '../core/log/entry-bundle.ts'
import { Frontier } from '../core/log/frontier.ts'
import { printTilePath, TILE_WIDTH, tilesBetween, type Tile } from '../core/log/tile.ts'
import { HASH_BYTES } from '../core/log/tree-hash.ts'
import { FILES_AT_ONCE } from './limits.ts'
import { orTell, readFile, type AuditDeps } from './read-file.ts'
import { readAhead } from './read-ahead.ts'

/** The leaves of one bundle; null where the bundle can't be had or read. */
export interface LeafBatch {
  readonly first: number
  readonly leaves: readonly Uint8Array[] | null
  /** The leaf hashes, one behind the other; the claims of the hash tile where there are no leaves. */
  readonly hashes: Buffer
}

export interface LogVisitor {
  /** Called with each bundle before its leaves are in the tree. */
  readonly batch: (batch: LeafBatch) => Promise<void>
  /** Sizes at which the root is asked for: those above the current one. */
  readonly isWanted: (size: number) => boolean
  readonly root: (size: number, root: Uint8Array) => void
}

/** No bundle of ours is longer. */
const MAX_OWN_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_LEAF_BYTES)
const TILE_BYTES = TILE_WIDTH * HASH_BYTES

interface ReadBundle {
  readonly tile: Tile
  readonly path: string
  readonly bundle: Uint8Array | null
  readonly row: Uint8Array | null
}

/**
 * Hashes a log of `size` leaves anew from its entries and compares every hash tile with what comes out. Gives the root; null where
 * leaves are missing altogether. Memory does not grow with the log.
 */
export async function walkLog(
  deps: AuditDeps,
  size: number,
  visitor: LogVisitor,
): Promise<Uint8Array | null> {
  const frontier = new Frontier()
  const rows = new TileRows(deps)
  const bundles = readAhead(bundlesOf(size), FILES_AT_ONCE, (tile) => readBundle(deps, tile))
  for await (const read of bundles) {
    const batch = checkBundle(deps, read)
    if (batch === null) return null
    await visitor.batch(batch)
    for (let at = 0; at < batch.hashes.length; at += HASH_BYTES) {
      frontier.push(batch.hashes.subarray(at, at + HASH_BYTES), rows.put)
      if (visitor.isWanted(frontier.size)) visitor.root(frontier.size, frontier.root())
    }
    await rows.check(false)
  }
  await rows.check(true)
  return frontier.root()
}

function* bundlesOf(size: number): Generator<Tile> {
  for (const tile of tilesBetween(0, size)) {
    if (tile.level !== 'entries') return
    yield tile
  }
}

async function readBundle(deps: AuditDeps, tile: Tile): Promise<ReadBundle> {
  const path = logTilePath(printTilePath(tile))
  const [bundle, row] = await Promise.all([
    readFile(deps, path, MAX_OWN_BUNDLE_BYTES),
    readFile(deps, logTilePath(printTilePath({ ...tile, level: 0 })), TILE_BYTES),
  ])
  return { tile, path, bundle, row }
}

/** Null where neither the entries nor their hashes are there. */
function checkBundle(
  { findings }: AuditDeps,
  { tile, path, bundle, row }: ReadBundle,
): LeafBatch | null {
  const { index, width } = tile
  const rowPath = logTilePath(printTilePath({ ...tile, level: 0 }))
  const first = index * TILE_WIDTH
  if (bundle === null) findings.add('log/missing', path, `a bundle of ${width} entries`, 'none')
  if (row === null) findings.add('log/missing', rowPath, `a tile of ${width} hashes`, 'none')
  const hashes =
    bundle &&
    orTell(
      () => hashEntryBundle(bundle, width),
      (fault) => findings.add('log/damaged', path, `a bundle of ${width} entries`, fault),
    )
  if (bundle !== null && hashes !== null) {
    if (row !== null && !hashes.equals(row)) {
      findings.add('log/tile', rowPath, 'the hashes of the entries beside it', 'others')
    }
    return { first, leaves: decodeEntryBundle(bundle, width), hashes }
  }
  // The tree above can still be looked at, on the word of the tile.
  return row?.length === width * HASH_BYTES
    ? { first, leaves: null, hashes: Buffer.from(row) }
    : null
}

/** The rows of the levels above the leaves, each up to a full tile, as they come out of the hashing. */
class TileRows {
  readonly #deps: AuditDeps
  readonly #rows: { index: number; hashes: Uint8Array[] }[] = []
  readonly #full: { readonly tile: Tile; readonly bytes: Buffer }[] = []

  constructor(deps: AuditDeps) {
    this.#deps = deps
  }

  readonly put = (level: number, _: number, hash: Uint8Array): void => {
    if (level === 0) return
    const row = (this.#rows[level] ??= { index: 0, hashes: [] })
    row.hashes.push(hash)
    if (row.hashes.length < TILE_WIDTH) return
    this.#take(level)
    row.index++
    row.hashes = []
  }

  /** Compares what is complete, and at the end also what isn't. */
  async check(isEnd: boolean): Promise<void> {
    if (isEnd) {
      this.#rows.forEach(({ hashes }, level) => {
        if (hashes.length > 0) this.#take(level)
      })
    }
    for (const { tile, bytes } of this.#full.splice(0)) {
      const path = logTilePath(printTilePath(tile))
      const found = await readFile(this.#deps, path, TILE_BYTES)
      const expected = `a tile of ${tile.width} hashes`
      if (found === null) this.#deps.findings.add('log/missing', path, expected, 'none')
      else if (!bytes.equals(found)) {
        this.#deps.findings.add('log/tile', path, 'the hashes of the tiles below it', 'others')
      }
    }
  }

  #take(level: number): void {
    const row = this.#rows[level]
    if (row === undefined) return
    const tile = { level, index: row.index, width: row.hashes.length }
    this.#full.push({ tile, bytes: Buffer.concat(row.hashes) })
  }
}
