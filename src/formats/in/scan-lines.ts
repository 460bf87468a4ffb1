import { Fault } from '../../core/fault.ts'

/** The longest line that is read, in bytes without its line feed. A longer one is refused, and not kept in memory. */
export const MAX_LINE = 1 << 16

const LF = 0x0a

/** What reads a syntax, one line after the other. */
export interface LineReader {
  /**
   * `bytes[start, end)` is a line without its line feed, perhaps with a carriage return. It is only good until the call
   * returns.
   */
  readLine(bytes: Uint8Array, start: number, end: number): void
  /** A line longer than `MAX_LINE`: only its beginning is there. */
  readLongLine(bytes: Uint8Array, start: number, end: number): void
  /** The end of the input, for readers that gather more than a line. */
  finish(): void
}

export interface ScannedLines {
  readonly bytes: number
  readonly lines: number
  readonly hasFinalNewline: boolean
}

export interface ScanOptions {
  readonly maxBytes: number
  /** Called before a last line that has no line feed is read. */
  readonly beforeUnendedLine: () => void
}

/** Cuts chunks into lines and hands each to the reader. Throws `import/too-large` beyond `maxBytes`. */
export function scanLines(
  chunks: Iterable<Uint8Array>,
  reader: LineReader,
  { maxBytes, beforeUnendedLine }: ScanOptions,
): ScannedLines {
  const scanner = new LineScanner(reader)
  const bytes = countBytes(chunks, maxBytes, (chunk) => scanner.push(chunk))
  const hasFinalNewline = !scanner.hasRest
  if (!hasFinalNewline) {
    beforeUnendedLine()
    scanner.readRest()
  }
  reader.finish()
  return { bytes, lines: scanner.lines, hasFinalNewline }
}

/** Hands on every chunk and gives their length together. Throws `import/too-large` beyond `maxBytes`. */
export function countBytes(
  chunks: Iterable<Uint8Array>,
  maxBytes: number,
  push: (chunk: Uint8Array) => void,
): number {
  let bytes = 0
  for (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      throw new Fault('import/too-large', `expected at most ${maxBytes} bytes, got more`)
    }
    push(chunk)
  }
  return bytes
}

class LineScanner {
  lines = 0
  readonly #reader: LineReader
  /** The beginning of a line whose end has not come yet; at most `MAX_LINE` + 1 bytes of it. */
  #carry: Uint8Array = new Uint8Array(0)

  constructor(reader: LineReader) {
    this.#reader = reader
  }

  push(chunk: Uint8Array): void {
    let start = 0
    if (this.#carry.length > 0) {
      const end = lineEnd(chunk, 0)
      this.#keep(chunk.subarray(0, end))
      if (end === chunk.length) return
      this.#endCarry()
      start = end + 1
    }
    start = this.#readWhole(chunk, start)
    if (start < chunk.length) this.#keep(chunk.subarray(start))
  }

  /** Whether a line has begun that is not ended. */
  get hasRest(): boolean {
    return this.#carry.length > 0
  }

  readRest(): void {
    this.#endCarry()
  }

  /** The hot loop: all whole lines of the chunk from `start` on; gives where the rest begins. */
  #readWhole(chunk: Uint8Array, start: number): number {
    const reader = this.#reader
    let lines = this.lines
    let from = start
    for (;;) {
      const end = lineEnd(chunk, from)
      if (end === chunk.length) break
      this.lines = ++lines
      if (end - from > MAX_LINE) reader.readLongLine(chunk, from, from + MAX_LINE)
      else reader.readLine(chunk, from, end)
      from = end + 1
    }
    return from
  }

  #keep(bytes: Uint8Array): void {
    const room = MAX_LINE + 1 - this.#carry.length
    const more = bytes.subarray(0, Math.max(0, room))
    if (more.length === 0) return
    const carry = new Uint8Array(this.#carry.length + more.length)
    carry.set(this.#carry)
    carry.set(more, this.#carry.length)
    this.#carry = carry
  }

  #endCarry(): void {
    const line = this.#carry
    this.#carry = new Uint8Array(0)
    this.lines++
    if (line.length > MAX_LINE) this.#reader.readLongLine(line, 0, MAX_LINE)
    else this.#reader.readLine(line, 0, line.length)
  }
}

function lineEnd(bytes: Uint8Array, from: number): number {
  let end = from
  while (end < bytes.length && bytes[end] !== LF) end++
  return end
}
