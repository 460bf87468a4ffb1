import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import { digestRow, type HistoryRow, type RowKind } from '../core/digest-row.ts'
import { blocksOfLines } from '../core/hash-lines.ts'
import { LINE_SQL } from './entry-line.ts'
import { digestRegister } from './register-digest.ts'
import { proposalRows, type ProposalRows } from './proposal-rows.ts'
import { appealRows, type AppealRows } from './appeal-rows.ts'
import { reportRows, type ReportRows } from './report-rows.ts'

/** A row of the history with what an event commits to, and how many entry lines belong to it. */
export interface ReadRow {
  readonly digest: string
  readonly added: number
  readonly retired: number
}

/** Rows of the history as they lie there: nothing is made a date or a truth value on the way, which could hide an edit. */
export interface HistoryRows {
  /** Null when there is no such row. Of a decision it reads all entries. */
  readonly read: (kind: RowKind, number: number) => ReadRow | null
  /** As `read` for a decision whose added lines are known: only the retired ones are read. Throws where the row is not there. */
  readonly digestDecision: (number: number, addedSha256: string) => string
  /** All numbers of a kind, growing. */
  readonly numbers: (kind: RowKind) => Iterable<number>
  /** Of a change of the register and its rows; null when there is no such change. */
  readonly digestRegister: (change: number) => string | null
  /** All changes of the register, growing. */
  readonly registerNumbers: () => Iterable<number>
  /** How many entries there are, and how many of them are retired. */
  readonly countEntries: () => { readonly added: number; readonly retired: number }
  readonly proposals: ProposalRows
  readonly reports: ReportRows
  readonly appeals: AppealRows
}

const TABLES = {
  decision: 'decisions',
  definition: 'list_definitions',
  publication: 'publications',
} as const satisfies Record<RowKind, string>

// docs/spec/events.md §4. A row whose list is gone has a digest too: an edit is found, not stumbled over.
const ROW_SQL = {
  decision: `SELECT row.id AS decision, lists.list_id AS list, act, reference, category, reason,
    legal_basis AS legalBasis, evidence, proposer, decided_by AS decidedBy, decided_at AS decidedAt, urgent,
    review_on AS reviewOn, expires_on AS expiresOn, added, retired, amended, source_name AS sourceName,
    source_sha256 AS sourceSha256, source_accepted AS sourceAccepted, source_refused AS sourceRefused,
    override_reason AS override
    FROM decisions AS row LEFT JOIN lists ON lists.id = row.list_id WHERE row.id = ?`,
  definition: `SELECT row.id AS definition, lists.list_id AS list, lists.place AS place, row.definition AS text,
    applied_at AS appliedAt, actor
    FROM list_definitions AS row LEFT JOIN lists ON lists.id = row.list_id WHERE row.id = ?`,
  publication: `SELECT row.id AS publication, lists.list_id AS list, serial, state, entries, added, removed,
    decision, definition_id AS definition, published_at AS publishedAt, override_reason AS override, actor
    FROM publications AS row LEFT JOIN lists ON lists.id = row.list_id WHERE row.id = ?`,
} as const satisfies Record<RowKind, string>

const LINES_SQL = {
  added: `SELECT ${LINE_SQL} FROM entries
    WHERE list_id = (SELECT list_id FROM decisions WHERE id = :decision) AND added_by = :decision ORDER BY value, kind`,
  retired: `SELECT ${LINE_SQL} FROM entries
    WHERE list_id = (SELECT list_id FROM decisions WHERE id = :decision) AND retired_by = :decision ORDER BY value, kind`,
} as const

export function historyRows(sqlite: Database.Database): HistoryRows {
  const prepare = (kind: RowKind) => sqlite.prepare<[number], HistoryRow>(ROW_SQL[kind])
  const rows = {
    decision: prepare('decision'),
    definition: prepare('definition'),
    publication: prepare('publication'),
  }
  const lines = {
    added: sqlite.prepare<[LinesOf], string>(LINES_SQL.added).pluck(),
    retired: sqlite.prepare<[LinesOf], string>(LINES_SQL.retired).pluck(),
  }
  const withLines = (row: HistoryRow, addedSha256: string, retiredSha256: string): string =>
    digestRow('decision', { ...row, addedSha256, retiredSha256 })
  return {
    read: (kind, number) => {
      const row = rows[kind].get(number)
      if (row === undefined) return null
      if (kind !== 'decision') return { digest: digestRow(kind, row), added: 0, retired: 0 }
      const [added, retired] = [lines.added, lines.retired].map((one) => hashed(one, number))
      const digest = withLines(row, added?.sha256 ?? '', retired?.sha256 ?? '')
      return { digest, added: added?.count ?? 0, retired: retired?.count ?? 0 }
    },
    digestDecision: (number, addedSha256) => {
      const row = rows.decision.get(number)
      if (row === undefined) throw new Error(`expected decision ${number}, got no row`)
      return withLines(row, addedSha256, hashed(lines.retired, number).sha256)
    },
    numbers: (kind) =>
      sqlite.prepare<[], number>(`SELECT id FROM ${TABLES[kind]} ORDER BY id`).pluck().iterate(),
    digestRegister: (change) => digestRegister(sqlite, change),
    registerNumbers: () =>
      sqlite.prepare<[], number>('SELECT id FROM register_changes ORDER BY id').pluck().iterate(),
    countEntries: () =>
      sqlite
        .prepare<[], { added: number; retired: number }>(
          'SELECT count(*) AS added, count(retired_by) AS retired FROM entries',
        )
        .get() ?? { added: 0, retired: 0 },
    proposals: proposalRows(sqlite),
    reports: reportRows(sqlite),
    appeals: appealRows(sqlite),
  }
}

interface LinesOf {
  readonly decision: number
}

interface HashedLines {
  readonly sha256: string
  readonly count: number
}

/** As the state of a list is made (`docs/spec/snapshot.md` §3). */
function hashed(statement: Database.Statement<[LinesOf], string>, decision: number): HashedLines {
  const hash = createHash('sha256')
  let count = 0
  function* counted(): Generator<string> {
    for (const line of statement.iterate({ decision })) {
      count++
      yield line
    }
  }
  for (const block of blocksOfLines(counted())) hash.update(block)
  return { sha256: hash.digest('hex'), count }
}
