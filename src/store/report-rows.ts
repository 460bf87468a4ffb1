import type Database from 'better-sqlite3'
import { digestReports, type DigestedReport } from '../core/digest-report.ts'
import type { ReportAct } from '../core/report.ts'

/** An act as it lies there, with the report that it is about. */
export interface ReportActRow {
  readonly report: number
  readonly list: string
  readonly act: Omit<ReportAct, 'at'>
}

/** The rows of reports as they lie there, for whoever compares them with the chain. */
export interface ReportRows {
  /** The digest of reports as they are now; null when one isn't there. */
  readonly digest: (reports: readonly number[]) => string | null
  readonly count: () => number
  /** Every act, in the order of the chain. */
  readonly acts: () => Iterable<ReportActRow>
  /** Reports that stand otherwise than their acts and proposals say. */
  readonly strays: () => number[]
}

const RECEIVED_SQL = `SELECT r.id, lists.list_id AS list, organisation, reporter, external_id AS externalId, r.value AS value, r.kind AS kind, category, reason,
  evidence, evidence_sha256 AS evidenceSha256, content, at, found, found_entry AS foundEntry, found_decision AS foundDecision,
  found_proposal AS foundProposal
  FROM json_each(?) AS asked CROSS JOIN reports AS r ON r.id = asked.value LEFT JOIN lists ON lists.id = r.list_id`

const ACTS_SQL = `SELECT report_id AS report, lists.list_id AS list, act, actor, told.organisation AS organisation, text,
  told.proposal_id AS proposal, decision_id AS decision
  FROM report_acts AS told LEFT JOIN reports AS r ON r.id = told.report_id LEFT JOIN lists ON lists.id = r.list_id ORDER BY told.id`

const STRAYS_SQL = `SELECT r.id FROM reports AS r LEFT JOIN report_standings AS now ON now.id = r.id
  WHERE r.state IS NOT now.state OR r.proposal_id IS NOT now.proposal_id ORDER BY r.id`

export function reportRows(sqlite: Database.Database): ReportRows {
  const received = sqlite.prepare<[string], DigestedReport>(RECEIVED_SQL)
  return {
    digest: (reports) => {
      const rows = received.all(JSON.stringify(reports))
      return rows.length === reports.length ? digestReports(rows) : null
    },
    count: () => sqlite.prepare<[], number>('SELECT count(*) FROM reports').pluck().get() ?? 0,
    // A statement for each reading, since readings may overlap.
    *acts() {
      for (const { report, list, ...act } of sqlite
        .prepare<[], ReportActRow['act'] & Omit<ReportActRow, 'act'>>(ACTS_SQL)
        .iterate()) {
        yield { report, list, act }
      }
    },
    strays: () => sqlite.prepare<[], number>(STRAYS_SQL).pluck().all(),
  }
}
