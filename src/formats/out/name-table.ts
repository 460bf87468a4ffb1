import { hashName, nextHash, NO_HASH, spreadHash } from './name-hash.ts'

const DOT = 0x2e

/**
 * A set of names with a few marks for each, held as bytes: about 12 bytes for each name beside its letters, and no strings. Names
 * are hashed from their end, so that one pass over a name asks for everything above it.
 */
export class NameTable {
  #size = 0
  #letters = new Uint8Array(1 << 12)
  #ends = new Uint32Array(1 << 8)
  #hashes = new Int32Array(1 << 8)
  #marks = new Uint8Array(1 << 8)
  /** Open addressing; a slot holds the name's number plus one, 0 is free. Never more than half full. */
  #slots = new Uint32Array(1 << 9)

  get size(): number {
    return this.#size
  }

  /** The number of the name `bytes[start, end)`, which is now in the table. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashName(bytes, start, end)
    const slot = this.#slotOf(hash, bytes, start, end)
    const found = (this.#slots[slot] ?? 0) - 1
    if (found >= 0) return found
    this.#append(hash, bytes, start, end)
    this.#slots[slot] = this.#size
    if (this.#size * 2 > this.#slots.length) this.#rehash()
    return this.#size - 1
  }

  /** The number of the name, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#numberOf(hashName(bytes, start, end), bytes, start, end)
  }

  /** The hashes of all names. */
  eachHash(visit: (hash: number) => void): void {
    for (let number = 0; number < this.#size; number++) visit(this.#hashes[number] ?? 0)
  }

  marksOf(number: number): number {
    return this.#marks[number] ?? 0
  }

  mark(number: number, marks: number): void {
    this.#marks[number] = this.marksOf(number) | marks
  }

  /** The marks, among `wanted`, of the nearest name above `bytes[start, end)` that has any of them; 0 when none has. */
  marksAbove(bytes: Uint8Array, start: number, end: number, wanted: number): number {
    let hash = NO_HASH
    let marks = 0
    for (let i = end - 1; i >= start; i--) {
      const byte = bytes[i] ?? 0
      if (byte === DOT) {
        const number = this.#numberOf(hash, bytes, i + 1, end)
        const found = number < 0 ? 0 : this.marksOf(number) & wanted
        // A longer name above comes later, and is nearer.
        if (found !== 0) marks = found
      }
      hash = nextHash(hash, byte)
    }
    return marks
  }

  #numberOf(hash: number, bytes: Uint8Array, start: number, end: number): number {
    return (this.#slots[this.#slotOf(hash, bytes, start, end)] ?? 0) - 1
  }

  /** The slot that holds the name, or the free one where it belongs. */
  #slotOf(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const last = this.#slots.length - 1
    let slot = spreadHash(hash) & last
    for (;;) {
      const number = (this.#slots[slot] ?? 0) - 1
      if (number < 0) return slot
      if (this.#hashes[number] === hash && this.#isName(number, bytes, start, end)) return slot
      slot = (slot + 1) & last
    }
  }

  #isName(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = number === 0 ? 0 : (this.#ends[number - 1] ?? 0)
    const length = end - start
    if ((this.#ends[number] ?? 0) - from !== length) return false
    for (let i = 0; i < length; i++) {
      if (this.#letters[from + i] !== bytes[start + i]) return false
    }
    return true
  }

  #append(hash: number, bytes: Uint8Array, start: number, end: number): void {
    const number = this.#size
    if (number === this.#ends.length) {
      this.#ends = grown(this.#ends, new Uint32Array(2 * number))
      this.#hashes = grown(this.#hashes, new Int32Array(2 * number))
      this.#marks = grown(this.#marks, new Uint8Array(2 * number))
    }
    const from = number === 0 ? 0 : (this.#ends[number - 1] ?? 0)
    const to = from + end - start
    if (to > this.#letters.length) {
      this.#letters = grown(this.#letters, new Uint8Array(2 * to))
    }
    for (let i = start, at = from; i < end; i++, at++) this.#letters[at] = bytes[i] ?? 0
    this.#ends[number] = to
    this.#hashes[number] = hash
    this.#size++
  }

  #rehash(): void {
    const slots = new Uint32Array(2 * this.#slots.length)
    const last = slots.length - 1
    for (let number = 0; number < this.#size; number++) {
      let slot = spreadHash(this.#hashes[number] ?? 0) & last
      while (slots[slot] !== 0) slot = (slot + 1) & last
      slots[slot] = number + 1
    }
    this.#slots = slots
  }
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
