import { recordEnd } from './wire-record.ts'

/** Records one behind the other, in memory. */
export class RecordRun {
  /** How many bytes. */
  length = 0
  count = 0
  #bytes = new Uint8Array(1 << 12)

  /** Adds the record `bytes[start, end)`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.#put(bytes, start, end)
    this.count++
  }

  /** Adds all records that are in `bytes`. */
  addAll(bytes: Uint8Array): void {
    for (let at = 0, next = 0; at < bytes.length; at = next) {
      next = recordEnd(bytes, at)
      this.add(bytes, at, next)
    }
  }

  append(other: RecordRun): void {
    this.#put(other.#bytes, 0, other.length)
    this.count += other.count
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  /** The length of each record. */
  *lengths(): Generator<number, void, undefined> {
    for (let at = 0, next = 0; at < this.length; at = next) {
      next = recordEnd(this.#bytes, at)
      yield next - at
    }
  }

  #put(bytes: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(2 * length)
      grown.set(this.bytes())
      this.#bytes = grown
    }
    this.#bytes.set(bytes.subarray(start, end), this.length)
    this.length = length
  }
}
