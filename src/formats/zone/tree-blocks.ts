import { GrowingNumbers } from '../out/growing-numbers.ts'
import { LF, TAB } from './tree-lines.ts'

/** Of eight groups, one begins a block. */
const BLOCK_MASK = 7
const FIELDS = 3

/**
 * The tree's *blocks*: some groups each, with how many bytes of lines, bytes of records, and records they have. Where one begins
 * is told by the first key of a group alone, so that the same lines have the same blocks however they came about, and a change moves
 * no borders but its own.
 */
export class TreeBlocks {
  readonly #numbers: GrowingNumbers

  constructor(numbers = new GrowingNumbers()) {
    this.#numbers = numbers
  }

  get length(): number {
    return this.#numbers.length / FIELDS
  }

  push(lines: number, bytes: number, records: number): void {
    this.#numbers.push(lines)
    this.#numbers.push(bytes)
    this.#numbers.push(records)
  }

  lines(block: number): number {
    return this.#numbers.at(FIELDS * block)
  }

  bytes(block: number): number {
    return this.#numbers.at(FIELDS * block + 1)
  }

  records(block: number): number {
    return this.#numbers.at(FIELDS * block + 2)
  }

  /** As it stands in a file: 32-bit numbers, little-endian. */
  encode(): Uint8Array {
    const view = new DataView(new ArrayBuffer(4 * this.#numbers.length))
    for (let i = 0; i < this.#numbers.length; i++) view.setUint32(4 * i, this.#numbers.at(i), true)
    return new Uint8Array(view.buffer)
  }
}

export function decodeTreeBlocks(bytes: Uint8Array): TreeBlocks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const numbers = new GrowingNumbers()
  for (let at = 0; at < bytes.length; at += 4) numbers.push(view.getUint32(at, true))
  return new TreeBlocks(numbers)
}

/** Whether a block begins with the group whose first line begins at `start`. */
export function beginsBlock(lines: Uint8Array, start: number): boolean {
  // FNV-1a of the key.
  let hash = 0x811c9dc5
  for (let at = start; ; at++) {
    const byte = lines[at] ?? LF
    if (byte <= LF && (byte === TAB || byte === LF)) break
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return ((hash ^ (hash >>> 15)) & BLOCK_MASK) === 0
}
