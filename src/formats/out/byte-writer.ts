import type { EntryCursor } from './entry-cursor.ts'
import { BELOW_REFERENCE_HOLE, VALUE_HOLE, type LineTemplate } from './line-template.ts'

/** How large the blocks of an export are, about: each is worth a call of `write`, and fits a processor's cache. */
export const EXPORT_BLOCK_BYTES = 1 << 18

const TAB = 0x09
const WORD = 4

/** No value or reference is longer (`docs/spec/entry.md` §6), and a transformed one at most five times as long. */
const ROOM = 5 * 8192

/** Gathers the bytes of an export into blocks. A block once taken is its taker's own: it is never written again. */
export class ByteWriter {
  bytes: Uint8Array = Buffer.allocUnsafeSlow(EXPORT_BLOCK_BYTES + ROOM)
  length = 0
  #view = viewOf(this.bytes)

  isFull(): boolean {
    return this.length >= EXPORT_BLOCK_BYTES
  }

  isEmpty(): boolean {
    return this.length === 0
  }

  /** The bytes so far; the writer goes on with a new block. */
  take(): Uint8Array {
    const block = this.bytes.subarray(0, this.length)
    this.bytes = Buffer.allocUnsafeSlow(EXPORT_BLOCK_BYTES + ROOM)
    this.#view = viewOf(this.bytes)
    this.length = 0
    return block
  }

  /** Makes room for `bytes` more. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.length + bytes))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
    this.#view = viewOf(larger)
  }

  byte(byte: number): void {
    this.reserve(1)
    this.bytes[this.length++] = byte
  }

  /** `text` is ASCII. */
  text(text: string): void {
    if (text === '') return
    const bytes = new TextEncoder().encode(text)
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** The lines that `template` makes of the entry. */
  lines(template: LineTemplate, entry: EntryCursor): void {
    const { bytes: from, start, end } = entry
    const text = template.bytes
    this.reserve(text.length + template.holes * Math.max(end - start, 64) + WORD)
    // Text that `refine` has put in the value's place may end where its memory does.
    const hasRest = from === entry.block && end + WORD <= from.length
    const to = this.bytes
    let at = this.length
    for (const byte of text) {
      if (byte > BELOW_REFERENCE_HOLE) to[at++] = byte
      else if (byte !== VALUE_HOLE) at = this.#reference(at, entry, byte)
      else if (hasRest) at = this.#value(at, entry.view, start, end)
      else for (let j = start; j < end; j++) to[at++] = from[j] ?? 0
    }
    this.length = at
  }

  /** Copies four bytes at a time and perhaps a few too many, which are written over: a call that copies costs more. */
  #value(at: number, from: DataView, start: number, end: number): number {
    const to = this.#view
    for (let i = start, j = at; i < end; i += WORD, j += WORD) to.setUint32(j, from.getUint32(i))
    return at + end - start
  }

  #reference(at: number, entry: EntryCursor, hole: number): number {
    const line = hole === BELOW_REFERENCE_HOLE ? entry.belowLine : entry.ownLine
    let start = line
    while (entry.block[start - 1] !== TAB) start--
    this.bytes.set(entry.block.subarray(start, line), at)
    return at + line - start
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
