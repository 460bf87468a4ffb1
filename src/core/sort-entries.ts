import { type EntryArena, KIND_MASK } from './entry-arena.ts'

/** All characters of names in byte order; code 0 is left for the end of a value. */
const NAME_CHARACTERS = '-.0123456789_abcdefghijklmnopqrstuvwxyz'
/** URLs and addresses are printable ASCII (`docs/spec/entry.md` §3). */
const ALL_CHARACTERS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('')

/** Up to this many equal prefixes, comparing beats making keys. */
const SMALL_GROUP = 20

/**
 * A sort key packs some characters of a value above the number of its entry into 64 bits, so that the runtime's own
 * sort of a `BigUint64Array` does the work and no BigInt is ever made. `high` characters stand on top, `low` ones
 * below them, each a number to the base of the alphabet, so that 32-bit arithmetic makes both.
 */
interface KeyShape {
  readonly codes: Uint8Array
  readonly base: number
  readonly high: number
  readonly low: number
  readonly lowBits: number
  readonly indexBits: number
}

interface Sorting extends KeyShape {
  readonly bytes: Uint8Array
  readonly slots: Uint32Array
  readonly order: Uint32Array
}

/** Set in an item of the order whose value is that of the item before. */
export const SAME_VALUE = 0x8000_0000

/**
 * Gives the numbers of the arena's entries ordered bytewise by value, then by kind, then as they came; with `SAME_VALUE` where a
 * value comes again. This is the order of their lines, for the TAB behind a value sorts below every byte of one.
 */
export function sortEntries(arena: EntryArena): Uint32Array {
  const { bytes, slots, count } = arena
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  const sorting = { ...keyShape(arena), bytes, slots, order }
  if (count > 1) sortByKeys(sorting, 0, count, 0)
  return order
}

function keyShape(arena: EntryArena): KeyShape {
  const characters = arena.isNamesOnly ? NAME_CHARACTERS : ALL_CHARACTERS
  const codes = new Uint8Array(256)
  for (let i = 0; i < characters.length; i++) codes[characters.charCodeAt(i)] = i + 1
  const base = characters.length + 1
  // 22 bits hold 4 characters of names or 3 of others; at least 12 keep both shifts below positive.
  const high = Math.floor(22 / Math.log2(base))
  const highBits = Math.ceil(high * Math.log2(base))
  const indexBits = Math.max(12, 32 - Math.clz32(arena.count))
  const low = Math.floor(Math.min(22, 64 - highBits - indexBits) / Math.log2(base))
  return { codes, base, high, low, lowBits: Math.ceil(low * Math.log2(base)), indexBits }
}

/** Sorts `order[from, to)`, whose values agree in their first `depth` bytes. */
function sortByKeys(sorting: Sorting, from: number, to: number, depth: number): void {
  const keys = new BigUint64Array(to - from)
  const words = new Uint32Array(keys.buffer)
  fillKeys(sorting, words, from, depth)
  keys.sort()
  const { order, indexBits } = sorting
  const indexMask = 2 ** indexBits - 1
  for (let i = from, word = 0; i < to; i++, word += 2) order[i] = (words[word] ?? 0) & indexMask
  sortTies(sorting, words, from, depth)
}

// Runtimes for Node are little-endian: word 0 of a key is its low half.
function fillKeys(sorting: Sorting, words: Uint32Array, from: number, depth: number): void {
  const { bytes, slots, order, codes, base, high, low, lowBits, indexBits } = sorting
  const highShift = lowBits + indexBits - 32
  const lowShift = 32 - indexBits
  for (let word = 0, i = from; word < words.length; word += 2, i++) {
    const index = order[i] ?? 0
    const end = slots[2 * index + 2] ?? 0
    let at = (slots[2 * index] ?? 0) + depth
    let top = 0
    for (let k = 0; k < high; k++, at++) {
      top = top * base + (at < end ? (codes[bytes[at] ?? 0] ?? 0) : 0)
    }
    let bottom = 0
    for (let k = 0; k < low; k++, at++) {
      bottom = bottom * base + (at < end ? (codes[bytes[at] ?? 0] ?? 0) : 0)
    }
    words[word] = (bottom << indexBits) | index
    words[word + 1] = (top << highShift) | (bottom >>> lowShift)
  }
}

/** Sorts each run of equal keys by what follows in the values. */
function sortTies(sorting: Sorting, words: Uint32Array, from: number, depth: number): void {
  const { indexBits, base, high, low, lowBits } = sorting
  const last = words.length
  const lowMask = 2 ** lowBits - 1
  const small = new SmallGroups(sorting, depth + high + low)
  for (let start = 0; start < last; ) {
    const head = words[start + 1] ?? 0
    const tail = (words[start] ?? 0) >>> indexBits
    let end = start + 2
    while (end < last && words[end + 1] === head && (words[end] ?? 0) >>> indexBits === tail) {
      end += 2
    }
    if (end - start > 2) {
      const bottom = ((head << (32 - indexBits)) | tail) & lowMask
      const a = from + start / 2
      const b = from + end / 2
      // The last character is code 0: the values have ended, and are equal.
      if (bottom % base === 0) sortByKind(sorting, a, b)
      else if (b - a <= SMALL_GROUP) small.add(a, b)
      else sortByKeys(sorting, a, b, depth + high + low)
    }
    start = end
  }
  small.flush()
}

/** Small groups are put off until there are about so many entries in them. */
const GATHERED = 64

/**
 * Small groups of values that agree in their first `depth` bytes, sorted some at a time: their values lie anywhere in memory, and
 * touching many of them in short independent looks lets the processor wait for all at once.
 */
class SmallGroups {
  readonly #sorting: Sorting
  readonly #depth: number
  /** Beginnings and ends of the groups in `order`. */
  readonly #bounds = new Uint32Array(2 * GATHERED)
  #length = 0
  #entries = 0
  #touched = 0

  constructor(sorting: Sorting, depth: number) {
    this.#sorting = sorting
    this.#depth = depth
  }

  add(from: number, to: number): void {
    this.#bounds[this.#length++] = from
    this.#bounds[this.#length++] = to
    this.#entries += to - from
    if (this.#entries > GATHERED) this.flush()
  }

  flush(): void {
    const { bytes, slots, order } = this.#sorting
    const bounds = this.#bounds
    for (let k = 0; k < this.#length; k += 2) {
      const to = bounds[k + 1] ?? 0
      for (let i = bounds[k] ?? 0; i < to; i++) {
        this.#touched ^= bytes[(slots[2 * (order[i] ?? 0)] ?? 0) + this.#depth] ?? 0
      }
    }
    for (let k = 0; k < this.#length; k += 2) {
      sortByComparing(this.#sorting, bounds[k] ?? 0, bounds[k + 1] ?? 0, this.#depth)
    }
    this.#length = this.#entries = 0
  }
}

/** Insertion sort, stable: for a handful of values that agree in their first `depth` bytes. */
function sortByComparing(sorting: Sorting, from: number, to: number, depth: number): void {
  const { order } = sorting
  for (let i = from + 1; i < to; i++) {
    const index = order[i] ?? 0
    let hole = i
    for (; hole > from; hole--) {
      const before = order[hole - 1] ?? 0
      if (compareValues(sorting, before, index, depth) <= 0) break
      order[hole] = before
    }
    order[hole] = index
  }
  for (let i = to - 1; i > from; i--) {
    const index = order[i] ?? 0
    if (compareBytes(sorting, order[i - 1] ?? 0, index, depth) === 0) order[i] = index | SAME_VALUE
  }
}

function compareValues(sorting: Sorting, a: number, b: number, depth: number): number {
  return compareBytes(sorting, a, b, depth) || kindOf(sorting, a) - kindOf(sorting, b)
}

function kindOf({ slots }: Sorting, index: number): number {
  return (slots[2 * index + 1] ?? 0) & KIND_MASK
}

function compareBytes({ bytes, slots }: Sorting, a: number, b: number, depth: number): number {
  const aEnd = slots[2 * a + 2] ?? 0
  const bEnd = slots[2 * b + 2] ?? 0
  let i = (slots[2 * a] ?? 0) + depth
  let j = (slots[2 * b] ?? 0) + depth
  for (; i < aEnd && j < bEnd; i++, j++) {
    const difference = (bytes[i] ?? 0) - (bytes[j] ?? 0)
    if (difference !== 0) return difference
  }
  return aEnd - i - (bEnd - j)
}

/** Equal values, perhaps very many of them: one pass to count the kinds and one to place them. */
function sortByKind(sorting: Sorting, from: number, to: number): void {
  const { order } = sorting
  const run = order.slice(from, to)
  const places = new Uint32Array(KIND_MASK + 2)
  const place = (kind: number, step: number): number => {
    const at = places[kind] ?? 0
    places[kind] = at + step
    return at
  }
  for (const index of run) place(kindOf(sorting, index) + 1, 1)
  for (let kind = 1; kind < places.length; kind++) place(kind, places[kind - 1] ?? 0)
  for (const index of run) order[from + place(kindOf(sorting, index), 1)] = index | SAME_VALUE
  order[from] = (order[from] ?? 0) & ~SAME_VALUE
}
