import { ENTRY_KINDS, type EntryKind } from './entry.ts'
import { type EntryArena, KIND_MASK, MARK } from './entry-arena.ts'
import { EntryLineWriter } from './entry-line-writer.ts'
import type { IndexedLines } from './indexed-lines.ts'
import { TagJoiner } from './join-tags.ts'
import { partEntries } from './part-entries.ts'
import { sortAlphabet } from './sort-alphabet.ts'
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
 * With `isShared` the lines lie in memory that other threads can read, too.
 *
 * Where two lines give one entry different attributes, `rankAttributes` says which stay, whatever their order.
 */
export function sealEntries(arena: EntryArena, { isShared = false } = {}): EntrySet {
  const { attributes } = arena
  const alphabet = sortAlphabet(arena.isNamesOnly)
  const parted = partEntries(arena, alphabet)
  const writer = new EntryLineWriter(parted.bytes, attributes, isShared)
  const joiner = new TagJoiner(parted.slots, attributes)
  for (let part = 0; part + 1 < parted.starts.length; part++) {
    writePart(parted.slots, sortPart(parted, part, alphabet), writer, joiner)
  }
  const lines = writer.finish()
  const kinds = Object.fromEntries(
    ENTRY_KINDS.map((kind, code) => [kind, writer.written[code] ?? 0]),
  )
  return {
    size: writer.size,
    duplicates: joiner.duplicates,
    kinds: kinds as Record<EntryKind, number>,
    lines: () => lines,
  }
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
