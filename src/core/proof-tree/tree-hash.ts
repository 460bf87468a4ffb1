import { hash } from 'node:crypto'

/**
 * The hashes of a proof tree (`docs/spec/proof-tree.md` §2 to §4): SHA-256, each over a tag of its own that ends with a line feed. A tree
 * of a million entries is some millions of them, so they are made as strings of 32 octets (`binary`), which Node gives back several
 * times quicker than buffers, over memory that is used again.
 */

export const HASH_BYTES = 32
/** A leaf in memory: its index and its commitment (§3). */
export const LEAF_BYTES = 2 * HASH_BYTES

const NODE = tagged('bailiwick/node/v1', LEAF_BYTES)
const LEAF = tagged('bailiwick/leaf/v1', LEAF_BYTES)

/** The hash of a place with nothing below it. */
export const EMPTY_HASH = sha256(Buffer.from('bailiwick/empty/v1\n'))

/** Of octets, or of ASCII text. */
export function sha256(of: Uint8Array | string): string {
  return hash('sha256', of, 'binary')
}

/** The hash of an inner node from those of the two below it. */
export function nodeHash(left: string, right: string): string {
  NODE.bytes.write(left, NODE.start, 'latin1')
  NODE.bytes.write(right, NODE.start + HASH_BYTES, 'latin1')
  return sha256(NODE.bytes)
}

/** The same of two hashes that lie side by side at `nodes[at…]`. */
export function pairHash(nodes: Uint8Array, at: number): string {
  for (let i = 0; i < LEAF_BYTES; i++) NODE.bytes[NODE.start + i] = nodes[at + i] ?? 0
  return sha256(NODE.bytes)
}

/** The hash of the leaf that lies at `leaves[at…]`. */
export function leafHash(leaves: Uint8Array, at: number): string {
  for (let i = 0; i < LEAF_BYTES; i++) LEAF.bytes[LEAF.start + i] = leaves[at + i] ?? 0
  return sha256(LEAF.bytes)
}

/** Octets as a hash is kept here, and back. */
export function hashText(bytes: Uint8Array, at = 0): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, HASH_BYTES).toString('latin1')
}

export function hashBytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

/** Bit `depth` of the index at `indices[at…]`, the highest of its first octet being bit 0. */
export function bitOf(indices: Uint8Array, at: number, depth: number): number {
  return ((indices[at + (depth >> 3)] ?? 0) >> (7 - (depth & 7))) & 1
}

/** The first `bits` bits of the index at `indices[at…]` as a number; at most 24. */
export function prefixOf(indices: Uint8Array, at: number, bits: number): number {
  const first = ((indices[at] ?? 0) << 16) | ((indices[at + 1] ?? 0) << 8) | (indices[at + 2] ?? 0)
  return first >>> (24 - bits)
}

/** Order of two indices, bytewise. */
export function compareIndices(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let i = 0; i < HASH_BYTES; i++) {
    const difference = (a[aAt + i] ?? 0) - (b[bAt + i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function tagged(tag: string, room: number): { bytes: Buffer; start: number } {
  const head = Buffer.from(`${tag}\n`)
  return { bytes: Buffer.concat([head, Buffer.alloc(room)]), start: head.length }
}
