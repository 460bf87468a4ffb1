import { Fault } from '../../core/fault.ts'
import { RankTable, type NameRank, type RankArrays } from './rank-table.ts'

/** What is known of a file of top sites. */
export interface PopularFacts {
  /** Who made the ranking, in the operator's words. */
  readonly source: string
  /** The day that the ranking is of, `YYYY-MM-DD`. */
  readonly date: string
  /** Of the file that was loaded, lower-case hex. */
  readonly sha256: string
  /** Names with a rank. */
  readonly names: number
}

/** Top sites, as the guards ask for them. */
export interface PopularSites {
  readonly facts: PopularFacts
  /** The rank of the name `bytes[start, end)` and of those below it; null when no ranked name is at or below it. */
  readonly find: (bytes: Uint8Array, start: number, end: number) => NameRank | null
}

/** The format of the file that is kept, in its first line. */
const FORMAT = 'bailiwick-popular/1'
const LF = 0x0a
/** No first line is longer. */
const MAX_HEAD = 4096
const WORD = 4

const NUMBERS = ['slots', 'ends', 'own', 'below', 'belowRow'] as const

/**
 * The bytes of the file that is kept, in blocks: a line with the facts and the lengths, then the arrays of the table as they lie in memory. It is
 * of this host (its order of octets), and made again from the operator's file.
 */
export function* encodePopular(facts: PopularFacts, arrays: RankArrays): Generator<Uint8Array> {
  const lengths = Object.fromEntries(
    [...NUMBERS, 'letters' as const].map((name) => [name, arrays[name].length]),
  )
  const line = `${FORMAT} ${JSON.stringify({ ...facts, lengths })}`
  const bytes = Buffer.from(line)
  // The arrays begin at a whole word.
  const spaces = (WORD - ((bytes.length + 1) % WORD)) % WORD
  yield Buffer.concat([bytes, Buffer.from(`${' '.repeat(spaces)}\n`)])
  for (const name of NUMBERS) {
    const { buffer, byteOffset, byteLength } = arrays[name]
    yield new Uint8Array(buffer, byteOffset, byteLength)
  }
  yield arrays.letters
}

/** The file that `encodePopular` made, whole. Throws `popular/invalid`. */
export function decodePopular(given: Uint8Array): PopularSites {
  // The arrays are views of the bytes, and begin at whole words of memory.
  const bytes = given.byteOffset % WORD === 0 ? given : new Uint8Array(given)
  // From the disk, perhaps cut short or of another program: every length before it is used.
  const end = bytes.subarray(0, MAX_HEAD).indexOf(LF)
  const head = readHead(Buffer.from(bytes.subarray(0, Math.max(0, end))).toString('utf8'))
  if (head === null) throw damaged('a first line with what it is')
  const { lengths, ...facts } = head
  const total = NUMBERS.reduce((sum, name) => sum + WORD * (lengths[name] ?? 0), 0)
  const wanted = end + 1 + total + (lengths['letters'] ?? 0)
  if (bytes.length !== wanted) throw damaged(`${wanted} bytes`, String(bytes.length))
  let at = bytes.byteOffset + end + 1
  const numbers = NUMBERS.map((name) => {
    const length = lengths[name] ?? 0
    const array = new Uint32Array(bytes.buffer as ArrayBuffer, at, length)
    at += WORD * length
    return array
  })
  const [slots, ends, own, below, belowRow] = numbers as [Words, Words, Words, Words, Words]
  const letters = new Uint8Array(bytes.buffer as ArrayBuffer, at, lengths['letters'])
  const table = new RankTable({ slots, ends, own, below, belowRow, letters })
  return { facts, find: (name, start, stop) => table.find(name, start, stop) }
}

type Words = Uint32Array<ArrayBuffer>

interface Head extends PopularFacts {
  readonly lengths: Readonly<Record<string, number>>
}

function readHead(line: string): Head | null {
  if (!line.startsWith(`${FORMAT} `)) return null
  try {
    const head = JSON.parse(line.slice(FORMAT.length + 1)) as Head
    const { lengths, source, date, sha256, names } = head
    const isHead =
      [...NUMBERS, 'letters'].every((name) => Number.isSafeInteger(lengths[name])) &&
      Object.values(lengths).every((length) => length >= 0) &&
      [source, date, sha256].every((text) => typeof text === 'string') &&
      Number.isSafeInteger(names)
    return isHead ? head : null
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null
    throw error
  }
}

function damaged(expected: string, got = 'another'): Fault {
  return new Fault(
    'popular/invalid',
    `expected the kept file of top sites to have ${expected}, got ${got}: load it again with «bailiwick popular load»`,
  )
}
