import { splitEntryLine, type Entry } from '../core/entry.ts'

/** A line that one state has and the other lacks. */
export interface ChangedEntry extends Entry {
  readonly change: 'added' | 'removed'
}

/** The entry that a page ended with. */
export interface EntryPlace {
  readonly value: string
  readonly kind: string
}

/** Up to `limit` lines behind a place, sorted. */
export type ReadLines = (behind: EntryPlace | null, limit: number) => readonly string[]

export interface DifferencePage {
  readonly items: readonly ChangedEntry[]
  /** Null when nothing is behind it. */
  readonly next: EntryPlace | null
}

/**
 * A page of a difference, in the order of its entries; of one that was amended what it was stands first, and both stand on one page, which may so
 * have one line more than `limit`. A line that went and came again is no difference.
 */
export function pageDifference(
  { added, removed }: { readonly added: ReadLines; readonly removed: ReadLines },
  { behind, limit }: { readonly behind: EntryPlace | null; readonly limit: number },
): DifferencePage {
  const items: ChangedEntry[] = []
  let last = behind
  for (const pair of pairsOf(new Arm(added, behind, limit), new Arm(removed, behind, limit))) {
    const { before, after } = pair
    if (before !== null && before === after) continue
    if (items.length >= limit) return { items, next: last }
    if (before !== null) items.push({ ...splitEntryLine(before), change: 'removed' })
    if (after !== null) items.push({ ...splitEntryLine(after), change: 'added' })
    const { value, kind } = splitEntryLine(after ?? before ?? '')
    last = { value, kind }
  }
  return { items, next: null }
}

interface Pair {
  readonly before: string | null
  readonly after: string | null
}

function* pairsOf(added: Arm, removed: Arm): Generator<Pair> {
  for (;;) {
    const [after, before] = [added.line, removed.line]
    if (after === null && before === null) return
    const order = compareKeys(after, before)
    yield { after: order <= 0 ? after : null, before: order >= 0 ? before : null }
    if (order <= 0) added.next()
    if (order >= 0) removed.next()
  }
}

/** By value and kind, which an entry is known by; the end is behind everything. */
function compareKeys(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === null ? 1 : -1
  const [one, other] = [keyOf(a), keyOf(b)]
  return one < other ? -1 : one > other ? 1 : 0
}

function keyOf(line: string): string {
  return line.split('\t', 2).join('\t')
}

/** One side of a difference, read in pieces. */
class Arm {
  readonly #read: ReadLines
  readonly #limit: number
  #lines: readonly string[]
  #at = 0

  constructor(read: ReadLines, behind: EntryPlace | null, limit: number) {
    this.#read = read
    this.#limit = limit + 1
    this.#lines = read(behind, this.#limit)
  }

  get line(): string | null {
    return this.#lines[this.#at] ?? null
  }

  next(): void {
    const { line } = this
    this.#at++
    if (this.#at < this.#lines.length || this.#lines.length < this.#limit || line === null) return
    this.#lines = this.#read(splitEntryLine(line), this.#limit)
    this.#at = 0
  }
}
