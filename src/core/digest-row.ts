import { createHash } from 'node:crypto'
import { printSortedJson } from './sorted-json.ts'

/** The tables whose rows events commit to. */
export const ROW_KINDS = ['decision', 'definition', 'publication'] as const
export type RowKind = (typeof ROW_KINDS)[number]

/** A row as it lies in the database, by the names of `docs/spec/events.md` §4. */
export type HistoryRow = Readonly<Record<string, unknown>>

/** What an event commits to of a row: SHA-256 in lower-case hex (`docs/spec/events.md` §4). */
export function digestRow(kind: RowKind, row: HistoryRow): string {
  const canonical = printSortedJson(row)
  return createHash('sha256').update(`bailiwick-${kind}/1\n`).update(canonical).digest('hex')
}

/** A row by its number, with its digest. */
export interface DigestedRow {
  readonly kind: RowKind
  readonly number: number
  readonly digest: string
}

/** What `chain-began` commits to of all rows that were there before: by kind in the order of `ROW_KINDS`, then by number. */
export function digestBefore(rows: Iterable<DigestedRow>): string {
  const hash = createHash('sha256').update('bailiwick-before/1\n')
  for (const { kind, number, digest } of rows) hash.update(`${kind} ${number} ${digest}\n`)
  return hash.digest('hex')
}
