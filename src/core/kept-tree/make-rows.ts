import { nodeText, setHash } from '../proof-tree/proof-tree.ts'
import { sortIntoPages } from '../proof-tree/sort-pages.ts'
import { HASH_BYTES, LEAF_BYTES, prefixOf } from '../proof-tree/tree-hash.ts'
import { recordsHash } from './page-records.ts'
import {
  TOP_ROW,
  blockBits,
  blockRow,
  emptyBlock,
  encodeBlock,
  encodeRow,
  hashBlock,
  pageRow,
  type NodeBlock,
} from './tree-row.ts'
import { rowBits, type TreeShape } from './tree-shape.ts'

/** Where the records of a list wait until those of each block are together. */
export interface RecordSpool {
  readonly put: (block: number, records: Uint8Array) => void
  /** All that was put for the block, in any order. Asked once. */
  readonly take: (block: number) => readonly Uint8Array[]
}

export interface RowSink {
  readonly spool: RecordSpool
  readonly write: (number: number, row: Uint8Array) => void
}

/** Records of one block that are held before they are put away. */
const HELD_RECORDS = 64

/**
 * Makes the rows of a tree of `records`, which come in any order, about `count` of them. Memory holds some of each block, and then one block. Throws
 * `proof/mismatch` where two have the same index.
 */
export function makeRows(
  count: number,
  records: Iterable<Uint8Array>,
  { spool, write }: RowSink,
): TreeShape {
  const bits = rowBits(count)
  const below = blockBits(bits)
  const rest = spoolRecords(records, bits - below, spool)
  const top = emptyBlock(bits - below)
  for (let block = 0; block < 1 << top.bits; block++) {
    const own = Buffer.concat([...spool.take(block), rest(block)])
    const nodes = makeBlock({ own, block, bits, below }, write)
    const at = (1 << top.bits) + block
    top.counts[at] = nodes.counts[1] ?? 0
    setHash(top.nodes, at, nodeText(nodes.nodes, 1))
  }
  hashBlock(top)
  write(TOP_ROW, encodeBlock(TOP_ROW, top))
  return { bits, count: top.counts[1] ?? 0, top: top.nodes.slice(HASH_BYTES, 2 * HASH_BYTES) }
}

/** Puts records away by block; gives what is still held of one. */
function spoolRecords(
  records: Iterable<Uint8Array>,
  bits: number,
  spool: RecordSpool,
): (block: number) => Uint8Array {
  const held = Array.from({ length: 1 << bits }, () => ({
    bytes: new Uint8Array(HELD_RECORDS * LEAF_BYTES),
    length: 0,
  }))
  for (const record of records) {
    const block = prefixOf(record, 0, bits)
    const buffer = held[block]
    if (buffer === undefined) throw new RangeError(`there is no block ${block}`)
    if (buffer.length === buffer.bytes.length) {
      spool.put(block, buffer.bytes)
      buffer.length = 0
    }
    buffer.bytes.set(record, buffer.length)
    buffer.length += LEAF_BYTES
  }
  return (block) => held[block]?.bytes.subarray(0, held[block].length) ?? new Uint8Array()
}

interface OwnRecords {
  readonly own: Uint8Array
  readonly block: number
  readonly bits: number
  readonly below: number
}

function makeBlock({ own, block, bits, below }: OwnRecords, write: RowSink['write']): NodeBlock {
  const nodes = emptyBlock(below)
  const first = block << below
  sortIntoPages(own, { bits, first, count: 1 << below }).forEach((records, i) => {
    const hash = recordsHash(records, bits)
    const number = pageRow(first + i)
    write(number, encodeRow(number, hash, [records]))
    nodes.counts[(1 << below) + i] = records.length / LEAF_BYTES
    setHash(nodes.nodes, (1 << below) + i, hash)
  })
  hashBlock(nodes)
  write(blockRow(block), encodeBlock(blockRow(block), nodes))
  return nodes
}
