import type { HeldDiff } from '../core/diff-lines.ts'
import { isFault } from '../core/fault.ts'
import { makeRows } from '../core/kept-tree/make-rows.ts'
import { textsOf } from '../core/kept-tree/next-tree.ts'
import { putRecord } from '../core/kept-tree/page-records.ts'
import type { LineBlocks } from '../core/line-cursor.ts'
import {
  lineKey,
  makeLeaf,
  publicLeafMaker,
  type LeafMaker,
} from '../core/proof-tree/leaf-maker.ts'
import { buildTree, treeTop, type ProofTree } from '../core/proof-tree/proof-tree.ts'
import { rootHash } from '../core/proof-tree/proof-root.ts'
import { LEAF_BYTES } from '../core/proof-tree/tree-hash.ts'
import { updateTree } from '../core/proof-tree/update-tree.ts'
import type { SpoolFolder } from './line-spool.ts'
import { MAX_FOLLOWED_ENTRIES } from './limits.ts'
import { RecordFile } from './record-file.ts'

/**
 * Brings the proof tree of a public list along from serial to serial, so that each root can be compared with its manifest's. A list that is longer than
 * `MAX_FOLLOWED_ENTRIES` isn't followed: the root of its last serial is made once, by `rootOfLines`.
 */
export class TreeFollower {
  readonly #maker: LeafMaker
  #tree: ProofTree | null = null
  #serial = 0

  constructor(place: string) {
    this.#maker = publicLeafMaker(place)
  }

  /** Goes on from these lines. */
  start(serial: number, entries: number, lines: LineBlocks): void {
    this.lose()
    if (entries > MAX_FOLLOWED_ENTRIES) return
    this.#serial = serial
    this.#tree = unlessMisfit(() => buildTree(leavesOf(this.#maker, lines)))
  }

  /** Takes the step to `serial`, if it is the next one. */
  step(serial: number, entries: number, { added, removed }: HeldDiff): void {
    const tree = this.#tree
    const isNext = tree !== null && serial === this.#serial + 1
    this.#serial = serial
    this.#tree =
      isNext && entries <= MAX_FOLLOWED_ENTRIES
        ? unlessMisfit(() =>
            updateTree(tree, {
              removed: indicesOf(this.#maker, removed),
              added: leavesOf(this.#maker, added),
            }),
          )
        : null
  }

  lose(): void {
    this.#tree = null
  }

  /** The root at a serial, in hex; null where it isn't known. */
  root(serial: number): string | null {
    if (this.#tree === null || serial !== this.#serial) return null
    return printRoot(this.#maker, serial, treeTop(this.#tree))
  }
}

/** The root of the proof tree of a public list, in hex. What doesn't fit into memory goes into a file. */
export function rootOfLines(
  spools: SpoolFolder,
  {
    place,
    serial,
    entries,
  }: { readonly place: string; readonly serial: number; readonly entries: number },
  lines: LineBlocks,
): string | null {
  const maker = publicLeafMaker(place)
  const spool = new RecordFile(spools.path())
  try {
    const made = unlessMisfit(() =>
      makeRows(entries, recordsOf(maker, lines), { spool, write: () => undefined }),
    )
    return made && printRoot(maker, serial, made.top)
  } finally {
    spool.remove()
  }
}

function printRoot({ place }: LeafMaker, serial: number, top: Uint8Array): string {
  const root = rootHash({ place, serial, vrfKey: null }, top, null)
  return Buffer.from(root).toString('hex')
}

/** What has an entry twice, or takes away what isn't there, is told by whoever computes states. */
function unlessMisfit<T>(make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    if (isFault(error, 'proof/mismatch', 'proof/too-large')) return null
    throw error
  }
}

function leavesOf(maker: LeafMaker, lines: LineBlocks): Buffer {
  return Buffer.concat([...textsOf(lines)].map((line) => makeLeaf(maker, line, 1)))
}

function indicesOf(maker: LeafMaker, lines: LineBlocks): Buffer {
  return Buffer.concat([...textsOf(lines)].map((line) => maker.index(lineKey(line))))
}

/** Each holds only until the next one is asked for. */
function* recordsOf(maker: LeafMaker, lines: LineBlocks): Generator<Uint8Array, void, undefined> {
  const record = Buffer.alloc(LEAF_BYTES)
  for (const line of textsOf(lines)) {
    putRecord(record, 0, maker, { line, since: 1 })
    yield record
  }
}
