import { Fault } from '../../core/fault.ts'
import { printReportId, type ReportAct, type ReportActName } from '../../core/report.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { assertAnswerable } from '../../curation/reports/plan-report-proposal.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredReport } from '../../store/read-reports.ts'
import { findReports } from './find-report.ts'
import type { HandingIn } from './hand-in-reports.ts'

/** Reports that get an answer. */
export interface ReportAnswer {
  /** Such as `r12`. */
  readonly ids: readonly string[]
  readonly text: string
}

/** What an answer was about: those that were named, and what else waited for the same answer. */
export interface AnsweredReports {
  readonly list: string
  readonly reports: readonly string[]
}

/**
 * Rejects open reports of one list, with those of others that ask for the same. Throws `report/not-found`, `report/mixed`, `report/settled`,
 * `report/invalid` without a reason, and `user/refused`.
 */
export function rejectReports(handing: HandingIn, { ids, text }: ReportAnswer): AnsweredReports {
  const { store, person } = handing
  return store.write(() => {
    const named = findReports(store, person, ids)
    assertAnswerable(named)
    const list = listOf(named)
    assertMayAct(person, 'answer-report', list)
    const reason = assertReason(text)
    const all = withSame(store, named)
    store.reports.act(all, newReportAct(handing, 'rejected', { text: reason }))
    return { list, reports: all.map(({ id }) => printReportId(id)) }
  })
}

/**
 * Takes back what the person's organisation has reported, as long as nobody has answered. Others who reported the same aren't concerned. Throws
 * `report/not-found`, `report/settled`, and `user/refused`.
 */
export function withdrawReports(handing: HandingIn, { ids, text }: ReportAnswer): AnsweredReports {
  const { store, person } = handing
  return store.write(() => {
    const reports = findReports(store, person, ids)
    for (const report of reports) {
      assertMayAct(person, 'report', report.list)
      if (report.organisation !== person.organisation.name) throw notOwn(report)
      // What a proposal asks for as well is a duplicate, and may be taken back too; not so what is listed.
      if (report.found === 'listed' && report.state === 'duplicate') throw settled(report)
    }
    const list = listOf(reports)
    assertAnswerable(reports)
    store.reports.act(reports, newReportAct(handing, 'withdrawn', { text: text.trim() }))
    return { list, reports: reports.map(({ id }) => printReportId(id)) }
  })
}

/** Reports, with all that wait for the same answer: of the same list, value and kind. */
export function withSame(
  { reports }: Pick<Store, 'reports'>,
  named: readonly StoredReport[],
): StoredReport[] {
  const all = new Map<number, StoredReport>()
  for (const one of named) {
    const waiting = reports.waiting(one)
    // One that found a listed entry, or that goes the way of a proposal, doesn't wait.
    if (!waiting.some(({ id }) => id === one.id)) throw settled(one)
    for (const report of waiting) all.set(report.id, report)
  }
  return [...all.values()].sort((a, b) => a.id - b.id)
}

/** An act of whoever acts, now. */
export function newReportAct(
  { person, at }: Pick<HandingIn, 'person' | 'at'>,
  act: ReportActName,
  more: Partial<Pick<ReportAct, 'text' | 'proposal' | 'decision'>>,
): ReportAct {
  const organisation = person.organisation.name
  return {
    ...{ act, actor: person.name, organisation, at, text: '', proposal: null, decision: null },
    ...more,
  }
}

export function listOf([first]: readonly StoredReport[]): string {
  if (first === undefined) throw new Error('expected reports, got none')
  return first.list
}

function assertReason(text: string): string {
  const reason = text.trim()
  if (reason !== '') return reason
  throw new Fault('report/invalid', 'expected a reason, got none')
}

function settled({ id, state, proposal }: StoredReport): Fault {
  const what = proposal === null ? state : `${state} of proposal p${proposal}`
  return new Fault(
    'report/settled',
    `expected a report that waits for an answer, got ${printReportId(id)}, which is ${what}`,
  )
}

function notOwn({ id, organisation }: StoredReport): Fault {
  return new Fault(
    'user/refused',
    `expected a report of your own organisation, got ${printReportId(id)} of ${organisation}`,
  )
}
