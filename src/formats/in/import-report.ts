import type { ImportFormat } from './import-format.ts'

/** A line that made no entry. */
export interface LineFinding {
  /** Counted from 1. */
  readonly line: number
  /** `refused`: nobody can read it. `unsupported`: good in its format, but no entry can say it. */
  readonly verdict: 'refused' | 'unsupported'
  /** `docs/spec/entry.md` §7 and `docs/spec/import.md` §6 say what each means. */
  readonly reason: string
  /** The line without its line end; bytes that are no UTF-8 are shown as U+FFFD. */
  readonly text: string
}

/** How many lines there were of one verdict. */
export interface FindingCount {
  readonly count: number
  readonly byReason: Readonly<Record<string, number>>
}

/** What became of the lines of one input. */
export interface ImportReport {
  /** As recognised, or as asked for. */
  readonly format: ImportFormat
  readonly bytes: number
  readonly lines: number
  /** Entries taken, before duplicates are joined. */
  readonly accepted: number
  readonly refused: FindingCount
  readonly unsupported: FindingCount
  /** The first findings, at most `MAX_SAMPLES`; all of them go to `onFinding`. */
  readonly samples: readonly LineFinding[]
  /** False when the last line has no line feed, which may mean that the end is missing. */
  readonly hasFinalNewline: boolean
  /** Where redirecting records point, which an entry cannot say: addresses, or one name. */
  readonly redirectTo: readonly string[]
}

/** How many findings a report itself keeps, and how much of their text. */
export const MAX_SAMPLES = 20
const MAX_SAMPLE_TEXT = 200

/** Counts findings, keeps the first and hands all of them on. */
export class FindingCounter {
  readonly samples: LineFinding[] = []
  /** The last finding, for `refuse-non-list.ts`. */
  last: LineFinding | undefined
  readonly #counts = { refused: new Map<string, number>(), unsupported: new Map<string, number>() }
  readonly #onFinding: ((finding: LineFinding) => void) | undefined

  constructor(onFinding?: (finding: LineFinding) => void) {
    this.#onFinding = onFinding
  }

  add(finding: LineFinding): void {
    const counts = this.#counts[finding.verdict]
    counts.set(finding.reason, (counts.get(finding.reason) ?? 0) + 1)
    this.last = { ...finding, text: finding.text.slice(0, MAX_SAMPLE_TEXT) }
    if (this.samples.length < MAX_SAMPLES) this.samples.push(this.last)
    this.#onFinding?.(finding)
  }

  count(verdict: LineFinding['verdict']): FindingCount {
    const byReason = Object.fromEntries(
      [...this.#counts[verdict]].sort(([a], [b]) => (a < b ? -1 : 1)),
    )
    return { count: Object.values(byReason).reduce((sum, count) => sum + count, 0), byReason }
  }
}
