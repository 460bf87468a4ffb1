import { hashName, spreadHash } from '../../formats/out/name-hash.ts'

/** A place in the ranking that nobody has. */
export const NO_RANK = 0

/** The arrays of a table: what a file holds of it. */
export interface RankArrays {
  /** Open addressing: the row plus one, 0 is free. Its length is a power of two, and never more than half of it is used. */
  readonly slots: Uint32Array
  /** Where each name ends in `letters`. */
  readonly ends: Uint32Array
  /** Each name's own rank, or `NO_RANK`. */
  readonly own: Uint32Array
  /** The best rank of the names below it, or `NO_RANK`, and the row of the one that has it. */
  readonly below: Uint32Array
  readonly belowRow: Uint32Array
  readonly letters: Uint8Array
}

/** What is known of a name. */
export interface NameRank {
  readonly own: number
  readonly below: number
  /** The name that `below` is of; empty when there is none. */
  readonly belowName: string
}

/** Names with their ranks, as bytes: no strings, so that a million of them lie in a file as they lie in memory. */
export class RankTable {
  readonly #arrays: RankArrays

  constructor(arrays: RankArrays) {
    this.#arrays = arrays
  }

  /** The rank of the name `bytes[start, end)` and of those below it, or null when the table has neither. */
  find(bytes: Uint8Array, start: number, end: number): NameRank | null {
    const row = this.#rowOf(bytes, start, end)
    if (row < 0) return null
    const { own, below, belowRow } = this.#arrays
    const best = below[row] ?? NO_RANK
    return {
      own: own[row] ?? NO_RANK,
      below: best,
      belowName: best === NO_RANK ? '' : this.#nameOf(belowRow[row] ?? 0),
    }
  }

  #rowOf(bytes: Uint8Array, start: number, end: number): number {
    const { slots } = this.#arrays
    const last = slots.length - 1
    let slot = spreadHash(hashName(bytes, start, end)) & last
    // A damaged file may have no free slot: no more steps than slots.
    for (let step = 0; step <= last; step++) {
      const row = (slots[slot] ?? 0) - 1
      if (row < 0) return -1
      if (this.#isName(row, bytes, start, end)) return row
      slot = (slot + 1) & last
    }
    return -1
  }

  #isName(row: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { ends, letters } = this.#arrays
    const from = row === 0 ? 0 : (ends[row - 1] ?? 0)
    const length = end - start
    if ((ends[row] ?? 0) - from !== length) return false
    for (let i = 0; i < length; i++) if (letters[from + i] !== bytes[start + i]) return false
    return true
  }

  #nameOf(row: number): string {
    const { ends, letters } = this.#arrays
    const from = row === 0 ? 0 : (ends[row - 1] ?? 0)
    const text = letters.subarray(from, ends[row] ?? from)
    return Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1')
  }
}
