import type Database from 'better-sqlite3'
import { splitEntryLine } from '../core/entry.ts'
import { LINE_SQL } from './entry-line.ts'
import type { EntryRow } from './entry-store.ts'

/** A decision that retired a value on appeal. */
export interface AcceptedDecision {
  readonly list: string
  readonly decision: number
  readonly at: Date
}

export interface AppealMatches {
  /** Stays of entries with that reference, those that are listed first, then the newest; `MAX_MATCHES` at most. */
  readonly entriesOf: (reference: string) => EntryRow[]
  /** The entries that any list has now with one of the values. */
  readonly entriesAt: (values: readonly string[]) => EntryRow[]
  /** Stays of that value that are over, newest first; `MAX_MATCHES` at most. */
  readonly pastOf: (value: string) => EntryRow[]
  /** The decisions that retired a value on appeal, by value, newest first. */
  readonly accepted: () => ReadonlyMap<string, readonly AcceptedDecision[]>
}

/** An import gives all that it adds one reference. */
const MAX_MATCHES = 100

type RawRow = Omit<EntryRow, 'entry'> & { readonly line: string }

const ROW_SQL = `SELECT entries.id AS rowId, lists.list_id AS list, entries.list_id AS listRowId,
  ${LINE_SQL} AS line, added_by AS addedBy, retired_by AS retiredBy`

// What a parameter is SQLite doesn't know: that the index has it must be said.
const BY_REFERENCE_SQL = `${ROW_SQL} FROM entries INDEXED BY entries_reference JOIN lists ON lists.id = entries.list_id
  WHERE reference = ? AND reference <> '-' ORDER BY retired_by IS NOT NULL, entries.id DESC LIMIT ${MAX_MATCHES}`

const LIVE_SQL = `${ROW_SQL} FROM (SELECT key AS nearness, value AS wanted FROM json_each(?)) AS asked CROSS JOIN lists CROSS JOIN entries INDEXED BY entries_live
  ON entries.list_id = lists.id AND entries.value = wanted AND retired_by IS NULL ORDER BY nearness, entries.id`

const PAST_SQL = `${ROW_SQL} FROM entries INDEXED BY entries_past JOIN lists ON lists.id = entries.list_id
  WHERE entries.value = ? AND retired_by IS NOT NULL ORDER BY retired_by DESC LIMIT ${MAX_MATCHES}`

const ACCEPTED_SQL = `SELECT entries.value AS value, lists.list_id AS list, decision_id AS decision, at
  FROM appeal_acts AS done JOIN lists ON lists.id = done.list_id CROSS JOIN entries INDEXED BY entries_retired
  ON entries.list_id = done.list_id AND entries.retired_by = done.decision_id AND retired_by IS NOT NULL
  WHERE act = 'retired' ORDER BY done.id DESC`

export function appealMatches(sqlite: Database.Database): AppealMatches {
  const byReference = sqlite.prepare<[string], RawRow>(BY_REFERENCE_SQL)
  const live = sqlite.prepare<[string], RawRow>(LIVE_SQL)
  const past = sqlite.prepare<[string], RawRow>(PAST_SQL)
  const accepted = sqlite.prepare<[], AcceptedRow>(ACCEPTED_SQL)
  return {
    entriesOf: (reference) => byReference.all(reference).map(fromRow),
    entriesAt: (values) => live.all(JSON.stringify(values)).map(fromRow),
    pastOf: (value) => past.all(value).map(fromRow),
    accepted: () => byValue(accepted.all()),
  }
}

type AcceptedRow = Omit<AcceptedDecision, 'at'> & { readonly value: string; readonly at: string }

function byValue(rows: readonly AcceptedRow[]): Map<string, AcceptedDecision[]> {
  const decisions = new Map<string, AcceptedDecision[]>()
  for (const { value, list, decision, at } of rows) {
    const known = decisions.get(value)
    const one = { list, decision, at: new Date(at) }
    if (known === undefined) decisions.set(value, [one])
    else known.push(one)
  }
  return decisions
}

function fromRow({ line, ...row }: RawRow): EntryRow {
  return { ...row, entry: splitEntryLine(line) }
}
