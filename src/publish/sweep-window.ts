import { inTime, signedCursors, type SignedCursor } from '../core/compose-deltas.ts'
import type { HeldDiff } from '../core/diff-lines.ts'
import { LineHeap } from '../core/line-heap.ts'
import { LineWriter } from '../core/line-writer.ts'
import type { LineDiff } from '../core/merge-lines.ts'

/** How much the least difference from one serial to the newest has: lines, and their bytes without signs. */
export interface DiffSize {
  readonly added: number
  readonly removed: number
  readonly bytes: number
}

/**
 * Given what came and went with each serial of a window, oldest first: for each serial before them and between them, the size of
 * the least difference to the newest. `steps[i]` leads from serial `base + i` to `base + i + 1`; the result's `[i]` is for `base + i`.
 *
 * One walk over all lines, holding none. A line's comings and goings alternate, so it is not what it is at the end exactly where an odd
 * number of them is still to come.
 */
export function measureWindow(steps: readonly LineDiff[]): DiffSize[] {
  // How the size changes from one serial to the next: a line costs its events, not the window's length.
  const rises = { added: sums(steps), removed: sums(steps), bytes: sums(steps) }
  sweep(steps, (events, last) => {
    const lines = last.sign > 0 ? rises.added : rises.removed
    const bytes = last.end + 1 - last.start
    for (let i = events.length - 1, by = 1; i >= 0; i--, by = -by) {
      const at = (events[i]?.at ?? 0) + 1
      lines[at] = (lines[at] ?? 0) - by
      rises.bytes[at] = (rises.bytes[at] ?? 0) - by * bytes
    }
    if (events.length % 2 === 1) {
      lines[0] = (lines[0] ?? 0) + 1
      rises.bytes[0] = (rises.bytes[0] ?? 0) + bytes
    }
  })
  const size = { added: 0, removed: 0, bytes: 0 }
  return steps.map((_, i) => {
    size.added += rises.added[i] ?? 0
    size.removed += rises.removed[i] ?? 0
    size.bytes += rises.bytes[i] ?? 0
    return { ...size }
  })
}

function sums(steps: readonly LineDiff[]): Float64Array {
  return new Float64Array(steps.length + 1)
}

/** The least differences themselves, for the given places of the window, in their order. Holds them all. */
export function composeWindow(steps: readonly LineDiff[], wanted: readonly number[]): HeldDiff[] {
  const writers = wanted.map(() => ({ added: new LineWriter(), removed: new LineWriter() }))
  sweep(steps, (events, last) => {
    wanted.forEach((from, i) => {
      let toCome = 0
      for (const { at } of events) if (at >= from) toCome++
      if (toCome % 2 === 0) return
      const writer = last.sign > 0 ? writers[i]?.added : writers[i]?.removed
      writer?.put(last.block, last.start, last.end + 1)
    })
  })
  return writers.map(({ added, removed }) => ({ added: added.flush(), removed: removed.flush() }))
}

/** Each line that ever changed, in the order of lines, with its comings and goings in the order of time, and the last of them. */
function sweep(
  steps: readonly LineDiff[],
  visit: (events: readonly SignedCursor[], last: SignedCursor) => void,
): void {
  const heap = new LineHeap(signedCursors(steps))
  for (let same = heap.next(); same.length > 0; same = heap.next()) {
    const events = inTime(same)
    const last = events[events.length - 1]
    if (last !== undefined) visit(events, last)
  }
}
