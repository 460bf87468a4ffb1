import { readDomainName } from '../../core/domain-name.ts'
import { Fault } from '../../core/fault.ts'
import { RankBuilder } from './rank-builder.ts'
import type { RankArrays } from './rank-table.ts'

/** Names that are taken of a ranking; those behind them are left. */
export const MAX_POPULAR_NAMES = 1_000_000
/** Bytes of a ranking, and of one line of it. */
export const MAX_POPULAR_BYTES = 1 << 28
export const MAX_POPULAR_LINE = 4096
/** A file with a greater share of lines that are no ranked name is something else. */
export const MAX_POPULAR_REFUSED_SHARE = 0.05

export interface Ranking {
  readonly arrays: RankArrays
  /** Names with a rank. */
  readonly names: number
  /** Lines that are no name which can be listed, such as a top-level domain. */
  readonly refused: number
  /** Whether there was more than is taken. */
  readonly isCut: boolean
}

const LF = 0x0a

/**
 * Reads a ranking: `rank,name` on each line, or a first line of titles that has a `rank` or `GlobalRank` and a `domain`, `Domain` or
 * `name`. Throws `popular/invalid`.
 */
export function readRanking(chunks: Iterable<Uint8Array>): Ranking {
  const reader = new RankingReader()
  let rest: Uint8Array = new Uint8Array(0)
  let bytes = 0
  let isCut = false
  for (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > MAX_POPULAR_BYTES) throw invalid(`at most ${MAX_POPULAR_BYTES} bytes`, 'more')
    if (reader.isFull()) {
      // What is behind is left, and still read: whoever gives it hashes the whole file.
      isCut = true
      continue
    }
    rest = eachLine(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), reader)
    if (reader.isFull()) {
      isCut = rest.length > 0
      rest = new Uint8Array(0)
    } else if (rest.length > MAX_POPULAR_LINE) {
      throw invalid('lines of rank and name', 'a longer line')
    }
  }
  if (rest.length > 0) reader.add(Buffer.from(rest).toString('utf8'))
  return reader.finish(isCut)
}

/** Hands over all whole lines; gives back a copy of what is behind the last. */
function eachLine(bytes: Uint8Array, reader: RankingReader): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let from = 0
  for (let lf = text.indexOf(LF); lf >= 0 && !reader.isFull(); lf = text.indexOf(LF, from)) {
    reader.add(text.toString('utf8', from, lf))
    from = lf + 1
  }
  return Buffer.from(text.subarray(from))
}

class RankingReader {
  readonly #builder = new RankBuilder()
  readonly #scratch = Buffer.alloc(256)
  #rankColumn = 0
  #nameColumn = 1
  #lines = 0
  #refused = 0

  isFull(): boolean {
    return this.#builder.ranked >= MAX_POPULAR_NAMES
  }

  add(text: string): void {
    const line = text.trim()
    if (line === '') return
    this.#lines++
    if (line.startsWith('PK') || line.startsWith('\x1f')) {
      throw invalid('lines of rank and name', 'a compressed file: unpack it first')
    }
    const cells = line.split(',', 16).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    if (this.#lines === 1 && this.#readTitles(cells)) return
    const rank = cells[this.#rankColumn] ?? ''
    const reading = readDomainName(cells[this.#nameColumn] ?? '')
    if (!/^[1-9]\d{0,8}$/.test(rank) || !('name' in reading)) {
      this.#refused++
      return
    }
    const length = this.#scratch.write(reading.name, 'latin1')
    this.#builder.add(this.#scratch, 0, length, Number(rank))
  }

  finish(isCut: boolean): Ranking {
    const names = this.#builder.ranked
    const limit = Math.max(1, this.#lines * MAX_POPULAR_REFUSED_SHARE)
    if (names === 0 || this.#refused > limit) {
      throw invalid(
        'lines of rank and name',
        `${this.#refused} of ${this.#lines} lines that are none`,
      )
    }
    return { arrays: this.#builder.finish(), names, refused: this.#refused, isCut }
  }

  #readTitles(cells: readonly string[]): boolean {
    const titles = cells.map((cell) => cell.toLowerCase())
    const rank = titles.findIndex((title) => title === 'rank' || title === 'globalrank')
    const name = titles.findIndex((title) => title === 'domain' || title === 'name')
    if (rank < 0 || name < 0) return false
    this.#rankColumn = rank
    this.#nameColumn = name
    return true
  }
}

function invalid(expected: string, got: string): Fault {
  return new Fault(
    'popular/invalid',
    `expected a ranking of sites, ${expected}, got ${got}: Tranco, Umbrella and Majestic publish such files as CSV`,
  )
}
