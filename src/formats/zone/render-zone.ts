import type { LineBlocks } from '../../core/line-cursor.ts'
import type { DifferenceWriter } from './difference-writer.ts'
import { MINUS, PLUS } from './difference-writer.ts'
import { FileWindow, type ByteSource } from './file-window.ts'
import { compareRecords, recordEnd } from './wire-record.ts'
import type { ZoneWriter } from './zone-writer.ts'

/** Writes a zone from the lines of its tree, sorted. */
export function renderZone(lines: LineBlocks, writer: ZoneWriter): void {
  let held = new Uint8Array(0)
  for (const block of lines) {
    const whole = new Uint8Array(held.length + block.length)
    whole.set(held)
    whole.set(block, held.length)
    const at = writer.render(whole, 0, whole.length, false)
    writer.flush()
    held = whole.subarray(at)
  }
  writer.render(held, 0, held.length, true)
}

/** Tells the difference between records of two files, both in canonical order. */
export function compareImages(
  a: { readonly source: ByteSource; readonly start: number; readonly end: number },
  b: { readonly source: ByteSource; readonly start: number; readonly end: number },
  difference: DifferenceWriter,
): void {
  const [before, after] = [new RecordCursor(a), new RecordCursor(b)]
  before.next()
  after.next()
  while (!before.isDone || !after.isDone) {
    const order = before.isDone ? 1 : after.isDone ? -1 : before.compare(after)
    if (order < 0) before.putInto(difference, MINUS)
    if (order > 0) after.putInto(difference, PLUS)
    if (order <= 0) before.next()
    if (order >= 0) after.next()
  }
}

/** A record is never longer: an owner, what stands before its data, and a text. */
const MAX_RECORD_BYTES = 1 << 10

class RecordCursor {
  isDone = false
  readonly #window: FileWindow
  readonly #end: number
  #at: number
  #next: number
  #start = 0

  constructor({ source, start, end }: { source: ByteSource; start: number; end: number }) {
    this.#window = new FileWindow(source, end)
    this.#end = end
    this.#at = this.#next = start
  }

  next(): void {
    this.#at = this.#next
    this.isDone = this.#at >= this.#end
    if (this.isDone) return
    this.#start = this.#window.locate(this.#at, Math.min(this.#end, this.#at + MAX_RECORD_BYTES))
    this.#next = this.#at + recordEnd(this.#window.bytes, this.#start) - this.#start
  }

  compare(other: RecordCursor): number {
    return compareRecords(
      this.#window.bytes,
      this.#start,
      this.#start + this.#next - this.#at,
      other.#window.bytes,
      other.#start,
      other.#start + other.#next - other.#at,
    )
  }

  putInto(difference: DifferenceWriter, sign: number): void {
    difference.put(sign, this.#window.bytes, this.#start, this.#start + this.#next - this.#at)
  }
}
