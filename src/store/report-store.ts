import type Database from 'better-sqlite3'
import { digestReports } from '../core/digest-report.ts'
import type { NewEvent } from '../core/event.ts'
import type { ReceivedReport, ReportAct, ReportFound, ReportTerms } from '../core/report.ts'
import type { Recorder } from './event-store.ts'
import { reportReader, type ReportReader, type StoredReport } from './read-reports.ts'
import { RECEIVED, tellReportAct } from './report-events.ts'

/** A report, before it is written. */
export interface NewReport extends ReportTerms, ReportFound {
  readonly listRowId: number
  /** Of what was said (`digestSaid`). */
  readonly content: string
}

/** Whose reports they are, and when they came. */
export interface ReportOrigin {
  readonly organisation: string
  readonly reporter: string
  readonly at: Date
}

export interface ReportStore extends ReportReader {
  /** Writes a report without its event; `told` must follow in the same transaction. */
  readonly receive: (report: NewReport, origin: ReportOrigin) => StoredReport
  /** Records what was received: one event for each list. */
  readonly told: (received: readonly ReceivedReport[]) => void
  /** Writes what was done to reports that wait, all of one list, and the events. */
  readonly act: (reports: readonly StoredReport[], act: ReportAct) => void
}

/** Reports that one event tells of: well below `MAX_EVENT_BYTES`. */
const EVENT_REPORTS = 10_000

export function reportStore(
  sqlite: Database.Database,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): ReportStore {
  const reader = reportReader(sqlite)
  const { insert, append } = reportWriter(sqlite)
  return {
    ...reader,
    receive: (report, origin) =>
      write(() => {
        const id = insert(report, origin)
        return reader.find(id) ?? missing(id)
      }),
    told: (received) =>
      write(() => {
        for (const list of new Set(received.map((one) => one.list))) {
          const own = received.filter((one) => one.list === list)
          events.append(tellReceived(own))
        }
      }),
    act: (reports, act) =>
      write(() => {
        for (let from = 0; from < reports.length; from += EVENT_REPORTS) {
          const part = reports.slice(from, from + EVENT_REPORTS)
          for (const { id } of part) append(id, act)
          const ids = part.map(({ id }) => id)
          events.append(tellReportAct({ list: part[0]?.list ?? '', reports: ids }, act))
        }
      }),
  }
}

/** Of one list, in the order in which they came. */
function tellReceived(received: readonly ReceivedReport[]): NewEvent {
  const [first] = received
  if (first === undefined) throw new Error('expected reports to tell of, got none')
  const { list, organisation, reporter: actor } = first
  const subject = {
    ...{
      list,
      organisation,
      digest: digestReports(received.map((one) => ({ ...one, at: one.at.toISOString() }))),
    },
    reports: received.map(({ id }) => id),
  }
  return { act: RECEIVED, actor, subject }
}

function reportWriter(sqlite: Database.Database): {
  readonly insert: (report: NewReport, origin: ReportOrigin) => number
  readonly append: (report: number, act: ReportAct) => void
} {
  const insert = sqlite.prepare<[object]>(
    `INSERT INTO reports (list_id, organisation, reporter, external_id, value, kind, category, reason, evidence, evidence_sha256,
       content, at, found, found_entry, found_decision, found_proposal, state, proposal_id)
     VALUES (:listRowId, :organisation, :reporter, :externalId, :value, :kind, :category, :reason, :evidence, :evidenceSha256,
       :content, :at, :found, :foundEntry, :foundDecision, :foundProposal, :state, :foundProposal)`,
  )
  const append = sqlite.prepare<[object]>(
    `INSERT INTO report_acts (report_id, act, actor, organisation, at, text, proposal_id, decision_id)
     VALUES (:report, :act, :actor, :organisation, :at, :text, :proposal, :decision)`,
  )
  return {
    insert: (report, { at, ...origin }) => {
      const state = { '': 'open', listed: 'duplicate', proposed: 'joined' }[report.found]
      const row = { ...report, ...origin, at: at.toISOString(), state }
      return Number(insert.run(row).lastInsertRowid)
    },
    append: (report, act) => void append.run({ ...act, report, at: act.at.toISOString() }),
  }
}

function missing(id: number): never {
  throw new Error(`expected report ${id}, got no row`)
}
