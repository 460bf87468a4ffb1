import { Fault } from '../core/fault.ts'
import { LineCursor, type LineBlocks } from '../core/line-cursor.ts'
import { LineWriter } from '../core/line-writer.ts'
import type { ListDefinition } from '../core/list-definition.ts'

/** `add` adds what the list lacks; `mirror` also retires what the file lacks, and amends what it says otherwise. */
export const IMPORT_MODES = ['add', 'mirror'] as const
export type ImportMode = (typeof IMPORT_MODES)[number]

/** What an import does to a list: pure data, for one transaction to carry out. */
export interface ImportPlan {
  /** Lines of new and of amended entries, sorted. */
  readonly lines: LineBlocks
  /** Row ids of entries that the file lacks, or says otherwise. */
  readonly rows: readonly number[]
  readonly added: number
  readonly retired: number
  /** Entries that keep value and kind and change action or category. */
  readonly amended: number
  /** Entries of the file that the list has already, with nothing to change. */
  readonly listed: number
}

/** The list as it is: row ids and snapshot lines, sorted bytewise. */
export type LiveLines = Iterable<readonly [rowId: number, line: string]>

/**
 * Compares the sorted lines of a file with the sorted lines of a list, in one pass over both. Entries are the same when
 * value and kind are; a reference alone changes nothing, since every import has its own. Holds the difference, not the lists.
 */
export function planImport(mode: ImportMode, live: LiveLines, wanted: LineBlocks): ImportPlan {
  const merge = new ImportMerge(mode)
  const cursor = new LineCursor(wanted)
  cursor.next()
  for (const [rowId, line] of live) merge.live(cursor, rowId, line)
  while (!cursor.isDone) merge.add(cursor)
  return merge.finish()
}

const TAB = 0x09

/** How the line at the cursor stands to a line of the list. */
type Order = 'before' | 'after' | 'same' | 'amended'

class ImportMerge {
  readonly #mode: ImportMode
  readonly #lines = new LineWriter()
  readonly #rows: number[] = []
  #added = 0
  #retired = 0
  #amended = 0
  #listed = 0

  constructor(mode: ImportMode) {
    this.#mode = mode
  }

  add(cursor: LineCursor): void {
    this.#added++
    this.#take(cursor)
  }

  live(cursor: LineCursor, rowId: number, line: string): void {
    while (!cursor.isDone) {
      const order = compare(cursor, line)
      if (order === 'after') break
      if (order === 'before') {
        this.add(cursor)
        continue
      }
      if (order === 'amended' && this.#mode === 'mirror') {
        this.#amended++
        this.#rows.push(rowId)
        this.#take(cursor)
      } else {
        this.#listed++
        cursor.next()
      }
      return
    }
    if (this.#mode === 'add') return
    this.#retired++
    this.#rows.push(rowId)
  }

  finish(): ImportPlan {
    return {
      lines: this.#lines.flush(),
      rows: this.#rows,
      added: this.#added,
      retired: this.#retired,
      amended: this.#amended,
      listed: this.#listed,
    }
  }

  #take(cursor: LineCursor): void {
    this.#lines.put(cursor.block, cursor.start, cursor.end + 1)
    cursor.next()
  }
}

/** Bytes against text: lines are ASCII, and no string is made of the millions that are equal. */
function compare({ block, start, end }: LineCursor, line: string): Order {
  const length = Math.min(end - start, line.length)
  let tabs = 0
  for (let i = 0; i < length; i++) {
    const byte = block[start + i] ?? 0
    const difference = byte - line.charCodeAt(i)
    if (difference !== 0) {
      if (tabs < 2) return difference < 0 ? 'before' : 'after'
      return tabs < 4 ? 'amended' : 'same'
    }
    if (byte === TAB) tabs++
  }
  // One is the beginning of the other: in the reference, the last field.
  return 'same'
}

/** A mirror below this share of what the list has is never taken without a word, whatever the list's guard allows. */
const LEAST_SHARE = 0.5

/**
 * The circuit breaker of mirrors: a file that has lost more than the list's guard lets a serial lose, or more than half,
 * is more likely cut off than right. Throws `import/shrunk`.
 */
export function assertNotShrunk(
  { id, guard }: ListDefinition,
  { before, after }: { readonly before: number; readonly after: number },
): void {
  const share = Math.max(LEAST_SHARE, 1 - guard.maxShrink)
  const least = Math.ceil(before * share)
  if (after >= least) return
  throw new Fault(
    'import/shrunk',
    `expected at least ${least} entries to mirror, since ${JSON.stringify(id)} has ${before}, got ${after}: look at the file; if it is right, say why the list may shrink so (--accept-shrink)`,
  )
}
