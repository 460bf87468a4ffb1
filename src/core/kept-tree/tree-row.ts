import { Fault } from '../fault.ts'
import { hashNode, nodeText, type ProofTree } from '../proof-tree/proof-tree.ts'
import { HASH_BYTES, LEAF_BYTES, hashText, sha256 } from '../proof-tree/tree-hash.ts'

/**
 * A kept tree is rows: a *top*, *blocks* below it, *pages* below those. A row begins with its number and its hash in the tree, which must
 * be the one that the row above has for it, and ends with a SHA-256 over all before it: damage, and a row of another serial, are known
 * before anything is made of it. Counts are as this machine has them.
 */
export const TOP_ROW = 0
const PAGE_ROWS = 1 << 21

/** The row of a block, of a page. */
export function blockRow(block: number): number {
  return TOP_ROW + 1 + block
}

export function pageRow(page: number): number {
  return PAGE_ROWS + page
}

/** How many bits of an index the blocks have below them; the top has the others. */
export function blockBits(bits: number): number {
  return bits >> 1
}

/** The inner nodes of a top or a block, over 2^bits of what is below. */
export type NodeBlock = Pick<ProofTree, 'bits' | 'nodes' | 'counts'>

export function emptyBlock(bits: number): NodeBlock {
  return {
    bits,
    nodes: new Uint8Array((2 << bits) * HASH_BYTES),
    counts: new Uint32Array(2 << bits),
  }
}

/** Makes all nodes of a block of those at its bottom. */
export function hashBlock(block: NodeBlock): void {
  for (let node = (1 << block.bits) - 1; node > 0; node--) hashNode(block, node)
}

/** Number and hash stand at the head of a row. */
const HEAD_BYTES = 4 + HASH_BYTES

/** A row's bytes. */
export function encodeRow(number: number, hash: string, body: readonly Uint8Array[]): Buffer {
  let end = HEAD_BYTES
  for (const part of body) end += part.length
  const row = Buffer.allocUnsafe(end + HASH_BYTES)
  row.writeUInt32BE(number)
  row.write(hash, 4, 'latin1')
  let at = HEAD_BYTES
  for (const part of body) {
    row.set(part, at)
    at += part.length
  }
  row.write(sha256(row.subarray(0, end)), end, 'latin1')
  return row
}

export function encodeBlock(number: number, { nodes, counts }: NodeBlock): Buffer {
  const numbers = new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength)
  return encodeRow(number, nodeText(nodes, 1), [numbers, nodes])
}

/** What stands between head and check. Throws `proof/damaged` unless the row is whole and has the hash that is expected. */
function decodeRow({ number, row, hash }: ReadRow): Uint8Array {
  if (row === null) throw damaged(number, 'it is missing')
  const end = row.length - HASH_BYTES
  if (end < HEAD_BYTES) throw damaged(number, 'it was cut')
  if (sha256(row.subarray(0, end)) !== hashText(row, end)) throw damaged(number, 'its check fails')
  const found = Buffer.from(row.buffer, row.byteOffset, 4).readUInt32BE()
  if (found !== number) throw damaged(number, 'it is another row')
  if (hashText(row, 4) !== hash) throw damaged(number, 'it is of another serial')
  return row.subarray(HEAD_BYTES, end)
}

/** A copy, to be changed. Throws `proof/damaged`. */
export function decodeBlock(read: ReadRow, bits: number): NodeBlock {
  const { number } = read
  const body = decodeRow(read)
  const block = emptyBlock(bits)
  const numbers = block.counts.byteLength
  if (body.length !== numbers + block.nodes.length) throw damaged(number, 'it has another length')
  new Uint8Array(block.counts.buffer).set(body.subarray(0, numbers))
  block.nodes.set(body.subarray(numbers))
  return block
}

/** The records of a page: for each entry its index and the hash of its leaf, sorted by index. Throws `proof/damaged`. */
export function decodePage(read: ReadRow): Uint8Array {
  const records = decodeRow(read)
  if (records.length % LEAF_BYTES === 0) return records
  throw damaged(read.number, 'it has another length')
}

/** A row as it was read, and the hash that the row above has for it. */
export interface ReadRow {
  readonly number: number
  readonly row: Uint8Array | null
  readonly hash: string
}

function damaged(number: number, why: string): Fault {
  return new Fault('proof/damaged', `expected row ${number} of a kept proof tree: ${why}`)
}
