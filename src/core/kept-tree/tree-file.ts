import type { RecordSpool } from './make-rows.ts'
import type { TreeShape } from './tree-shape.ts'

/** The head of a kept tree: that of the list at one serial. */
export interface TreeHead extends TreeShape {
  readonly serial: number
}

/**
 * Where the tree of one list is kept: a cache, that can be made again from the list and may be lost, old or damaged at any time. What is damaged
 * is told by `proof/damaged`; whether it is the tree of a serial is known by its root.
 */
export interface TreeFile {
  readonly head: () => TreeHead | null
  readonly read: (row: number) => Uint8Array | null
  /** What was kept for an entry's index, or null. */
  readonly index: (entry: string) => Uint8Array | null
  /** Runs `work` on one unchanging view. */
  readonly view: <T>(work: () => T) => T
  /** Puts rows in place of those of the same numbers, if the head is still of serial `from`; all or nothing. */
  readonly keep: (change: KeptChange & { readonly from: number }) => void
  /** Puts what `work` writes in place of everything but the indices; all or nothing. */
  readonly replace: (work: (sink: TreeSink) => TreeHead) => void
}

export interface KeptChange {
  readonly head: TreeHead
  /** By number. Gone through once. */
  readonly rows: Iterable<readonly [row: number, bytes: Uint8Array]>
  readonly indices: ReadonlyMap<string, Uint8Array>
}

export interface TreeSink {
  readonly spool: RecordSpool
  readonly write: (row: number, bytes: Uint8Array) => void
  readonly putIndex: (entry: string, bytes: Uint8Array) => void
}
