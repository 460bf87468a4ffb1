import type Database from 'better-sqlite3'
import type { DigestedAppeal, DigestedAppealAct } from '../core/digest-appeal.ts'

/** An act as it lies there, with the appeal that it is on. */
export interface AppealActRow {
  readonly appeal: DigestedAppeal
  readonly act: DigestedAppealAct
}

/** The rows of appeals as they lie there, for whoever compares them with the chain. */
export interface AppealRows {
  /** Every act, in the order of the chain. */
  readonly acts: () => Iterable<AppealActRow>
  /** Appeals that no act has opened. */
  readonly unopened: () => number[]
}

const ACTS_SQL = `SELECT appeal_id AS id, code_hash AS codeHash, about, grounds, contact, opened_at AS openedAt, due_on AS dueOn,
  act, actor, organisation, at, text, is_public AS isPublic, lists.list_id AS list, decision_id AS decision
  FROM appeal_acts AS done LEFT JOIN appeals ON appeals.id = done.appeal_id LEFT JOIN lists ON lists.id = done.list_id ORDER BY done.id`

const UNOPENED_SQL =
  'SELECT id FROM appeals WHERE NOT EXISTS (SELECT 1 FROM appeal_acts WHERE appeal_id = appeals.id) ORDER BY id'

export function appealRows(sqlite: Database.Database): AppealRows {
  return {
    // A statement for each reading, since readings may overlap.
    *acts() {
      const rows = sqlite.prepare<[], DigestedAppeal & DigestedAppealAct>(ACTS_SQL).iterate()
      for (const row of rows) yield { appeal: row, act: row }
    },
    unopened: () => sqlite.prepare<[], number>(UNOPENED_SQL).pluck().all(),
  }
}
