import { createHash } from 'node:crypto'
import { Fault } from '../fault.ts'
import { MAX_TREE_LEAVES, assertAscending, countLeaves, type ProofTree } from './proof-tree.ts'
import { HASH_BYTES, LEAF_BYTES } from './tree-hash.ts'

/**
 * The bytes of a kept tree: a cache, which can be made again from the list at any time. A head, the counts and the hashes of all nodes, the leaves
 * by index, and the SHA-256 of all before it. Numbers are as this machine has them; on another one the check of the head fails.
 */
const MAGIC = 'bailiwick-proof-tree/1\n\0'
const HEAD_BYTES = MAGIC.length + 8
/** Written with the machine's own order of octets, so that another order is noticed: 2^24 can't be mistaken for 1. */
const ORDER_MARK = 1
const MAX_BITS = 20

/** The tree as blocks of bytes, to be written one after the other; they are views of the tree where that goes. */
export function* encodeTree(tree: ProofTree): Generator<Uint8Array, void, undefined> {
  const check = createHash('sha256')
  const numbers = new Uint8Array(new Uint32Array([ORDER_MARK, tree.bits]).buffer)
  const head = [Buffer.from(MAGIC), numbers, bytesOf(tree.counts), tree.nodes]
  for (const block of [...head, ...runsOf(tree.pages)]) {
    check.update(block)
    yield block
  }
  yield check.digest()
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Pages, thousands at a time: a write for each would cost more than copying them. */
function* runsOf(pages: readonly Uint8Array[]): Generator<Uint8Array, void, undefined> {
  for (let from = 0; from < pages.length; from += 4096) {
    yield Buffer.concat(pages.slice(from, from + 4096))
  }
}

/**
 * The tree of bytes that `encodeTree` made; it is a view of them, so they must stay as they are. Throws `proof/damaged` on anything else: that a file was cut or altered
 * by accident is known. Whether it is the tree of a serial is known by its root.
 */
export function decodeTree(kept: Uint8Array): ProofTree {
  // A Buffer's `slice` would be a view, where the tree's must be copies.
  const bytes = new Uint8Array(kept.buffer, kept.byteOffset, kept.length)
  const bits = decodeHead(bytes)
  const nodeCount = 2 << bits
  const nodesStart = HEAD_BYTES + 4 * nodeCount
  const leavesStart = nodesStart + HASH_BYTES * nodeCount
  const checkStart = bytes.length - HASH_BYTES
  if (checkStart < leavesStart) throw damaged('its end is missing')
  const check = createHash('sha256').update(bytes.subarray(0, checkStart)).digest()
  if (Buffer.compare(check, bytes.subarray(checkStart)) !== 0) throw damaged('its check fails')
  const counts = new Uint32Array(bytes.slice(HEAD_BYTES, nodesStart).buffer)
  const tree = {
    bits,
    counts,
    nodes: bytes.subarray(nodesStart, leavesStart),
    pages: cutByCounts(bytes.subarray(leavesStart, checkStart), counts.subarray(1 << bits)),
  }
  const length = countLeaves(tree) * LEAF_BYTES
  if (length !== checkStart - leavesStart) throw damaged('its entries are not as many as counted')
  return tree
}

function decodeHead(bytes: Uint8Array): number {
  const magic = Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1')
  if (magic !== MAGIC || bytes.length < HEAD_BYTES) throw damaged('it does not begin like one')
  const [mark, bits = 0] = new Uint32Array(bytes.slice(MAGIC.length, HEAD_BYTES).buffer)
  if (mark !== ORDER_MARK || bits > MAX_BITS) throw damaged('its head is not of this machine')
  return bits
}

function cutByCounts(leaves: Uint8Array, counts: Uint32Array): readonly Uint8Array[] {
  let at = 0
  return Array.from(counts, (count) => {
    if (count > MAX_TREE_LEAVES) throw damaged('a page is too large')
    const page = leaves.subarray(at, at + count * LEAF_BYTES)
    assertAscending(page, 'proof/damaged')
    at += count * LEAF_BYTES
    return page
  })
}

function damaged(why: string): Fault {
  return new Fault('proof/damaged', `expected a kept proof tree, got something else: ${why}`)
}
