import type { HeldDiff } from './diff-lines.ts'
import { Fault } from './fault.ts'
import { LineCursor } from './line-cursor.ts'
import { LineHeap } from './line-heap.ts'
import { LineWriter } from './line-writer.ts'
import type { LineDiff } from './merge-lines.ts'

/**
 * The least difference that has the effect of each of `diffs` in turn: what one adds and another takes away again is gone.
 * Throws `delta/mismatch` when two of them cannot follow each other (a line added twice, or removed twice).
 */
export function composeDeltas(diffs: readonly LineDiff[]): HeldDiff {
  const heap = new LineHeap(signedCursors(diffs))
  const [added, removed] = [new LineWriter(), new LineWriter()]
  for (let same = heap.next(); same.length > 0; same = heap.next()) {
    const effect = netEffect(same)
    const first = same[0]
    if (effect === 0 || first === undefined) continue
    const out = effect > 0 ? added : removed
    out.put(first.block, first.start, first.end + 1)
  }
  return { added: added.flush(), removed: removed.flush() }
}

/** A cursor over what one difference adds (+1) or removes (−1); `at` is the place of the difference in time. */
export class SignedCursor extends LineCursor {
  readonly sign: 1 | -1
  readonly at: number

  constructor(blocks: Iterable<Uint8Array>, sign: 1 | -1, at: number) {
    super(blocks)
    this.sign = sign
    this.at = at
  }
}

/** Both parts of each difference, numbered from 0. */
export function signedCursors(diffs: readonly LineDiff[]): SignedCursor[] {
  return diffs.flatMap(({ added, removed }, at) => [
    new SignedCursor(added, 1, at),
    new SignedCursor(removed, -1, at),
  ])
}

/**
 * Brings the cursors of one line into the order of time and throws `delta/mismatch` unless their signs alternate, as they do when
 * each difference starts where the one before ended.
 */
export function inTime(same: readonly SignedCursor[]): readonly SignedCursor[] {
  if (same.length === 1) return same
  const ordered = [...same].sort((a, b) => a.at - b.at)
  ordered.forEach((cursor, i) => {
    if (cursor.sign !== ordered[i - 1]?.sign) return
    const line = JSON.stringify(cursor.text())
    throw new Fault(
      'delta/mismatch',
      `expected differences that follow each other, got ${line} twice`,
    )
  })
  return ordered
}

function netEffect(same: readonly SignedCursor[]): number {
  return inTime(same).reduce((effect, { sign }) => effect + sign, 0)
}
