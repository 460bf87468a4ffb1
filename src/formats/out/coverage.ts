import { eachEntry, IS_IP, NOTHING, type EntryCursor, type Verdict } from './entry-cursor.ts'
import type { ExportSource } from './export-source.ts'
import { GrowingNumbers } from './growing-numbers.ts'
import { NameFilter } from './name-filter.ts'
import { hashName, nextHash, NO_HASH } from './name-hash.ts'
import { NameTable } from './name-table.ts'

const DOT = 0x2e
const ANY = 0xff

/** What an entry says of the names below it, or `NOTHING`. */
export type BelowOf = (entry: EntryCursor) => Verdict

/**
 * Which names of a list stand below listed names, and what they inherit from there. Null when none does. Reads the list two or three
 * times.
 *
 * A list is sorted by the letters of its names, so that what is above a name stands anywhere else, and a table of all names would cost
 * more memory than all the rest and a miss of the cache for every question. So the first pass sets bits for each name that says something
 * of those below it; the second keeps the names above which such bits are set, and what is above them; the third sees which of
 * the latter are really listed. What is kept grows with the names that stand below others, not with the list.
 */
export function openCoverage(source: ExportSource, belowOf: BelowOf): Coverage | null {
  const filter = new NameFilter(source.entries)
  eachName(source, (entry) => {
    if (belowOf(entry) !== NOTHING) filter.add(hashName(entry.bytes, entry.start, entry.end))
  })
  if (filter.isEmpty) return null
  const coverage = new Coverage()
  eachName(source, (entry, ordinal) => coverage.look(entry, ordinal, filter))
  if (coverage.isEmpty()) return null
  eachName(source, (entry) => coverage.settle(entry, belowOf(entry)))
  return coverage
}

function eachName(
  source: ExportSource,
  visit: (entry: EntryCursor, ordinal: number) => void,
): void {
  let ordinal = 0
  eachEntry(source.lines(), (entry) => {
    if (entry.kinds < IS_IP) visit(entry, ordinal++)
  })
}

/** Made by `openCoverage`. Names are known by their ordinal among the entries that are names. */
export class Coverage {
  /** Ordinals, ascending, of names with something above them, and beside each the number of the nearest in `#above`. */
  readonly #ordinals = new GrowingNumbers()
  readonly #nearest = new GrowingNumbers()
  /** The names above, marked with what they say of names below; and for each the number, plus one, of the next above it. */
  readonly #above = new NameTable()
  readonly #next = new GrowingNumbers()
  #ordinal = 0
  #at = 0

  isEmpty(): boolean {
    return this.#ordinals.length === 0
  }

  /** To be called before each pass over the lines. */
  restart(): void {
    this.#ordinal = this.#at = 0
  }

  /** What the next name inherits, or `NOTHING`: to be asked once for each entry that is a name, in their order. */
  inherited(): Verdict {
    if (this.#ordinal++ !== this.#ordinals.at(this.#at) || this.#at >= this.#ordinals.length) {
      return NOTHING
    }
    for (
      let number = this.#nearest.at(this.#at++) + 1;
      number > 0;
      number = this.#next.at(number - 1)
    ) {
      const verdict = this.#above.marksOf(number - 1)
      if (verdict !== NOTHING) return verdict
    }
    return NOTHING
  }

  /** What `bytes[start, end)` inherits, which must be the name of an entry or above one. */
  inheritedBy(bytes: Uint8Array, start: number, end: number): Verdict {
    return this.#above.marksAbove(bytes, start, end, ANY)
  }

  /** The second pass. One label alone is never listed (`docs/spec/entry.md` §2), so most names have nothing above them to ask for. */
  look({ bytes, start, end }: EntryCursor, ordinal: number, filter: NameFilter): void {
    let hash = NO_HASH
    let i = end - 1
    for (; i >= start && bytes[i] !== DOT; i--) hash = nextHash(hash, bytes[i] ?? 0)
    let first = start
    while (first < i && bytes[first] !== DOT) first++
    if (first >= i) return
    let nearest = 0
    hash = nextHash(hash, DOT)
    for (i--; i >= first; i--) {
      const byte = bytes[i] ?? 0
      if (byte === DOT && filter.has(hash)) nearest = this.#addAbove(bytes, i + 1, end, nearest)
      hash = nextHash(hash, byte)
    }
    if (nearest === 0) return
    this.#ordinals.push(ordinal)
    this.#nearest.push(nearest - 1)
  }

  /** The third pass. */
  settle({ bytes, start, end }: EntryCursor, below: Verdict): void {
    if (below === NOTHING) return
    const number = this.#above.find(bytes, start, end)
    if (number >= 0) this.#above.mark(number, below)
  }

  #addAbove(bytes: Uint8Array, start: number, end: number, next: number): number {
    const number = this.#above.add(bytes, start, end)
    if (number === this.#next.length) this.#next.push(next)
    return number + 1
  }
}
