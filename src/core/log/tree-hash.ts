import { createHash, hash } from 'node:crypto'

/** The hashes of a Merkle tree (RFC 6962 §2.1), all of them SHA-256. */

export const HASH_BYTES = 32

/** The root of a tree without leaves: the hash of nothing. */
export const EMPTY_ROOT: Uint8Array = createHash('sha256').digest()

/** What a log says of itself at one size. */
export interface TreeHead {
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

const LEAF_PREFIX = Buffer.of(0x00)
const NODE_PREFIX = 0x01

/** One node's input, used again for each: a tree has as many nodes as leaves, and an auditor makes them all. */
const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX)

/** RFC 6962 §2.1: SHA-256(0x00 ‖ data). For a whole bundle `hashEntryBundle` is faster. */
export function hashLeaf(data: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF_PREFIX).update(data).digest()
}

/** RFC 6962 §2.1: SHA-256(0x01 ‖ left ‖ right). Both are hashes of 32 bytes. */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1)
  node.set(right, 1 + HASH_BYTES)
  return hash('sha256', node, 'buffer')
}

/** The root over `row`, hashes one behind the other. Their count is a power of two. */
export function hashRow(row: Uint8Array): Uint8Array {
  if (row.length === HASH_BYTES) return row
  const half = row.length / 2
  return hashNode(hashRow(row.subarray(0, half)), hashRow(row.subarray(half)))
}

export function isSameHash(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
