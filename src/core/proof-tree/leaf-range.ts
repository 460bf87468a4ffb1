import { EMPTY_HASH, LEAF_BYTES, bitOf, leafHash, nodeHash } from './tree-hash.ts'

/** Leaves in the order of their indices; a range of them is `[from, to)`, by number. */

/** The hash of what `docs/spec/proof-tree.md` §4 makes of a range whose indices have their first `depth` bits in common. */
export function rangeHash(leaves: Uint8Array, from: number, to: number, depth: number): string {
  if (from === to) return EMPTY_HASH
  if (to - from === 1) return leafHash(leaves, from * LEAF_BYTES)
  const middle = splitRange(leaves, from, to, depth)
  return nodeHash(
    rangeHash(leaves, from, middle, depth + 1),
    rangeHash(leaves, middle, to, depth + 1),
  )
}

/** Where the leaves begin whose bit `depth` is set. */
export function splitRange(leaves: Uint8Array, from: number, to: number, depth: number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >> 1
    if (bitOf(leaves, middle * LEAF_BYTES, depth) === 0) low = middle + 1
    else high = middle
  }
  return low
}
