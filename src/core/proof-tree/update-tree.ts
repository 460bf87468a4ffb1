import { Fault } from '../fault.ts'
import {
  assertFits,
  countLeaves,
  hashNode,
  hashPage,
  pageBits,
  treeOfPages,
  type ProofTree,
} from './proof-tree.ts'
import { HASH_BYTES, LEAF_BYTES, compareIndices, prefixOf } from './tree-hash.ts'

/** What makes the tree of one serial that of another. An amended entry is in both: its index is removed, its new leaf added. */
export interface TreeChanges {
  /** Indices, 32 octets each, in any order. */
  readonly removed: Uint8Array
  /** Leaves, 64 octets each, in any order. */
  readonly added: Uint8Array
}

/** How far the pages of a tree may be from what it would be made with, in powers of two, before it is cut into pages anew. */
const BITS_OF_SLACK = 2

/** One change: where its index lies in `bytes`, whose step says what it is. */
export interface Change {
  readonly bytes: Uint8Array
  readonly at: number
  readonly isAdded: boolean
}

/**
 * The tree after `changes`; the given one stays as it is. Costs in proportion to the changes: pages without one are shared, and
 * only what is above a changed one is hashed again; copied are some 80 octets for each page. Throws `proof/mismatch` where a removed index isn't there
 * or an added one is, and `proof/too-large`.
 */
export function updateTree(tree: ProofTree, changes: TreeChanges): ProofTree {
  const byPage = sortByPage(tree.bits, changes)
  const pages = tree.pages.slice()
  for (const [page, some] of byPage) pages[page] = changePage(pages[page], some)
  const count =
    countLeaves(tree) + changes.added.length / LEAF_BYTES - changes.removed.length / HASH_BYTES
  assertFits(count)
  if (Math.abs(pageBits(count) - tree.bits) > BITS_OF_SLACK) return cutAnew(pages, count)
  const next = { ...tree, pages, nodes: tree.nodes.slice(), counts: tree.counts.slice() }
  let nodes = new Set<number>()
  for (const page of byPage.keys()) {
    hashPage(next, page)
    nodes.add(((1 << tree.bits) + page) >> 1)
  }
  // From below upwards, each node once, whatever number of changes is below it.
  for (let depth = tree.bits; depth > 0; depth--) {
    const above = new Set<number>()
    for (const node of nodes) {
      hashNode(next, node)
      above.add(node >> 1)
    }
    nodes = above
  }
  return next
}

/** Changes by page, those of each sorted; of one index what is removed stands before what is added. */
export function sortByPage(bits: number, { removed, added }: TreeChanges): Map<number, Change[]> {
  if (removed.length % HASH_BYTES !== 0 || added.length % LEAF_BYTES !== 0) {
    throw new Fault('proof/mismatch', 'expected whole indices and leaves, got a part of one')
  }
  const byPage = new Map<number, Change[]>()
  const put = (bytes: Uint8Array, step: number): void => {
    for (let at = 0; at < bytes.length; at += step) {
      const page = prefixOf(bytes, at, bits)
      const some = byPage.get(page) ?? []
      some.push({ bytes, at, isAdded: step === LEAF_BYTES })
      byPage.set(page, some)
    }
  }
  put(removed, HASH_BYTES)
  put(added, LEAF_BYTES)
  // Of one index, what is removed stands before what is added: sorting is stable.
  for (const some of byPage.values()) {
    some.sort((a, b) => compareIndices(a.bytes, a.at, b.bytes, b.at))
  }
  return byPage
}

/** Merges sorted changes into a sorted page. */
export function changePage(
  page: Uint8Array = new Uint8Array(),
  changes: readonly Change[],
): Uint8Array {
  const grown = changes.filter(({ isAdded }) => isAdded).length
  const result = new Uint8Array(page.length + grown * LEAF_BYTES)
  let [from, to] = [0, 0]
  const take = (source: Uint8Array, at: number): void => {
    result.set(source.subarray(at, at + LEAF_BYTES), to)
    to += LEAF_BYTES
  }
  for (const { bytes, at, isAdded } of changes) {
    while (from < page.length && compareIndices(page, from, bytes, at) < 0) {
      take(page, from)
      from += LEAF_BYTES
    }
    const isThere = from < page.length && compareIndices(page, from, bytes, at) === 0
    const isJustAdded = to > 0 && compareIndices(result, to - LEAF_BYTES, bytes, at) === 0
    if (isAdded ? isThere || isJustAdded : !isThere) throw misfit(bytes, at, isAdded)
    if (isAdded) take(bytes, at)
    else from += LEAF_BYTES
  }
  result.set(page.subarray(from), to)
  // Its own memory, cut to its length: a view would keep all that it was cut from.
  return result.slice(0, to + page.length - from)
}

function misfit(bytes: Uint8Array, at: number, isAdded: boolean): Fault {
  const index = Buffer.from(bytes.subarray(at, at + HASH_BYTES)).toString('hex')
  const said = isAdded ? 'a new entry to be added, got one that is there' : 'an entry to be removed'
  return new Fault('proof/mismatch', `expected ${said}, at ${index}`)
}

/** A list that grew or shrank manyfold: leaves stay as they are, and everything above them is made again. */
function cutAnew(pages: readonly Uint8Array[], count: number): ProofTree {
  const leaves = new Uint8Array(count * LEAF_BYTES)
  let end = 0
  for (const page of pages) {
    leaves.set(page, end)
    end += page.length
  }
  return treeOfPages(pageBits(count), cutIntoPages(leaves, pageBits(count)))
}

/** Pages as views of sorted leaves. */
export function cutIntoPages(leaves: Uint8Array, bits: number): readonly Uint8Array[] {
  let at = 0
  return Array.from({ length: 1 << bits }, (_, page) => {
    const from = at
    while (at < leaves.length && prefixOf(leaves, at, bits) === page) at += LEAF_BYTES
    return leaves.subarray(from, at)
  })
}
