import type Database from 'better-sqlite3'
import type { ReceivedReport, ReportAct, ReportState } from '../core/report.ts'
import { reportPages, type ReportQuestion } from './report-pages.ts'

/** A report, how it stands, and where it lies. */
export interface StoredReport extends ReceivedReport {
  readonly listRowId: number
  readonly state: ReportState
  /** The proposal whose way it goes; null for none yet. */
  readonly proposal: number | null
  /** Of a duplicate of another report: the first of them that waits. */
  readonly duplicateOf: number | null
}

/** An answer that the same value has had before. */
export interface EarlierRejection {
  readonly at: Date
  readonly text: string
}

/** A value and kind on a list. */
export interface ReportedValue {
  readonly listRowId: number
  readonly value: string
  readonly kind: string
}

export interface ReportReader {
  readonly find: (id: number) => StoredReport | null
  /** The report of that organisation with that id of its own. */
  readonly ofOwnId: (organisation: string, externalId: string) => StoredReport | null
  /** The story, oldest first. */
  readonly acts: (id: number) => ReportAct[]
  /** One page of what may be seen. */
  readonly page: (question: ReportQuestion) => StoredReport[]
  /** The reports of that value and kind that wait for an answer of their own, oldest first. */
  readonly waiting: (reported: ReportedValue) => StoredReport[]
  /** The oldest open proposal that would add that value and kind. */
  readonly openProposal: (reported: ReportedValue) => number | null
  /** The newest rejection of that value: of a report, or of one of the newest `REJECTED_PROPOSALS` that were rejected. */
  readonly rejection: (reported: ReportedValue) => EarlierRejection | null
  /** How many reports of the list are open. */
  readonly countOpen: (listRowId: number) => number
}

/** Rejected proposals of a list that are looked through for a value. */
const REJECTED_PROPOSALS = 100

interface Row extends Omit<StoredReport, 'at'> {
  readonly at: string
}

/** An earlier report of the same value and kind that waits, or whose proposal does. */
const FIRST_SQL = `SELECT min(earlier.id) FROM reports AS earlier WHERE earlier.list_id = r.list_id AND earlier.value = r.value
  AND earlier.kind = r.kind AND earlier.id < r.id AND earlier.state IN ('open', 'joined', 'proposed')`

const ROW_SQL = `SELECT r.id, lists.list_id AS list, r.list_id AS listRowId, organisation, reporter, external_id AS externalId, value, kind,
  category, reason, evidence, evidence_sha256 AS evidenceSha256, content, at, found, found_entry AS foundEntry,
  found_decision AS foundDecision, found_proposal AS foundProposal, r.proposal_id AS proposal,
  CASE r.state WHEN 'joined' THEN 'duplicate' WHEN 'open' THEN iif((${FIRST_SQL}) IS NULL, 'open', 'duplicate') ELSE r.state END AS state,
  iif(r.state = 'open', (${FIRST_SQL}), NULL) AS duplicateOf
  FROM reports AS r JOIN lists ON lists.id = r.list_id`

export function reportReader(sqlite: Database.Database): ReportReader {
  const find = sqlite.prepare<[number], Row>(`${ROW_SQL} WHERE r.id = ?`)
  const ofOwnId = sqlite.prepare<[string, string], Row>(
    `${ROW_SQL} WHERE r.organisation = ? AND r.external_id = ?`,
  )
  const waiting = sqlite.prepare<[object], Row>(
    `${ROW_SQL} WHERE r.list_id = :listRowId AND r.value = :value AND r.kind = :kind AND r.state = 'open' ORDER BY r.id`,
  )
  const acts = sqlite.prepare<[number], Omit<ReportAct, 'at'> & { readonly at: string }>(
    `SELECT act, actor, organisation, at, text, proposal_id AS proposal, decision_id AS decision
     FROM report_acts WHERE report_id = ? ORDER BY id`,
  )
  const countOpen = sqlite
    .prepare<[number], number>(
      `SELECT count(*) FROM reports AS r WHERE list_id = ? AND state = 'open' AND (${FIRST_SQL}) IS NULL`,
    )
    .pluck()
  const pages = reportPages(sqlite, { row: ROW_SQL, first: FIRST_SQL })
  return {
    find: (id) => mapped(find.get(id)),
    ofOwnId: (organisation, externalId) => mapped(ofOwnId.get(organisation, externalId)),
    waiting: (reported) => waiting.all({ ...reported }).map(fromRow),
    acts: (id) => acts.all(id).map((act) => ({ ...act, at: new Date(act.at) })),
    page: (question) => pages(question).map((row) => fromRow(row as Row)),
    countOpen: (listRowId) => countOpen.get(listRowId) ?? 0,
    ...answersBefore(sqlite),
  }
}

function answersBefore(
  sqlite: Database.Database,
): Pick<ReportReader, 'openProposal' | 'rejection'> {
  const isIn = `EXISTS (SELECT 1 FROM proposal_revisions AS made JOIN proposal_entries AS line
    ON line.proposal_id = made.proposal_id AND line.revision = made.lines_of AND line.change = 'add' AND line.value = :value
    WHERE made.proposal_id = p.id AND made.revision = p.revision`
  const open = sqlite
    .prepare<[object], number>(
      `SELECT p.id FROM proposals AS p WHERE p.state = 'open' AND p.list_id = :listRowId
       AND ${isIn} AND line.kind = :kind) ORDER BY p.id LIMIT 1`,
    )
    .pluck()
  const ofReport = sqlite.prepare<[object], { at: string; text: string }>(
    `SELECT act.at, act.text FROM reports AS r JOIN report_acts AS act ON act.report_id = r.id AND act.act = 'rejected'
     WHERE r.list_id = :listRowId AND r.value = :value ORDER BY act.id DESC LIMIT 1`,
  )
  const ofProposal = sqlite.prepare<[object], { at: string; text: string }>(
    `SELECT act.at, act.text FROM (SELECT id, revision FROM proposals WHERE state = 'rejected' AND list_id = :listRowId
       ORDER BY id DESC LIMIT ${REJECTED_PROPOSALS}) AS p
     JOIN proposal_acts AS act ON act.proposal_id = p.id AND act.act = 'rejected' WHERE ${isIn}) ORDER BY act.id DESC LIMIT 1`,
  )
  return {
    openProposal: (reported) => open.get({ ...reported }) ?? null,
    rejection: (reported) => {
      const found = [ofReport.get({ ...reported }), ofProposal.get({ ...reported })]
      const [newest] = found
        .filter((one) => one !== undefined)
        .sort((a, b) => (a.at > b.at ? -1 : 1))
      return newest === undefined ? null : { at: new Date(newest.at), text: newest.text }
    },
  }
}

function mapped(row: Row | undefined): StoredReport | null {
  return row === undefined ? null : fromRow(row)
}

function fromRow({ at, ...row }: Row): StoredReport {
  return { ...row, at: new Date(at) }
}
