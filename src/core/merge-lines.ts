import { Fault } from './fault.ts'
import {
  assertWholeLines,
  compareLines,
  LineCursor,
  lineEnd,
  type LineBlocks,
} from './line-cursor.ts'
import { BLOCK_BYTES, LineWriter } from './line-writer.ts'

/** What turns one sorted set of lines into another; both parts are line blocks and have no line in common. */
export interface LineDiff {
  readonly added: LineBlocks
  readonly removed: LineBlocks
}

/**
 * The lines of `base` without those of `diff.removed` and with those of `diff.added`, sorted. Streams: holds one block, finds
 * each edit by search and copies what lies between as it is, so that few edits cost little more than a copy of the bytes.
 *
 * Throws `delta/mismatch` when a removed line is not there or an added line is (`docs/spec/delta.md` §2).
 */
export function mergeLines(
  base: LineBlocks,
  diff: LineDiff,
): Generator<Uint8Array, void, undefined> {
  return mergedBlocks(base, diff, new LineWriter())
}

/**
 * The same with less memory in use and so twice as fast: each block that it gives holds only until the next one is asked for.
 */
export function* mergePassing(
  base: LineBlocks,
  diff: LineDiff,
): Generator<Uint8Array, void, undefined> {
  const out = new LineWriter()
  for (const block of mergedBlocks(base, diff, out)) {
    yield block
    out.recycle(block)
  }
}

function* mergedBlocks(
  base: LineBlocks,
  diff: LineDiff,
  out: LineWriter,
): Generator<Uint8Array, void, undefined> {
  const edits = new EditCursor(diff)
  for (const block of base) {
    assertWholeLines(block)
    let from = 0
    while (!edits.isDone) {
      const at = findLine(block, from, edits.current)
      yield* putRun(out, block, from, at)
      from = at
      if (at === block.length) break
      const end = lineEnd(block, at)
      const isThere = isSameLine(block, at, end, edits.current)
      edits.assertFits(isThere)
      if (isThere) from = end + 1
      edits.writeTo(out)
    }
    yield* putRun(out, block, from, block.length)
  }
  while (!edits.isDone) {
    edits.assertFits(false)
    edits.writeTo(out)
    yield* out.full.splice(0)
  }
  yield* out.flush()
}

/** Copies a run of lines, not more at once than a block has room for, and gives what is full. */
function* putRun(
  out: LineWriter,
  block: Uint8Array,
  ...[from, to]: [number, number]
): Generator<Uint8Array, void, undefined> {
  for (let at = from; at < to;) {
    const cut = to - at <= BLOCK_BYTES ? to : lineEnd(block, at + BLOCK_BYTES - 1) + 1
    out.put(block, at, cut)
    if (out.full.length > 0) yield* out.full.splice(0)
    at = cut
  }
}

/** Both parts of a diff as one sorted walk of edits. */
class EditCursor {
  readonly #added: LineCursor
  readonly #removed: LineCursor
  #isAddition = false
  current: LineCursor
  isDone = false

  constructor(diff: LineDiff) {
    this.#added = new LineCursor(diff.added)
    this.#removed = new LineCursor(diff.removed)
    this.current = this.#added
    this.#added.next()
    this.#removed.next()
    this.#choose()
  }

  /** Throws `delta/mismatch` unless the current edit fits a base in which its line is there, or is not. */
  assertFits(isThere: boolean): void {
    if (isThere !== this.#isAddition) return
    const line = JSON.stringify(this.current.text())
    throw new Fault(
      'delta/mismatch',
      isThere
        ? `expected a line that is not listed to be added, got ${line}`
        : `expected a listed line to be removed, got ${line}`,
    )
  }

  /** Writes the current line if it is an addition, and goes on to the next edit. */
  writeTo(out: LineWriter): void {
    const { block, start, end } = this.current
    if (this.#isAddition) out.put(block, start, end + 1)
    this.current.next()
    this.#choose()
  }

  #choose(): void {
    const [added, removed] = [this.#added, this.#removed]
    this.isDone = added.isDone && removed.isDone
    this.#isAddition =
      removed.isDone ||
      (!added.isDone &&
        compareLines(
          added.block,
          added.start,
          added.end,
          removed.block,
          removed.start,
          removed.end,
        ) <= 0)
    this.current = this.#isAddition ? added : removed
  }
}

function isSameLine(block: Uint8Array, start: number, end: number, line: LineCursor): boolean {
  return compareLines(block, start, end, line.block, line.start, line.end) === 0
}

/** The start of the first line of `block`, from the line start `from` on, that is not before `line`; the block's length if none. */
function findLine(block: Uint8Array, from: number, line: LineCursor): number {
  // Steps that double find near edits at once and far ones in few looks; then the gap is halved.
  let low = from
  let high = block.length
  for (let step = 64; low + step < high; step *= 2) {
    const start = lineEnd(block, low + step - 1) + 1
    if (start >= high) break
    if (isBefore(block, start, line)) low = start
    else high = start
  }
  while (low < high) {
    const middle = (low + high) >>> 1
    const start = lineStart(block, low, middle)
    if (isBefore(block, start, line)) low = lineEnd(block, middle) + 1
    else high = start
  }
  return low
}

function isBefore(block: Uint8Array, start: number, line: LineCursor): boolean {
  return compareLines(block, start, lineEnd(block, start), line.block, line.start, line.end) < 0
}

/** The start of the line that holds the byte at `at`; `low` is a line start at or before it. */
function lineStart(block: Uint8Array, low: number, at: number): number {
  let start = at
  while (start > low && block[start - 1] !== 0x0a) start--
  return start
}
