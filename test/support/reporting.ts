import type { Person } from '../../src/core/person.ts'
import { printReportId } from '../../src/core/report.ts'
import type { WrittenReport } from '../../src/curation/reports/parse-report.ts'
import { describeReport, type ReportTold } from '../../src/main/reports/describe-report.ts'
import { findReport } from '../../src/main/reports/find-report.ts'
import { handInReports, type HandedIn } from '../../src/main/reports/hand-in-reports.ts'
import { proposeReports, type ReportsProposal } from '../../src/main/reports/propose-reports.ts'
import type { Deciding } from '../../src/main/proposals/deciding.ts'
import type { Store } from '../../src/store/open-store.ts'
import { AT } from './store-builders.ts'

/** A report of `phishing`; its id is its value, unless it has one. */
export function written(value: string, changes: Partial<WrittenReport> = {}): WrittenReport {
  return { externalId: value, value, reason: 'a bank', list: 'phishing', ...changes }
}

/** Hands in, and tells what became of each: `r1`, `known r1`, or the code of a refusal. */
export function handIn(
  store: Store,
  person: Person,
  reports: readonly (WrittenReport | string)[],
): string[] {
  const all = reports.map((one) => (typeof one === 'string' ? written(one) : one))
  return handInReports({ store, person, at: AT }, all).map(tell)
}

function tell(handed: HandedIn): string {
  if (handed.outcome === 'refused') return handed.fault.code
  const id = printReportId(handed.report.id)
  return handed.outcome === 'known' ? `known ${id}` : id
}

/** What somebody is told of a report. */
export function told(store: Store, person: Person, id: string): ReportTold {
  return describeReport(store, person, findReport(store, person, id))
}

export function proposeThese(
  deciding: Deciding,
  ids: readonly string[],
  changes: Partial<ReportsProposal> = {},
): ReturnType<typeof proposeReports> {
  return proposeReports(deciding, {
    ...{ ids, reason: '', legalBasis: '', evidence: '', evidenceSha256: '', urgent: false },
    ...{ acknowledged: [], override: null, reference: 'K7M29QXT' },
    ...changes,
  })
}
