import {
  makeLeaf,
  publicLeafTexts,
  type LeafMaker,
  type ListedLine,
} from '../proof-tree/leaf-maker.ts'
import { splitRange } from '../proof-tree/leaf-range.ts'
import {
  EMPTY_HASH,
  HASH_BYTES,
  LEAF_BYTES,
  hashText,
  leafHash,
  nodeHash,
} from '../proof-tree/tree-hash.ts'

/**
 * Puts the record of a line into `records[at…]`: its index, and the hash of its leaf, 64 octets. The commitment itself isn't needed for a root.
 */
export function putRecord(
  records: Buffer,
  at: number,
  maker: LeafMaker,
  { line, since }: ListedLine,
): void {
  if (maker.vrfKey === null) {
    const { index, commitment } = publicLeafTexts(maker.place, line)
    records.write(index, at, 'latin1')
    records.write(commitment, at + HASH_BYTES, 'latin1')
  } else records.set(makeLeaf(maker, line, since), at)
  records.write(leafHash(records, at), at + HASH_BYTES, 'latin1')
}

/** The hash of records whose indices have their first `depth` bits in common (`docs/spec/proof-tree.md` §4). */
export function recordsHash(records: Uint8Array, depth: number): string {
  return rangeHash(records, 0, records.length / LEAF_BYTES, depth)
}

function rangeHash(records: Uint8Array, from: number, to: number, depth: number): string {
  if (from === to) return EMPTY_HASH
  if (to - from === 1) return hashText(records, from * LEAF_BYTES + HASH_BYTES)
  const middle = splitRange(records, from, to, depth)
  return nodeHash(
    rangeHash(records, from, middle, depth + 1),
    rangeHash(records, middle, to, depth + 1),
  )
}
