import { Fault } from './fault.ts'

/**
 * Lists in bulk are *line blocks*: an iterable of byte blocks, each of which holds whole lines, every line ended by LF, the
 * lines sorted bytewise and unique over all blocks. Where a block ends means nothing.
 */
export type LineBlocks = Iterable<Uint8Array>

const LF = 0x0a

/** Walks line blocks one line at a time without making strings. The current line is `block[start, end)`, LF not included. */
export class LineCursor {
  block: Uint8Array = new Uint8Array(0)
  start = 0
  end = -1
  isDone = false
  readonly #blocks: Iterator<Uint8Array>

  /** Stands before the first line: call `next` once. */
  constructor(blocks: LineBlocks) {
    this.#blocks = blocks[Symbol.iterator]()
  }

  /** Goes to the next line; false, and `isDone`, when there is none. Throws `snapshot/invalid` on a block cut in mid-line. */
  next(): boolean {
    this.start = this.end + 1
    while (this.start >= this.block.length) {
      const next = this.#blocks.next()
      if (next.done === true) {
        this.isDone = true
        return false
      }
      this.enter(next.value)
    }
    this.end = lineEnd(this.block, this.start)
    return true
  }

  /** The current line with its LF, as a view of the block. */
  line(): Uint8Array {
    return this.block.subarray(this.start, this.end + 1)
  }

  /** The current line without its LF, as text. */
  text(): string {
    return lineText(this.block, this.start, this.end)
  }

  private enter(block: Uint8Array): void {
    assertWholeLines(block)
    this.block = block
    this.start = 0
  }
}

/** Throws `snapshot/invalid` unless the block is empty or ends with LF, which is what lets every scan stop at an LF unchecked. */
export function assertWholeLines(block: Uint8Array): void {
  if (block.length > 0 && block[block.length - 1] !== LF) {
    throw new Fault('snapshot/invalid', 'expected whole lines, got a block cut in mid-line')
  }
}

/** Where the line that begins at `from` ends: the index of its LF. */
export function lineEnd(block: Uint8Array, from: number): number {
  let end = from
  while (block[end] !== LF) end++
  return end
}

/** Bytes as text: list lines are ASCII, anything else is shown as it stands in Latin-1. */
export function lineText(block: Uint8Array, start: number, end: number): string {
  return Buffer.from(block.buffer, block.byteOffset + start, end - start).toString('latin1')
}

/** Bytewise order of two lines without their LF: negative, zero or positive, as `LC_ALL=C sort` has it. */
// eslint-disable-next-line max-params -- spans instead of views: this runs for every line of a list, where making an object costs more than comparing
export function compareLines(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart)
  for (let i = 0; i < length; i++) {
    const difference = (a[aStart + i] ?? 0) - (b[bStart + i] ?? 0)
    if (difference !== 0) return difference
  }
  return aEnd - aStart - (bEnd - bStart)
}
