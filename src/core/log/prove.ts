import { Fault } from '../fault.ts'
import { Frontier, subtreesOf } from './frontier.ts'
import { notingHashReader, type HashReader } from './hash-reader.ts'
import { consistencyPath, inclusionPath, splitOf, type LeafRange } from './proof-path.ts'
import { printTilePath } from './tile.ts'
import { EMPTY_ROOT, hashNode } from './tree-hash.ts'
import { isTreeSize } from './tree-size.ts'

/** Of one tree: the hashes from which its root follows for whoever has the leaf or the older root. From the leaf up. */
export type ProofHashes = readonly Uint8Array[]

/** The root of the tree of the first `size` leaves. Throws what the reader throws. */
export function readRoot(reader: HashReader, size: number): Uint8Array {
  return size === 0 ? EMPTY_ROOT : readRange(reader, { start: 0, end: size })
}

/** The right edge of the tree of the first `size` leaves, to go on from. Throws what the reader throws. */
export function readFrontier(reader: HashReader, size: number): Frontier {
  return new Frontier(
    size,
    subtreesOf(size).map(({ level, index }) => reader.hash(level, index)),
  )
}

/** RFC 6962 §2.1.1: PATH(index, D[size]). Throws `log/not-found` for a leaf that the tree hasn't got. */
export function proveInclusion(reader: HashReader, index: number, size: number): ProofHashes {
  if (!isTreeSize(index) || !isTreeSize(size) || index >= size) {
    throw new Fault('log/not-found', `expected a leaf of a tree of size ${size}, got ${index}`)
  }
  return inclusionPath(index, size).map((step) => readRange(reader, step))
}

/**
 * RFC 6962 §2.1.2: PROOF(from, D[to]); nothing from the empty tree, and nothing between equal sizes. Throws `log/not-found` where
 * `from` is above `to`.
 */
export function proveConsistency(reader: HashReader, from: number, to: number): ProofHashes {
  if (!isTreeSize(from) || !isTreeSize(to) || from > to) {
    throw new Fault('log/not-found', `expected an older tree than of size ${to}, got ${from}`)
  }
  if (from === 0 || from === to) return []
  const { base, isBaseNamed, steps } = consistencyPath(from, to)
  return [...(isBaseNamed ? [base] : []), ...steps].map((range) => readRange(reader, range))
}

/** The paths of the tiles that `proveInclusion` reads in a log of `logSize` leaves: what to fetch before. */
export function inclusionTiles(index: number, size: number, logSize = size): readonly string[] {
  return tilesRead(logSize, (reader) => proveInclusion(reader, index, size))
}

/** The paths of the tiles that `proveConsistency` reads in a log of `logSize` leaves. */
export function consistencyTiles(from: number, to: number, logSize = to): readonly string[] {
  return tilesRead(logSize, (reader) => proveConsistency(reader, from, to))
}

/** The paths of the tiles that `readRoot` and `readFrontier` read in a log of `logSize` leaves. */
export function rootTiles(size: number, logSize = size): readonly string[] {
  return tilesRead(logSize, (reader) => readRoot(reader, size))
}

function tilesRead(logSize: number, act: (reader: HashReader) => unknown): readonly string[] {
  const paths = new Set<string>()
  act(notingHashReader(logSize, (tile) => paths.add(printTilePath(tile))))
  return [...paths]
}

function readRange(reader: HashReader, { start, end }: LeafRange): Uint8Array {
  const count = end - start
  const left = splitOf(count)
  // A range of a tree's node starts at a multiple of the power of two that it fills.
  if (count === 1 || left * 2 === count) return reader.hash(Math.log2(count), start / count)
  const middle = start + left
  return hashNode(
    readRange(reader, { start, end: middle }),
    readRange(reader, { start: middle, end }),
  )
}
