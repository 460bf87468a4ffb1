import type { HeldDiff } from '../../core/diff-lines.ts'
import { Fault } from '../../core/fault.ts'
import { compareLines, LineCursor, lineEnd } from '../../core/line-cursor.ts'
import type { DifferenceWriter } from './difference-writer.ts'
import { FileWindow } from './file-window.ts'
import { isCovering, keyEnd, lineAfter, relation } from './tree-line.ts'
import type { OpenTree, OpenZone } from './zone-files.ts'
import type { ZoneWriter } from './zone-writer.ts'

/** How much is copied at once. */
const RUN_BYTES = 1 << 17

/**
 * Writes a zone as the one before with some lines changed: renders the blocks that are touched and copies all others. `difference` is told
 * what came of it. Throws `delta/mismatch` when a line to be removed is not there, or one to be added is.
 */
export function updateZone(
  before: OpenZone & { readonly tree: OpenTree },
  edits: HeldDiff,
  writer: ZoneWriter,
  difference: DifferenceWriter,
): void {
  const update = new Update(before, new EditCursor(edits), writer, difference)
  update.run()
}

class Update {
  readonly #tree: OpenTree
  readonly #edits: EditCursor
  readonly #writer: ZoneWriter
  readonly #difference: DifferenceWriter
  readonly #lineWindow: FileWindow
  readonly #recordWindow: FileWindow
  /** The block that is next, and where its lines and records begin. */
  #block = 0
  #line = 0
  #record: number
  /** Where what is counted but not copied begins. */
  #runLine = 0
  #runRecord: number
  #merged = new Uint8Array(1 << 16)
  #mergedLength = 0

  constructor(
    { tree, image, headBytes }: OpenZone & { readonly tree: OpenTree },
    edits: EditCursor,
    writer: ZoneWriter,
    difference: DifferenceWriter,
  ) {
    this.#tree = tree
    this.#edits = edits
    this.#writer = writer
    this.#difference = difference
    this.#lineWindow = new FileWindow(tree.file, tree.lineBytes)
    this.#recordWindow = new FileWindow(image, image.length)
    this.#record = this.#runRecord = headBytes
  }

  run(): void {
    const { index } = this.#tree
    while (this.#block < index.length) {
      if (!this.#copyBlock()) this.#renderRegion()
    }
    this.#copyRun()
    if (this.#edits.isDone) return
    // Only where there was no block at all.
    this.#mergeRest()
    this.#renderRegion()
  }

  /** Counts the next block among those to be copied; false when it must be rendered. */
  #copyBlock(): boolean {
    const writer = this.#writer
    const { start, next, bytes } = this.#locateBlock()
    if (this.#edits.isBefore(bytes, next)) return false
    if (!writer.canCopy(bytes, start, next)) return false
    if (writer.needsBeacon(bytes, start)) {
      this.#copyRun()
      writer.passBeacon()
    }
    const { index } = this.#tree
    const block = this.#block
    writer.countBlock(index.lines(block), index.bytes(block), index.records(block))
    this.#skipBlock()
    const isLong = this.#line - this.#runLine > RUN_BYTES
    if (isLong || this.#record - this.#runRecord > RUN_BYTES) this.#copyRun()
    return true
  }

  /** The next block's lines, and the first of the block behind it; null when it is the last. */
  #locateBlock(): { bytes: Uint8Array; start: number; next: number | null } {
    const { index, lineBytes } = this.#tree
    const end = this.#line + index.lines(this.#block)
    const isLast = this.#block + 1 === index.length
    const to = isLast ? lineBytes : end + index.lines(this.#block + 1)
    const start = this.#lineWindow.locate(this.#line, to)
    return { bytes: this.#lineWindow.bytes, start, next: isLast ? null : start + end - this.#line }
  }

  #skipBlock(): void {
    const { index } = this.#tree
    this.#line += index.lines(this.#block)
    this.#record += index.bytes(this.#block)
    this.#block++
  }

  #copyRun(): void {
    const writer = this.#writer
    const lines = this.#line - this.#runLine
    if (lines > 0) {
      const start = this.#lineWindow.locate(this.#runLine, this.#line)
      writer.copyLines(this.#lineWindow.bytes, start, start + lines)
    }
    const bytes = this.#record - this.#runRecord
    if (bytes > 0) {
      const start = this.#recordWindow.locate(this.#runRecord, this.#record)
      writer.copyRecords(this.#recordWindow.bytes, start, start + bytes)
    }
    this.#runLine = this.#line
    this.#runRecord = this.#record
  }

  /** Renders the next block, with those behind it into which its last group has grown. */
  #renderRegion(): void {
    this.#copyRun()
    const from = this.#record
    this.#renderMerged()
    const { out } = this.#writer
    const length = this.#record - from
    const start = length === 0 ? 0 : this.#recordWindow.locate(from, this.#record)
    const { bytes } = this.#recordWindow
    this.#difference.compare(bytes, start, start + length, out.bytes, 0, out.length)
    this.#writer.flush()
    this.#runLine = this.#line
    this.#runRecord = this.#record
  }

  #renderMerged(): void {
    const writer = this.#writer
    let at = 0
    do {
      if (this.#block < this.#tree.index.length) this.#mergeBlock()
      at = writer.render(this.#merged, at, this.#mergedLength, false)
    } while (this.#goesOn(at))
    writer.render(this.#merged, at, this.#mergedLength, true)
    this.#mergedLength = 0
  }

  /** Whether the group that begins at `start`, the last that was merged, has the first line of the next block. */
  #goesOn(start: number): boolean {
    if (start === this.#mergedLength || this.#block === this.#tree.index.length) return false
    const lines = this.#merged
    const tab = keyEnd(lines, start)
    const end = this.#line + this.#tree.index.lines(this.#block)
    const next = this.#lineWindow.locate(this.#line, end)
    const { bytes } = this.#lineWindow
    const how = relation(lines, start, tab, bytes, next, next + end - this.#line)
    return how === 'same' || (how === 'below' && this.#covers(start, tab))
  }

  #covers(start: number, tab: number): boolean {
    const lines = this.#merged
    for (let lineTab = tab; ;) {
      if (isCovering(lines[lineTab + 1] ?? 0)) return true
      const next = lineAfter(lines, lineTab)
      if (next >= this.#mergedLength) return false
      if (relation(lines, start, tab, lines, next, this.#mergedLength) !== 'same') return false
      lineTab = next + tab - start
    }
  }

  /** Merges the edits into the next block's lines. */
  #mergeBlock(): void {
    const edits = this.#edits
    const { bytes, start, next } = this.#locateBlock()
    const end = start + this.#tree.index.lines(this.#block)
    let from = start
    while (edits.isBefore(bytes, next)) {
      let at = from
      let order = 1
      while (at < end && (order = edits.compareTo(bytes, at)) > 0) at = lineEnd(bytes, at) + 1
      this.#append(bytes, from, at)
      from = at
      const isThere = at < end && order === 0
      edits.assertFits(isThere)
      if (isThere) from = lineEnd(bytes, at) + 1
      this.#applyEdit()
    }
    this.#append(bytes, from, end)
    this.#skipBlock()
  }

  #mergeRest(): void {
    while (!this.#edits.isDone) {
      this.#edits.assertFits(false)
      this.#applyEdit()
    }
  }

  #applyEdit(): void {
    const { block, start, end } = this.#edits.current
    if (this.#edits.isAddition) this.#append(block, start, end + 1)
    this.#edits.next()
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#mergedLength + end - start
    if (length > this.#merged.length) {
      const grown = new Uint8Array(2 * length)
      grown.set(this.#merged.subarray(0, this.#mergedLength))
      this.#merged = grown
    }
    this.#merged.set(bytes.subarray(start, end), this.#mergedLength)
    this.#mergedLength = length
  }
}

/** Both parts of a diff as one sorted walk. They have no line in common. */
class EditCursor {
  readonly #added: LineCursor
  readonly #removed: LineCursor
  current: LineCursor
  isAddition = false
  isDone = false

  constructor({ added, removed }: HeldDiff) {
    this.#added = new LineCursor(added)
    this.#removed = new LineCursor(removed)
    this.current = this.#added
    this.#added.next()
    this.#removed.next()
    this.#choose()
  }

  /** Whether there is an edit before the line that begins at `start`; null: before the end of all. */
  isBefore(bytes: Uint8Array, start: number | null): boolean {
    return !this.isDone && (start === null || this.compareTo(bytes, start) < 0)
  }

  compareTo(bytes: Uint8Array, at: number): number {
    const { block, start, end } = this.current
    return compareLines(block, start, end, bytes, at, lineEnd(bytes, at))
  }

  assertFits(isThere: boolean): void {
    if (isThere !== this.isAddition) return
    const line = JSON.stringify(this.current.text())
    throw new Fault(
      'delta/mismatch',
      isThere
        ? `expected a line that is not in the zone's tree to be added, got ${line}`
        : `expected a line of the zone's tree to be removed, got ${line}`,
    )
  }

  next(): void {
    this.current.next()
    this.#choose()
  }

  #choose(): void {
    const [added, removed] = [this.#added, this.#removed]
    this.isDone = added.isDone && removed.isDone
    this.isAddition =
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
    this.current = this.isAddition ? added : removed
  }
}
