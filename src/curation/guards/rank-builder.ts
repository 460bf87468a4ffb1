import { GrowingNumbers } from '../../formats/out/growing-numbers.ts'
import { hashName, spreadHash } from '../../formats/out/name-hash.ts'
import { NameTable } from '../../formats/out/name-table.ts'
import { NO_RANK, type RankArrays } from './rank-table.ts'

const DOT = 0x2e

/** Gathers names with their ranks, and for each name above them the best rank below it. */
export class RankBuilder {
  readonly #names = new NameTable()
  readonly #letters = new GrowingBytes()
  readonly #ends = new GrowingNumbers()
  #own = new Uint32Array(1 << 10)
  #below = new Uint32Array(1 << 10)
  #belowRow = new Uint32Array(1 << 10)
  ranked = 0

  /** The name `bytes[start, end)`, in canonical form, has this rank, from 1. The best of several counts. */
  add(bytes: Uint8Array, start: number, end: number, rank: number): void {
    const row = this.#rowOf(bytes, start, end)
    const own = this.#own[row] ?? NO_RANK
    if (own === NO_RANK) this.ranked++
    if (own !== NO_RANK && own <= rank) return
    this.#own[row] = rank
    for (let i = start; i < end; i++) {
      if (bytes[i] !== DOT || !hasDot(bytes, i + 1, end)) continue
      const above = this.#rowOf(bytes, i + 1, end)
      const best = this.#below[above] ?? NO_RANK
      if (best !== NO_RANK && best <= rank) continue
      this.#below[above] = rank
      this.#belowRow[above] = row
    }
  }

  /** The same names in the same order give the same arrays. */
  finish(): RankArrays {
    const rows = this.#names.size
    const ends = Uint32Array.from({ length: rows }, (_, row) => this.#ends.at(row))
    const letters = this.#letters.taken()
    return {
      slots: slotsOf(ends, letters),
      ends,
      own: this.#own.slice(0, rows),
      below: this.#below.slice(0, rows),
      belowRow: this.#belowRow.slice(0, rows),
      letters,
    }
  }

  #rowOf(bytes: Uint8Array, start: number, end: number): number {
    const size = this.#names.size
    const row = this.#names.add(bytes, start, end)
    if (row < size) return row
    this.#letters.push(bytes, start, end)
    this.#ends.push(this.#letters.length)
    if (row === this.#own.length) {
      this.#own = twice(this.#own)
      this.#below = twice(this.#below)
      this.#belowRow = twice(this.#belowRow)
    }
    return row
  }
}

/** A name of one label is no entry's. */
function hasDot(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === DOT) return true
  return false
}

function slotsOf(ends: Uint32Array, letters: Uint8Array): Uint32Array {
  let length = 1 << 4
  while (length < 2 * ends.length) length *= 2
  const slots = new Uint32Array(length)
  let from = 0
  ends.forEach((end, row) => {
    let slot = spreadHash(hashName(letters, from, end)) & (length - 1)
    while (slots[slot] !== 0) slot = (slot + 1) & (length - 1)
    slots[slot] = row + 1
    from = end
  })
  return slots
}

function twice(from: Uint32Array): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(2 * from.length)
  to.set(from)
  return to
}

class GrowingBytes {
  length = 0
  #bytes = new Uint8Array(1 << 16)

  push(bytes: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(2 * length)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    for (let i = start, at = this.length; i < end; i++, at++) this.#bytes[at] = bytes[i] ?? 0
    this.length = length
  }

  taken(): Uint8Array {
    return this.#bytes.slice(0, this.length)
  }
}
