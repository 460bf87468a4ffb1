import type Database from 'better-sqlite3'
import { readName } from '../core/search/name-blocks.ts'
import { LINE_SQL } from './entry-line.ts'
import { translated } from './entry-store.ts'

/** What has changed of a list since its names were read. */
export interface NamesSince {
  /** Entries that decisions after this one have added. */
  readonly addedAfter: number
  /** Entries that decisions after this one have retired. */
  readonly retiredAfter: number
  /** The last decision of the list's newest serial: what was retired after it is published still. */
  readonly published: number
}

/** An entry as a search finds it: on the list now, or published and retired since. */
export interface SearchRow {
  readonly line: string
  readonly addedBy: number
  readonly retiredBy: number | null
}

/**
 * The names of a list (`core/search/name-blocks.ts`) that it has now, or had at its newest serial. `line` is a value, the byte of its kind and LF.
 */
export interface SearchStore {
  /** Those that it has now, in blocks. Others may be written between two blocks, and may or may not be seen. */
  readonly names: (listRowId: number) => Iterable<Buffer>
  /** The names that may have come or gone, sorted; a change may say what is so already. */
  readonly changes: (
    listRowId: number,
    since: NamesSince,
  ) => { readonly line: string; readonly isThere: boolean }[]
  /** How many entries decisions have touched since then: what reading `changes` costs. */
  readonly countChanges: (listRowId: number, since: NamesSince) => number
  /** The rows of one name: what the list has now, and what was retired since the serial. */
  readonly rows: (listRowId: number, name: SearchName) => SearchRow[]
  /** What open proposals would do with a value: one line of each. */
  readonly proposalLines: (value: string) => { readonly proposal: number; readonly line: string }[]
}

export interface SearchName {
  readonly value: string
  readonly kind: string
  readonly published: number
}

/** Rows in one block: some milliseconds of work. */
const BLOCK_ROWS = 8000

/** The place of a kind among `ENTRY_KINDS`, from 1. */
const KIND_SQL = `instr('dhisu', substr(kind, 1, 1))`

const BLOCK_SQL = `SELECT group_concat(line, char(10)) || char(10) FROM (
  SELECT value || char(${KIND_SQL}) AS line FROM entries INDEXED BY entries_live
  WHERE list_id = ? AND retired_by IS NULL AND (value, kind) > (?, ?) ORDER BY value, kind LIMIT ${BLOCK_ROWS})`

const IS_LIVE = `EXISTS (SELECT 1 FROM entries AS live INDEXED BY entries_live WHERE live.list_id = :list
  AND live.value = t.value AND live.kind = t.kind AND live.retired_by IS NULL)`

const IS_PUBLISHED = `EXISTS (SELECT 1 FROM entries AS past INDEXED BY entries_past WHERE past.value = t.value AND past.list_id = :list
  AND past.kind = t.kind AND past.retired_by IS NOT NULL AND past.retired_by > :published AND past.added_by <= :published)`

const CHANGES_SQL = `SELECT value || char(${KIND_SQL}) || char(10) AS line, ${IS_LIVE} OR ${IS_PUBLISHED} AS isThere FROM (
  SELECT value, kind FROM entries INDEXED BY entries_added WHERE list_id = :list AND added_by > :addedAfter
  UNION
  SELECT value, kind FROM entries INDEXED BY entries_retired
  WHERE list_id = :list AND retired_by IS NOT NULL AND retired_by > :retiredAfter) AS t ORDER BY 1`

const COUNT_SQL = `SELECT coalesce(sum(added + amended) FILTER (WHERE id > :addedAfter), 0)
  + coalesce(sum(retired + amended) FILTER (WHERE id > :retiredAfter), 0)
  FROM decisions WHERE list_id = :list AND id > min(:addedAfter, :retiredAfter)`

const ROW_SQL = `${LINE_SQL} AS line, added_by AS addedBy, retired_by AS retiredBy`

/** `translate` is what errors become while an iterable is being read. */
export function searchStore(
  sqlite: Database.Database,
  translate: (error: unknown) => unknown,
): SearchStore {
  const changes = sqlite.prepare<[object], { readonly line: string; readonly isThere: number }>(
    CHANGES_SQL,
  )
  const count = sqlite.prepare<[object], number>(COUNT_SQL).pluck()
  const rows = sqlite.prepare<[object], SearchRow>(
    `SELECT ${ROW_SQL} FROM entries INDEXED BY entries_live
     WHERE list_id = :list AND value = :value AND kind = :kind AND retired_by IS NULL
     UNION ALL SELECT ${ROW_SQL} FROM entries INDEXED BY entries_past
     WHERE value = :value AND list_id = :list AND kind = :kind
     AND retired_by IS NOT NULL AND retired_by > :published AND added_by <= :published`,
  )
  const proposed = sqlite.prepare<[string], { readonly proposal: number; readonly line: string }>(
    `SELECT proposal, ${LINE_SQL} AS line FROM (
       SELECT p.id AS proposal, r.lines_of AS lines FROM proposals AS p
       JOIN proposal_revisions AS r ON r.proposal_id = p.id AND r.revision = p.revision WHERE p.state = 'open')
     CROSS JOIN proposal_entries AS e ON e.proposal_id = proposal AND e.revision = lines
     AND e.change IN ('add', 'retire') AND e.value = ? GROUP BY proposal ORDER BY proposal`,
  )
  return {
    names: (listRowId) => translated(() => readBlocks(sqlite, listRowId), translate),
    changes: (list, since) =>
      changes
        .all({ list, ...since })
        .map(({ line, isThere }) => ({ line, isThere: isThere === 1 })),
    countChanges: (list, since) => count.get({ list, ...since }) ?? 0,
    proposalLines: (value) => proposed.all(value),
    rows: (list, name) => rows.all({ list, ...name }),
  }
}

function* readBlocks(sqlite: Database.Database, listRowId: number): Generator<Buffer> {
  const statement = sqlite.prepare<[number, string, string], string | null>(BLOCK_SQL).pluck()
  let last: { readonly value: string; readonly kind: string } = { value: '', kind: '' }
  for (;;) {
    const text = statement.get(listRowId, last.value, last.kind)
    if (text === null || text === undefined) return
    // Values are ASCII, so latin1, the cheapest coding, is exact.
    yield Buffer.from(text, 'latin1')
    last = readName(text.slice(text.lastIndexOf('\n', text.length - 2) + 1))
  }
}
