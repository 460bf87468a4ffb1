import { Fault } from '../fault.ts'
import { isTreeSize } from './tree-size.ts'

/** Tiles and entry bundles: where they lie and which there are (c2sp.org/tlog-tiles). */

/** No tile has more hashes, and no bundle more entries. One that has as many is full and never changes. */
export const TILE_WIDTH = 256

/** A row of 256 hashes at most, or of entries. `width` is 1 to 256. */
export interface Tile {
  /** 0 has the leaf hashes, each further one the roots of 256 of the level below; `entries` has the entries themselves. */
  readonly level: number | 'entries'
  readonly index: number
  readonly width: number
}

/** The path under the log's prefix: `tile/0/x001/x234/067`, `tile/entries/000.p/17`. */
export function printTilePath({ level, index, width }: Tile): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  // tlog-tiles: «zero-padded 3-digit path elements. All but the last path element MUST begin with an x.»
  const elements = padded.replace(/[0-9]{3}(?=[0-9])/g, 'x$&/')
  return `tile/${level}/${elements}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

const PATH =
  /^tile\/(entries|[0-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/

/** From a request or a folder: takes the one path of each tile alone. Throws `log/invalid`. */
export function parseTilePath(path: string): Tile {
  const [, level = '', elements = '', width = String(TILE_WIDTH)] = PATH.exec(path) ?? []
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(elements.replace(/[x/]/g, '')),
    width: Number(width),
  }
  // What is printed otherwise has zeros or a width too many.
  const isOne = level !== '' && isTreeSize(tile.index) && tile.width <= TILE_WIDTH
  if (isOne && printTilePath(tile) === path) return tile
  throw new Fault(
    'log/invalid',
    `expected the path of a tile, got ${JSON.stringify(path.slice(0, 100))}`,
  )
}

/** How many hashes of this level a tree has: the complete subtrees of 256^`level` leaves. */
export function tileHashCount(level: Tile['level'], size: number): number {
  return Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level))
}

/** The tile of a tree that has the `hashIndex`th hash of the level; null where the tree hasn't got that hash. */
export function findTile(level: Tile['level'], hashIndex: number, size: number): Tile | null {
  const count = tileHashCount(level, size)
  if (hashIndex >= count) return null
  const index = Math.floor(hashIndex / TILE_WIDTH)
  return { level, index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) }
}

/**
 * The tiles and bundles that a tree of `to` leaves has and one of `from` lacks: what an append writes, bundles first, and from 0 all
 * that a log has.
 */
export function* tilesBetween(from: number, to: number): Generator<Tile> {
  yield* rowBetween('entries', from, to)
  for (let level = 0; tileHashCount(level, to) > 0; level++) yield* rowBetween(level, from, to)
}

function* rowBetween(level: Tile['level'], from: number, to: number): Generator<Tile> {
  const count = tileHashCount(level, to)
  let at = tileHashCount(level, from)
  while (at < count) {
    const index = Math.floor(at / TILE_WIDTH)
    // tlog-tiles, «Partial Tiles»: floor(s / 256**l) mod 256, and never an empty one.
    const width = Math.min(TILE_WIDTH, count - index * TILE_WIDTH)
    yield { level, index, width }
    at = index * TILE_WIDTH + width
  }
}
