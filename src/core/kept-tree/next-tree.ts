import type { HeldDiff } from '../diff-lines.ts'
import { Fault, isFault } from '../fault.ts'
import { LineCursor, type LineBlocks } from '../line-cursor.ts'
import { lineKey, type LeafMaker, type ListedLine } from '../proof-tree/leaf-maker.ts'
import { rootHash } from '../proof-tree/proof-root.ts'
import { HASH_BYTES, LEAF_BYTES } from '../proof-tree/tree-hash.ts'
import type { TreeChanges } from '../proof-tree/update-tree.ts'
import { makeRows } from './make-rows.ts'
import { putRecord } from './page-records.ts'
import { rememberIndices } from './remember-indices.ts'
import type { TreeFile, TreeHead } from './tree-file.ts'
import type { TreeShape } from './tree-shape.ts'
import { updateRows } from './update-rows.ts'

/** The tree that is wanted: of which list, at which serial. */
export interface WantedTree {
  readonly maker: LeafMaker
  readonly serial: number
  /** How many entries it will have. */
  readonly entries: number
}

/** How it comes of an earlier one. */
export interface TreeWay {
  /** The serial that the way begins at, and the root that was signed for it. */
  readonly from: { readonly serial: number; readonly root: Uint8Array }
  /** What came and went with each serial behind it, up to the wanted one. */
  readonly steps: readonly { readonly serial: number; readonly changes: HeldDiff }[]
}

/** A root, and the tree that it is of, which may still have to be kept. */
export interface MadeTree {
  /** 32 octets each. */
  readonly root: Uint8Array
  readonly vrfKey: Uint8Array | null
  readonly keep: () => void
}

/**
 * The tree of a serial from the kept one of an earlier serial. Reads what changes, writes nothing before `keep`. Null where what is kept isn't
 * the tree of that serial, is damaged, or has grown out of its pages: then it is made anew.
 */
export function bringTreeAlong(
  file: TreeFile,
  wanted: WantedTree,
  { from, steps }: TreeWay,
): MadeTree | null {
  const indices = new Map<string, Uint8Array>()
  const maker = rememberIndices(wanted.maker, {
    find: (entry) => indices.get(entry) ?? file.index(entry),
    put: (entry, bytes) => indices.set(entry, bytes),
  })
  const rows = new Map<number, () => Uint8Array>()
  const shape = unlessDamaged(() =>
    file.view(() => {
      const head = file.head()
      if (head === null || !isTreeOf(head, maker, from)) return null
      return takeSteps(maker, head, steps, { read: file.read, rows })
    }),
  )
  if (shape === null) return null
  const head = { ...shape, serial: wanted.serial }
  return {
    ...rootOf(maker, head),
    keep: () => file.keep({ from: from.serial, head, rows: encoded(rows), indices }),
  }
}

/** The tree of a serial from all its lines, each with the serial since which it is there; it is kept at once. */
export function makeTreeAnew(
  file: TreeFile,
  wanted: WantedTree,
  lines: Iterable<ListedLine>,
): MadeTree {
  const made: { head: TreeHead | null } = { head: null }
  const plain = wanted.maker
  file.replace(({ spool, write, putIndex }) => {
    const maker = rememberIndices(plain, { find: file.index, put: putIndex })
    const shape = makeRows(wanted.entries, recordsOf(maker, lines), { spool, write })
    made.head = { ...shape, serial: wanted.serial }
    return made.head
  })
  if (made.head === null) throw new Error('a tree was made without a head')
  return { ...rootOf(plain, made.head), keep: () => undefined }
}

function isTreeOf(head: TreeHead, maker: LeafMaker, { serial, root }: TreeWay['from']): boolean {
  return head.serial === serial && Buffer.compare(rootOf(maker, head).root, root) === 0
}

function rootOf(
  { place, vrfKey, rootSalt }: LeafMaker,
  { serial, top }: TreeHead,
): Pick<MadeTree, 'root' | 'vrfKey'> {
  return { root: rootHash({ place, serial, vrfKey }, top, rootSalt(serial)), vrfKey }
}

interface Rows {
  readonly read: TreeFile['read']
  /** Those that were made. */
  readonly rows: Map<number, () => Uint8Array>
}

function takeSteps(
  maker: LeafMaker,
  head: TreeHead,
  steps: TreeWay['steps'],
  { read, rows }: Rows,
): TreeShape | null {
  let shape: TreeShape = head
  for (const { serial, changes } of steps) {
    const update = updateRows(
      (row) => rows.get(row)?.() ?? read(row),
      shape,
      changesOf(maker, serial, changes),
    )
    if (update === null) return null
    for (const [row, encode] of update.rows) rows.set(row, encode)
    shape = update.shape
  }
  return shape
}

function changesOf(maker: LeafMaker, serial: number, { added, removed }: HeldDiff): TreeChanges {
  const gone = [...textsOf(removed)]
  const indices = Buffer.alloc(gone.length * HASH_BYTES)
  gone.forEach((line, i) => indices.set(maker.index(lineKey(line)), i * HASH_BYTES))
  const come = [...textsOf(added)]
  const records = Buffer.alloc(come.length * LEAF_BYTES)
  come.forEach((line, i) => putRecord(records, i * LEAF_BYTES, maker, { line, since: serial }))
  return { removed: indices, added: records }
}

/** One at a time: together they would be as large as all that has changed, once more. */
function* encoded(
  rows: ReadonlyMap<number, () => Uint8Array>,
): Generator<readonly [number, Uint8Array], void, undefined> {
  for (const [row, encode] of rows) yield [row, encode()]
}

/** Lines without their line feeds. */
export function* textsOf(blocks: LineBlocks): Generator<string, void, undefined> {
  const cursor = new LineCursor(blocks)
  while (cursor.next()) yield cursor.text()
}

/** Each holds only until the next one is asked for. */
function* recordsOf(
  maker: LeafMaker,
  lines: Iterable<ListedLine>,
): Generator<Uint8Array, void, undefined> {
  const record = Buffer.alloc(LEAF_BYTES)
  for (const line of lines) {
    putRecord(record, 0, maker, line)
    yield record
  }
}

/** A list that doesn't fit its tree is a damaged tree: whoever is damaged, the tree is what can be made again. */
function unlessDamaged<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault && isFault(error, 'proof/damaged', 'proof/mismatch')) return null
    throw error
  }
}
