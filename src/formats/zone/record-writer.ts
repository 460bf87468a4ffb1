import type { Tails } from './verdict-tails.ts'
import { APEX, encodeTail, TYPE } from './wire-record.ts'

const SPACE = 0x20
const ASTERISK = 0x2a
/** The longest owner, wildcard included, and a text with the longest reference. */
const OWNER_BYTES = 256
const TEXT_BYTES = 80

/** Gathers records. The owner is set once and serves for all records at it and at its wildcard. */
export class RecordWriter {
  bytes = new Uint8Array(1 << 18)
  length = 0
  /** How many were ever put. */
  records = 0
  readonly #owner = new Uint8Array(OWNER_BYTES)
  #ownerLength = 0
  readonly #textHead: Uint8Array

  constructor(ttl: number) {
    this.#textHead = encodeTail(TYPE.TXT, ttl, new Uint8Array(0)).subarray(0, 8)
  }

  /** The owner is the name whose labels, from the last to the first, stand in `bytes[start, end)` with spaces between. */
  setOwner(bytes: Uint8Array, start: number, end: number): void {
    const owner = this.#owner
    let to = 0
    let stop = end
    for (let i = end - 1; i >= start; i--) {
      if (bytes[i] !== SPACE) continue
      owner[to++] = stop - i - 1
      for (let from = i + 1; from < stop; from++) owner[to++] = bytes[from] ?? 0
      stop = i
    }
    owner[to++] = stop - start
    for (let from = start; from < stop; from++) owner[to++] = bytes[from] ?? 0
    this.#ownerLength = to
  }

  /** Puts a record for each tail; and the text `text[start, end)` between them unless it is empty. */
  put(
    isWildcard: boolean,
    { before, after }: Tails,
    text: Uint8Array,
    ...[start, end]: [number, number]
  ): void {
    for (const tail of before) this.#putRecord(isWildcard, tail)
    if (start < end) this.#putText(isWildcard, text, start, end)
    for (const tail of after) this.#putRecord(isWildcard, tail)
  }

  #putRecord(isWildcard: boolean, tail: Uint8Array): void {
    this.#reserve(OWNER_BYTES + tail.length)
    const bytes = this.bytes
    let to = this.#putOwner(isWildcard)
    for (const byte of tail) bytes[to++] = byte
    this.length = to
  }

  #putText(isWildcard: boolean, text: Uint8Array, start: number, end: number): void {
    this.#reserve(OWNER_BYTES + TEXT_BYTES + end - start)
    const bytes = this.bytes
    let to = this.#putOwner(isWildcard)
    for (const byte of APEX) bytes[to++] = byte
    for (const byte of this.#textHead) bytes[to++] = byte
    bytes[to++] = 0
    bytes[to++] = end - start + 1
    bytes[to++] = end - start
    for (let i = start; i < end; i++) bytes[to++] = text[i] ?? 0
    this.length = to
  }

  #putOwner(isWildcard: boolean): number {
    const bytes = this.bytes
    const owner = this.#owner
    let to = this.length
    this.records++
    if (isWildcard) {
      bytes[to++] = 1
      bytes[to++] = ASTERISK
    }
    for (let i = 0; i < this.#ownerLength; i++) bytes[to++] = owner[i] ?? 0
    return to
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = new Uint8Array(2 * (this.length + more))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}
