import {
  assertFits,
  hashNode,
  nodeText,
  setHash,
  type ProofTree,
} from '../proof-tree/proof-tree.ts'
import { HASH_BYTES, LEAF_BYTES, hashText } from '../proof-tree/tree-hash.ts'
import { changePage, sortByPage, type Change, type TreeChanges } from '../proof-tree/update-tree.ts'
import { rowBits, type TreeShape } from './tree-shape.ts'
import { recordsHash } from './page-records.ts'
import {
  TOP_ROW,
  blockBits,
  blockRow,
  decodeBlock,
  decodePage,
  encodeBlock,
  encodeRow,
  pageRow,
  type NodeBlock,
} from './tree-row.ts'

/** How far the pages may be from what the tree would be made with, in powers of two, before it is made anew. */
const BITS_OF_SLACK = 2

/** Rows of a kept tree by number; null where there is none. */
export type ReadRows = (number: number) => Uint8Array | null

/** What an update makes: rows to be put in place of those of the same numbers. */
export interface RowUpdate {
  readonly shape: TreeShape
  /** Each makes its bytes when it is asked: the root needs none of them, and somebody waits for it. */
  readonly rows: ReadonlyMap<number, () => Uint8Array>
}

/**
 * Brings a kept tree along: reads and makes the rows with changes, and those above them, and no others. The records that are added are those of
 * `makeRecord`. Null where the tree has grown or shrunk so much that its rows should be cut anew.
 * Throws `proof/damaged` where a row isn't what the one above it says, `proof/mismatch` as `updateTree`, `proof/too-large`.
 */
export function updateRows(
  read: ReadRows,
  { bits, count, top: topHash }: TreeShape,
  changes: TreeChanges,
): RowUpdate | null {
  const after = count + changes.added.length / LEAF_BYTES - changes.removed.length / HASH_BYTES
  assertFits(after)
  if (Math.abs(rowBits(after) - bits) > BITS_OF_SLACK) return null
  const below = blockBits(bits)
  const rows = new Map<number, () => Uint8Array>()
  const top = decodeBlock(
    { number: TOP_ROW, row: read(TOP_ROW), hash: hashText(topHash) },
    bits - below,
  )
  const changed: number[] = []
  for (const [block, pages] of groupByBlock(sortByPage(bits, changes), below)) {
    const node = (1 << top.bits) + block
    const number = blockRow(block)
    const row = read(number)
    const nodes = decodeBlock({ number, row, hash: nodeText(top.nodes, node) }, below)
    changeBlock({ read, rows, bits }, nodes, pages)
    rows.set(number, () => encodeBlock(number, nodes))
    setNode(top, node, nodeText(nodes.nodes, 1), nodes.counts[1] ?? 0)
    changed.push(node >> 1)
  }
  hashAbove(top, changed)
  rows.set(TOP_ROW, () => encodeBlock(TOP_ROW, top))
  const counted = top.counts[1] ?? 0
  return { shape: { bits, count: counted, top: top.nodes.slice(HASH_BYTES, 2 * HASH_BYTES) }, rows }
}

type PageChanges = readonly (readonly [page: number, changes: readonly Change[]])[]

function groupByBlock(
  byPage: ReadonlyMap<number, readonly Change[]>,
  below: number,
): ReadonlyMap<number, PageChanges> {
  const blocks = new Map<number, (readonly [number, readonly Change[]])[]>()
  // In the order of their numbers, in which they lie in the file.
  for (const [page, some] of [...byPage].sort(([a], [b]) => a - b)) {
    const pages = blocks.get(page >> below) ?? []
    pages.push([page, some])
    blocks.set(page >> below, pages)
  }
  return blocks
}

interface Rewriting {
  readonly read: ReadRows
  readonly rows: Map<number, () => Uint8Array>
  readonly bits: number
}

function changeBlock({ read, rows, bits }: Rewriting, block: NodeBlock, pages: PageChanges): void {
  const changed: number[] = []
  for (const [page, changes] of pages) {
    const number = pageRow(page)
    const node = (1 << block.bits) + (page & ((1 << block.bits) - 1))
    const records = changePage(
      decodePage({ number, row: read(number), hash: nodeText(block.nodes, node) }),
      changes,
    )
    const hash = recordsHash(records, bits)
    rows.set(number, () => encodeRow(number, hash, [records]))
    setNode(block, node, hash, records.length / LEAF_BYTES)
    changed.push(node >> 1)
  }
  hashAbove(block, changed)
}

function setNode({ nodes, counts }: NodeBlock, node: number, hash: string, count: number): void {
  counts[node] = count
  setHash(nodes, node, hash)
}

/** From below upwards, each node once, whatever number of changes is below it. */
function hashAbove(block: Omit<ProofTree, 'pages'>, changed: readonly number[]): void {
  for (let nodes = new Set(changed); nodes.size > 0;) {
    const above = new Set<number>()
    for (const node of nodes) {
      // A block over one page, or a top over one block, has no node above it.
      if (node === 0) continue
      hashNode(block, node)
      above.add(node >> 1)
    }
    nodes = above
  }
}
