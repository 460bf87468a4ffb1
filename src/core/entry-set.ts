import { ENTRY_KINDS, type EntryKind } from './entry.ts'
import { type EntryArena, KIND_MASK, MARK } from './entry-arena.ts'
import { EntryLineWriter } from './entry-line-writer.ts'
import { IndexedLines } from './indexed-lines.ts'
import { TagJoiner } from './join-tags.ts'
import { partEntries, type SortableParts } from './part-entries.ts'
import { ENTRY_NUMBER, SAME_VALUE, sortPart } from './sort-entries.ts'

/** The entries of a list: sorted, each value and kind once. Any order of input gives the same bytes. */
export interface EntrySet {
  readonly size: number
  /** Entries that came again. The marks of one entry are no duplicates of each other. */
  readonly duplicates: number
  /** How many of the entries are of each kind. */
  readonly kinds: Readonly<Record<EntryKind, number>>
  /** The snapshot lines of all entries, in blocks of whole lines, sorted bytewise; can be walked many times. */
  lines(): IndexedLines
}

/**
 * Sorts the arena, joins duplicates and marks, and gives the lines. The arena is empty afterwards.
 *
 * Where two lines give one entry different attributes, `rankAttributes` says which stay, whatever their order.
 */
export function sealEntries(arena: EntryArena): EntrySet {
  const parted = partEntries(arena)
  return joinSealed([sealParts(parted, 0, parted.starts.length - 1, parted.spare)])
}

/** Some parts sealed: plain data, so that threads can share the work. */
export interface SealedParts {
  readonly blocks: readonly Uint8Array[]
  readonly spans: readonly Uint32Array[]
  readonly duplicates: number
  /** How many entries there are of each kind, in the order of `ENTRY_KINDS`. */
  readonly written: readonly number[]
}

/** Seals the parts from one to before another. `spare` is memory that may be used for the lines. */
export function sealParts(
  parted: SortableParts,
  from: number,
  to: number,
  spare: Uint8Array,
): SealedParts {
  const writer = new EntryLineWriter(parted, spare)
  const joiner = new TagJoiner(parted.slots, parted.attributes)
  for (let part = from; part < to; part++) {
    writePart(parted.slots, sortPart(parted, part), writer, joiner)
  }
  const { blocks, spans } = writer.finish()
  return { blocks, spans, duplicates: joiner.duplicates, written: [...writer.written] }
}

/** The whole set, given all its parts in their order. */
export function joinSealed(sealed: readonly SealedParts[]): EntrySet {
  const lines = new IndexedLines(
    sealed.flatMap(({ blocks }) => blocks),
    sealed.flatMap(({ spans }) => spans),
  )
  const countOf = (code: number): number => sum(sealed.map(({ written }) => written[code] ?? 0))
  const kinds = ENTRY_KINDS.map((kind, code) => [kind, countOf(code)] as const)
  return {
    size: sum(kinds.map(([, count]) => count)),
    duplicates: sum(sealed.map(({ duplicates }) => duplicates)),
    kinds: Object.fromEntries(kinds) as Record<EntryKind, number>,
    lines: () => lines,
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** Writes the lines of all entries of one part. */
function writePart(
  slots: Uint32Array,
  order: Uint32Array,
  writer: EntryLineWriter,
  joiner: TagJoiner,
): void {
  for (let i = 0; i < order.length;) {
    const slot = 2 * ((order[i] ?? 0) & ENTRY_NUMBER)
    const start = slots[slot] ?? 0
    const end = slots[slot + 2] ?? 0
    const tag = slots[slot + 1] ?? 0
    let next = i + 1
    while (next < order.length && ((order[next] ?? 0) & SAME_VALUE) !== 0) next++
    if (next === i + 1 && (tag & KIND_MASK) < MARK.name) writer.write(start, end, tag)
    else {
      const [first = 0, ...more] = joiner.join(order.subarray(i, next))
      writer.write(start, end, first)
      for (const one of more) writer.writeMore(start, end, one)
    }
    i = next
  }
}
