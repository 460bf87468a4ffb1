import { Fault } from '../fault.ts'
import { rangeHash } from './leaf-range.ts'
import { sortIntoPages } from './sort-pages.ts'
import { EMPTY_HASH, HASH_BYTES, LEAF_BYTES, hashText, pairHash } from './tree-hash.ts'

/**
 * The proof tree of a list at one serial (`docs/spec/proof-tree.md`), as it is held: leaves that begin with the same `bits` bits are a *page*,
 * some sixteen of them in the mean, and of the nodes only those above the pages are kept. What is below is hashed again when it is asked for.
 * A tree is never changed: an update shares all pages that stay.
 */
export interface ProofTree {
  readonly bits: number
  /** 2^bits pages, each the leaves of one prefix, index and commitment, sorted by index. */
  readonly pages: readonly Uint8Array[]
  /** The node with number n, 1 at the top, at octet 32 n; 2n and 2n + 1 are below it, and page p is number 2^bits + p. */
  readonly nodes: Uint8Array
  /** How many leaves are below each node; number 1 has them all. */
  readonly counts: Uint32Array
}

/** A tree has no more entries; 1 GiB of leaves. */
export const MAX_TREE_LEAVES = 1 << 24
/** What a page has in the mean is between half of this and this. */
const PAGE_LEAVES = 24
const MAX_BITS = 20

/** How many pages, as a power of two, a tree of `count` leaves is made with. */
export function pageBits(count: number): number {
  return Math.max(0, Math.min(MAX_BITS, Math.ceil(Math.log2(count / PAGE_LEAVES))))
}

export function countLeaves(tree: ProofTree): number {
  return tree.counts[1] ?? 0
}

/** The hash at the top, 32 octets: what `docs/spec/proof-tree.md` §5 makes the root of. */
export function treeTop(tree: ProofTree): Uint8Array {
  return tree.nodes.slice(HASH_BYTES, 2 * HASH_BYTES)
}

/**
 * The tree of `leaves`, 64 octets each (index, commitment), in any order. Throws `proof/mismatch` where two have the same index, and
 * `proof/too-large` past `MAX_TREE_LEAVES`.
 */
export function buildTree(leaves: Uint8Array): ProofTree {
  const count = leaves.length / LEAF_BYTES
  if (!Number.isInteger(count)) {
    throw new Fault('proof/mismatch', `expected leaves of ${LEAF_BYTES} octets, got a part of one`)
  }
  assertFits(count)
  const bits = pageBits(count)
  return treeOfPages(bits, sortIntoPages(leaves, { bits, first: 0, count: 1 << bits }))
}

/** Throws `proof/too-large`. */
export function assertFits(count: number): void {
  if (count <= MAX_TREE_LEAVES) return
  throw new Fault(
    'proof/too-large',
    `expected at most ${MAX_TREE_LEAVES} entries in a proof tree, got ${count}`,
  )
}

/** The tree of pages that are sorted and belong to their prefixes. */
export function treeOfPages(bits: number, pages: readonly Uint8Array[]): ProofTree {
  const tree = {
    bits,
    pages,
    nodes: new Uint8Array((2 << bits) * HASH_BYTES),
    counts: new Uint32Array(2 << bits),
  }
  for (let page = 0; page < pages.length; page++) hashPage(tree, page)
  for (let node = (1 << bits) - 1; node > 0; node--) hashNode(tree, node)
  return tree
}

/** Sets the hash and the count of a page. */
export function hashPage({ bits, pages, nodes, counts }: ProofTree, page: number): void {
  const leaves = pages[page] ?? new Uint8Array()
  const count = leaves.length / LEAF_BYTES
  counts[(1 << bits) + page] = count
  setHash(nodes, (1 << bits) + page, rangeHash(leaves, 0, count, bits))
}

/** Sets the hash and the count of a node above the pages from the two below it. */
export function hashNode(
  { nodes, counts }: Pick<ProofTree, 'nodes' | 'counts'>,
  node: number,
): void {
  const left = counts[2 * node] ?? 0
  const right = counts[2 * node + 1] ?? 0
  counts[node] = left + right
  if (left + right > 1) {
    setHash(nodes, node, pairHash(nodes, 2 * node * HASH_BYTES))
  } else if (left + right === 1) {
    // `docs/spec/proof-tree.md` §4: a leaf stands as high as it is alone.
    setHash(nodes, node, nodeText(nodes, 2 * node + right))
  } else setHash(nodes, node, EMPTY_HASH)
}

/** The hash of a node by its number. */
export function nodeText(nodes: Uint8Array, node: number): string {
  return hashText(nodes, node * HASH_BYTES)
}

export function setHash(nodes: Uint8Array, node: number, text: string): void {
  const at = node * HASH_BYTES
  for (let i = 0; i < HASH_BYTES; i++) nodes[at + i] = text.charCodeAt(i)
}
