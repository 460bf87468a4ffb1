import { CursorHeap } from './cursor-heap.ts'
import { compareLines, type LineCursor } from './line-cursor.ts'

/** Walks many sorted sources of lines together: gives one distinct line at a time, with all the sources that have it. */
export class LineHeap<C extends LineCursor> extends CursorHeap<C> {
  /** Takes cursors that stand before their first line. */
  constructor(cursors: Iterable<C>) {
    super(cursors, order)
  }
}

function order(a: LineCursor, b: LineCursor): number {
  return compareLines(a.block, a.start, a.end, b.block, b.start, b.end)
}
