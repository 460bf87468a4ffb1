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
 * One walk over all lines, holding none: a line's comings and goings alternate, so it differs from the newest serial
 * exactly in every other span between them.
 */
export function measureWindow(steps: readonly LineDiff[]): DiffSize[] {
  // As differences from one serial to the next, summed up at the end: a line costs its events, not the window's length.
  const rises = Array.from({ length: steps.length + 1 }, () => ({ added: 0, removed: 0, bytes: 0 }))
  for (const [line, spans, isListed] of differingSpans(steps)) {
    const bytes = line.end + 1 - line.start
    for (const [from, to] of spans) {
      for (const [at, by] of [
        [from, 1],
        [to, -1],
      ] as const) {
        const rise = rises[at]
        if (rise === undefined) continue
        rise.bytes += by * bytes
        if (isListed) rise.added += by
        else rise.removed += by
      }
    }
  }
  const sum = { added: 0, removed: 0, bytes: 0 }
  return steps.map((_, i) => {
    sum.added += rises[i]?.added ?? 0
    sum.removed += rises[i]?.removed ?? 0
    sum.bytes += rises[i]?.bytes ?? 0
    return { ...sum }
  })
}

/** The least differences themselves, for the given places of the window, in their order. Holds them all. */
export function composeWindow(steps: readonly LineDiff[], wanted: readonly number[]): HeldDiff[] {
  const writers = wanted.map((at) => ({ at, added: new LineWriter(), removed: new LineWriter() }))
  for (const [line, spans, isListed] of differingSpans(steps)) {
    for (const { at, added, removed } of writers) {
      if (!spans.some(([from, to]) => from <= at && at < to)) continue
      const out = isListed ? added : removed
      out.put(line.block, line.start, line.end + 1)
    }
  }
  return writers.map(({ added, removed }) => ({ added: added.flush(), removed: removed.flush() }))
}

/** Each line that ever changed, with the spans [from, to) of the window in which it was not what it is at the end, and that. */
function* differingSpans(
  steps: readonly LineDiff[],
): Generator<
  readonly [SignedCursor, readonly (readonly [number, number])[], boolean],
  void,
  undefined
> {
  const heap = new LineHeap(signedCursors(steps))
  for (let same = heap.next(); same.length > 0; same = heap.next()) {
    const events = inTime(same)
    const spans: (readonly [number, number])[] = []
    // Event i lies between serials `at` and `at + 1`. Going back from the last, every other span differs.
    for (let i = events.length - 1; i >= 0; i -= 2) {
      spans.push([(events[i - 1]?.at ?? -1) + 1, (events[i]?.at ?? 0) + 1])
    }
    const last = events[events.length - 1]
    if (last !== undefined) yield [last, spans, last.sign > 0]
  }
}
