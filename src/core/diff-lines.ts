import { compareLines, LineCursor, type LineBlocks } from './line-cursor.ts'
import { LineWriter } from './line-writer.ts'

/** A difference held in memory: what `diffLines` and `composeDeltas` give. */
export interface HeldDiff {
  readonly added: readonly Uint8Array[]
  readonly removed: readonly Uint8Array[]
}

/** What `to` has and `from` lacks, and the reverse; both sorted. Holds the difference, not the lists. */
export function diffLines(from: LineBlocks, to: LineBlocks): HeldDiff {
  const [a, b] = [new LineCursor(from), new LineCursor(to)]
  const [added, removed] = [new LineWriter(), new LineWriter()]
  a.next()
  b.next()
  while (!a.isDone || !b.isDone) {
    const order = a.isDone
      ? 1
      : b.isDone
        ? -1
        : compareLines(a.block, a.start, a.end, b.block, b.start, b.end)
    if (order < 0) removed.put(a.block, a.start, a.end + 1)
    if (order > 0) added.put(b.block, b.start, b.end + 1)
    if (order <= 0) a.next()
    if (order >= 0) b.next()
  }
  return { added: added.flush(), removed: removed.flush() }
}
