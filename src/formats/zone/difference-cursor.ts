import { SIGN_BYTES } from './difference-writer.ts'
import { FileWindow } from './file-window.ts'
import { compareRecords } from './wire-record.ts'
import type { ZoneFile } from './zone-folder.ts'

/** Small, because hundreds may be open at once. */
const READ_BYTES = 1 << 14
/** A record is never longer: an owner, what stands before its data, and a text. */
const MAX_RECORD_BYTES = 1 << 10

/** Walks the records of a difference in canonical order. The current one is `bytes[start, end)`. */
export class DifferenceCursor {
  sign = 0
  start = 0
  end = 0
  readonly #window: FileWindow
  readonly #length: number
  #next = 0

  /** Stands before the first record: call `next` once. */
  constructor(file: ZoneFile) {
    this.#window = new FileWindow(file, file.length, READ_BYTES)
    this.#length = file.length
  }

  get bytes(): Uint8Array {
    return this.#window.bytes
  }

  next(): boolean {
    const from = this.#next
    if (from >= this.#length) return false
    const to = Math.min(this.#length, from + SIGN_BYTES + MAX_RECORD_BYTES)
    const at = this.#window.locate(from, to)
    const { bytes } = this.#window
    this.sign = bytes[at] ?? 0
    this.start = at + SIGN_BYTES
    this.end = this.start + (((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0))
    this.#next = from + this.end - at
    return true
  }

  compareTo(other: DifferenceCursor): number {
    return compareRecords(this.bytes, this.start, this.end, other.bytes, other.start, other.end)
  }
}
