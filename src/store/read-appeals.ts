import type Database from 'better-sqlite3'
import type { Appeal, AppealAct, AppealOutcomeName, AppealState } from '../core/appeal.ts'

/** An outcome, and how long it took. */
export interface StoredOutcome {
  readonly act: AppealOutcomeName
  readonly openedAt: Date
  readonly at: Date
}

/** Which appeals are wanted: those after this id in the order, which is oldest first of `open`, else newest first. */
export interface AppealQuestion {
  readonly state?: AppealState
  readonly after?: number
  readonly limit: number
}

export interface AppealReader {
  readonly find: (id: number) => Appeal | null
  readonly byCode: (codeHash: string) => Appeal | null
  /** The story, oldest first. */
  readonly acts: (id: number) => AppealAct[]
  readonly page: (question: AppealQuestion) => Appeal[]
  readonly count: () => number
  /** How many have no outcome yet. */
  readonly countUnsettled: () => number
  readonly outcomes: () => StoredOutcome[]
}

const APPEAL_SQL =
  'SELECT a.id, code_hash AS codeHash, about, grounds, contact, opened_at AS openedAt, due_on AS dueOn FROM appeals AS a'

/** As `replayAppeal` has it. */
const STATE_SQL = `(SELECT CASE act WHEN 'opened' THEN 'open' WHEN 'message' THEN 'open' ELSE act END FROM appeal_acts
  WHERE appeal_id = a.id AND act NOT IN ('noted', 'retired', 'kept') ORDER BY id DESC LIMIT 1)`

const ACTS_SQL = `SELECT act, actor, organisation, at, text, is_public AS isPublic, lists.list_id AS list, decision_id AS decision
  FROM appeal_acts AS done LEFT JOIN lists ON lists.id = done.list_id WHERE appeal_id = ? ORDER BY done.id`

const OUTCOMES_SQL = `SELECT act, opened_at AS openedAt, at FROM appeal_acts AS done JOIN appeals ON appeals.id = done.appeal_id
  WHERE act IN ('accepted', 'partly-accepted', 'refused')`

type AppealRow = Omit<Appeal, 'openedAt'> & { readonly openedAt: string }
type ActRow = Omit<AppealAct, 'at' | 'isPublic'> & {
  readonly at: string
  readonly isPublic: number
}
type OutcomeRow = Pick<StoredOutcome, 'act'> & { readonly openedAt: string; readonly at: string }

export function appealReader(sqlite: Database.Database): AppealReader {
  const find = sqlite.prepare<[number], AppealRow>(`${APPEAL_SQL} WHERE a.id = ?`)
  const byCode = sqlite.prepare<[string], AppealRow>(`${APPEAL_SQL} WHERE code_hash = ?`)
  const acts = sqlite.prepare<[number], ActRow>(ACTS_SQL)
  const count = sqlite.prepare<[], number>('SELECT count(*) FROM appeals').pluck()
  const settled = sqlite
    .prepare<[], number>(
      "SELECT count(*) FROM appeal_acts WHERE act IN ('accepted', 'partly-accepted', 'refused')",
    )
    .pluck()
  const outcomes = sqlite.prepare<[], OutcomeRow>(OUTCOMES_SQL)
  return {
    find: (id) => mapped(find.get(id)),
    byCode: (codeHash) => mapped(byCode.get(codeHash)),
    acts: (id) =>
      acts.all(id).map((row) => ({ ...row, at: new Date(row.at), isPublic: row.isPublic === 1 })),
    page: (question) => readPage(sqlite, question),
    count: () => count.get() ?? 0,
    countUnsettled: () => (count.get() ?? 0) - (settled.get() ?? 0),
    outcomes: () =>
      outcomes
        .all()
        .map(({ act, openedAt, at }) => ({ act, openedAt: new Date(openedAt), at: new Date(at) })),
  }
}

function readPage(sqlite: Database.Database, { state, after, limit }: AppealQuestion): Appeal[] {
  const isQueue = state === 'open'
  const where = [
    'TRUE',
    ...(state === undefined ? [] : [`${STATE_SQL} = :state`]),
    ...(after === undefined ? [] : [`a.id ${isQueue ? '>' : '<'} :after`]),
  ].join(' AND ')
  return sqlite
    .prepare<[object], AppealRow>(
      `${APPEAL_SQL} WHERE ${where} ORDER BY a.id ${isQueue ? 'ASC' : 'DESC'} LIMIT :limit`,
    )
    .all({ state, after, limit })
    .map(fromRow)
}

function mapped(row: AppealRow | undefined): Appeal | null {
  return row === undefined ? null : fromRow(row)
}

function fromRow({ openedAt, ...row }: AppealRow): Appeal {
  return { ...row, openedAt: new Date(openedAt) }
}
