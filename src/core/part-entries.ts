import { type EntryArena, type EntryAttributes, newBytes, WORD } from './entry-arena.ts'
import { type SortAlphabet, sortAlphabet } from './sort-alphabet.ts'

/** Fewer entries than this are one part: they fit the processor's cache together. */
const MIN_PARTED = 1 << 12

/** How many first characters of a value decide on its part. */
export const PART_CHARACTERS = 2

/** Entries, moved together by the first characters of their values, in the order of those. */
export interface SortableParts {
  readonly bytes: Uint8Array
  /** As in an arena. */
  readonly slots: Uint32Array
  /** Where each part begins, in entries; at the end, where the last one ends. */
  readonly starts: Uint32Array
  /** How many first characters all values of a part have in common. */
  readonly depth: number
  /** As in an arena. */
  readonly attributes: readonly EntryAttributes[]
  readonly isShared: boolean
  readonly alphabet: SortAlphabet
}

/** The entries of an arena, and what is left of the arena: memory that nobody needs any more. */
export interface PartedEntries extends SortableParts {
  readonly spare: Uint8Array
}

/**
 * Moves entries with the same first characters together, each in the order in which it came. Sorting looks at its entries in no order
 * that a processor could foresee; a part fits its cache, a list does not, and that is worth twice the cost of moving. Takes the arena's
 * memory: the arena is empty afterwards.
 */
export function partEntries(arena: EntryArena): PartedEntries {
  const { attributes, isNamesOnly, isShared } = arena
  const alphabet = sortAlphabet(isNamesOnly)
  const told = { attributes, alphabet, isShared }
  const { bytes, slots, count } = arena.take()
  if (count < MIN_PARTED) {
    return { bytes, slots, starts: Uint32Array.of(0, count), depth: 0, spare: NONE, ...told }
  }
  const { starts, byteStarts } = measureParts(bytes, slots, count, alphabet)
  const target = roomFor(slots[2 * count] ?? 0, count, isShared)
  moveEntries({ bytes, slots, count }, alphabet, { places: starts.slice(), byteStarts }, target)
  return { ...target, starts, depth: PART_CHARACTERS, spare: bytes, ...told }
}

const NONE = new Uint8Array(0)

/** The part before which about half of the entries stand. */
export function middlePart({ starts }: SortableParts): number {
  const half = (starts.at(-1) ?? 0) / 2
  return Math.max(
    0,
    starts.findIndex((start) => start >= half),
  )
}

function measureParts(
  bytes: Uint8Array,
  slots: Uint32Array,
  count: number,
  alphabet: SortAlphabet,
): { starts: Uint32Array; byteStarts: Uint32Array } {
  // Counted one place further on, so that sums of what came before stand in their own place.
  const starts = new Uint32Array(alphabet.base ** 2 + 1)
  const byteStarts = new Uint32Array(alphabet.base ** 2 + 1)
  for (let i = 0; i < count; i++) {
    const start = slots[2 * i] ?? 0
    const end = slots[2 * i + 2] ?? 0
    const part = partOf(bytes, start, end, alphabet) + 1
    starts[part] = (starts[part] ?? 0) + 1
    byteStarts[part] = (byteStarts[part] ?? 0) + end - start
  }
  for (let part = 1; part < starts.length; part++) {
    starts[part] = (starts[part] ?? 0) + (starts[part - 1] ?? 0)
    byteStarts[part] = (byteStarts[part] ?? 0) + (byteStarts[part - 1] ?? 0)
  }
  return { starts, byteStarts }
}

function partOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  { codes, base }: SortAlphabet,
): number {
  const first = start < end ? (codes[bytes[start] ?? 0] ?? 0) : 0
  return first * base + (start + 1 < end ? (codes[bytes[start + 1] ?? 0] ?? 0) : 0)
}

interface Room {
  readonly bytes: Uint8Array
  readonly slots: Uint32Array
}

function roomFor(length: number, count: number, isShared: boolean): Room {
  const slotBytes = newBytes((2 * count + 1) * Uint32Array.BYTES_PER_ELEMENT, isShared)
  const slots = new Uint32Array(slotBytes.buffer)
  slots[2 * count] = length
  // Room behind the last value for whoever copies by words.
  return { bytes: newBytes(length + WORD, isShared), slots }
}

interface Places {
  readonly places: Uint32Array
  readonly byteStarts: Uint32Array
}

function moveEntries(
  { bytes, slots, count }: Room & { readonly count: number },
  alphabet: SortAlphabet,
  { places, byteStarts }: Places,
  target: Room,
): void {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const moved = new DataView(target.bytes.buffer)
  for (let i = 0; i < count; i++) {
    const start = slots[2 * i] ?? 0
    const end = slots[2 * i + 2] ?? 0
    const part = partOf(bytes, start, end, alphabet)
    const place = places[part] ?? 0
    places[part] = place + 1
    let at = byteStarts[part] ?? 0
    byteStarts[part] = at + end - start
    target.slots[2 * place] = at
    target.slots[2 * place + 1] = slots[2 * i + 1] ?? 0
    let from = start
    // By words, but never past the end: there the next part begins, and is perhaps there already.
    for (; from + WORD <= end; from += WORD, at += WORD) moved.setUint32(at, source.getUint32(from))
    for (; from < end; from++, at++) target.bytes[at] = bytes[from] ?? 0
  }
}
