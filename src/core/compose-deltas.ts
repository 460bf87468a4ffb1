import type { HeldDiff } from './diff-lines.ts'
import { Fault } from './fault.ts'
import { compareLines, LineCursor } from './line-cursor.ts'
import { LineWriter } from './line-writer.ts'
import type { LineDiff } from './merge-lines.ts'

/**
 * The least difference that has the effect of each of `diffs` in turn: what one adds and another takes away again is gone.
 * Throws `delta/mismatch` when two of them cannot follow each other (a line added twice, or removed twice).
 */
export function composeDeltas(diffs: readonly LineDiff[]): HeldDiff {
  const cursors = diffs.flatMap(({ added, removed }, at) => [
    new SignedCursor(added, 1, at),
    new SignedCursor(removed, -1, at),
  ])
  const [added, removed] = [new LineWriter(), new LineWriter()]
  let live = cursors.filter((cursor) => cursor.next())
  while (live.length > 0) {
    const same = leastOf(live)
    const effect = netEffect(same)
    if (effect !== 0) putLine(effect > 0 ? added : removed, same[0])
    let hasEnded = false
    for (const cursor of same) hasEnded = !cursor.next() || hasEnded
    if (hasEnded) live = live.filter((cursor) => !cursor.isDone)
  }
  return { added: added.flush(), removed: removed.flush() }
}

function putLine(out: LineWriter, at: LineCursor | undefined): void {
  if (at !== undefined) out.put(at.block, at.start, at.end + 1)
}

class SignedCursor extends LineCursor {
  readonly sign: 1 | -1
  readonly at: number

  constructor(blocks: Iterable<Uint8Array>, sign: 1 | -1, at: number) {
    super(blocks)
    this.sign = sign
    this.at = at
  }
}

/** The cursors that stand on the least line, in the order of their diffs. */
function leastOf(cursors: readonly SignedCursor[]): SignedCursor[] {
  let least: SignedCursor[] = []
  for (const cursor of cursors) {
    const first = least[0]
    const order =
      first === undefined
        ? -1
        : compareLines(cursor.block, cursor.start, cursor.end, first.block, first.start, first.end)
    if (order < 0) least = [cursor]
    else if (order === 0) least.push(cursor)
  }
  return least
}

function netEffect(same: readonly SignedCursor[]): number {
  let [effect, before] = [0, 0]
  for (const cursor of same) {
    if (cursor.sign === before) {
      const line = JSON.stringify(cursor.text())
      throw new Fault(
        'delta/mismatch',
        `expected differences that follow each other, got ${line} twice`,
      )
    }
    before = cursor.sign
    effect += cursor.sign
  }
  return effect
}
