import type {
  HandedInView,
  ProposedReportsView,
  ReportDesk,
  ReportsProposalRequest,
  ReportView,
} from '../../console/ports/reports.ts'
import type { Person } from '../../core/person.ts'
import { printReportId } from '../../core/report.ts'
import { newReference } from '../new-reference.ts'
import { publishSettled } from '../proposals/publish-decided.ts'
import { rejectReports, withdrawReports } from '../reports/answer-reports.ts'
import { describeReport, type ReportTold } from '../reports/describe-report.ts'
import { findReport } from '../reports/find-report.ts'
import { handInReports, type HandedIn } from '../reports/hand-in-reports.ts'
import { listReports } from '../reports/list-reports.ts'
import { proposeReports } from '../reports/propose-reports.ts'
import type { DeskDeps } from './desk-deps.ts'

/** What people do with reports over the network, by the same use cases as the commands. */
export function reportDesk(deps: DeskDeps): ReportDesk {
  const { store } = deps
  return {
    page: (person, { behind, ...wanted }) =>
      listReports(store, person, { ...wanted, ...(behind !== null && { after: behind }) }).map(
        viewReport,
      ),
    find: (person, id) =>
      store.read(() => viewReport(describeReport(store, person, findReport(store, person, id)))),
    handIn: (person, { reports, isWhole }, at) =>
      handInReports({ store, person, at }, reports, isWhole).map(viewHandedIn),
    propose: (person, request, at) => proposeAsked(deps, { person, at }, request),
    reject: (person, { reports, text }, at) =>
      rejectReports({ store, person, at }, { ids: reports, text }),
    withdraw: (person, { reports, text }, at) =>
      withdrawReports({ store, person, at }, { ids: reports, text }),
  }
}

async function proposeAsked(
  deps: DeskDeps,
  { person, at }: { readonly person: Person; readonly at: Date },
  request: ReportsProposalRequest,
): Promise<ProposedReportsView> {
  const { kind, action, category } = request
  const proposed = proposeReports(deps.decidingOf(person, at), {
    ...{ ids: request.reports, kind, action, category, override: null },
    reason: request.reason ?? '',
    legalBasis: request.basis ?? '',
    evidence: request.evidence ?? '',
    evidenceSha256: request.evidenceSha256 ?? '',
    reference: request.reference ?? newReference(),
    urgent: request.urgent ?? false,
    acknowledged: request.acknowledge ?? [],
  })
  const { outcome } = proposed
  if (outcome === null) return { ...proposed, outcome }
  const published = await publishSettled({ ...deps, actor: person.name }, outcome)
  return { ...proposed, outcome: { ...outcome, serial: published?.serial ?? null } }
}

function viewHandedIn(handed: HandedIn): HandedInView {
  const { externalId } = handed
  if (handed.outcome === 'refused') {
    const { code, message } = handed.fault
    return { externalId, outcome: 'refused', error: { code, message } }
  }
  const { id, list, state } = handed.report
  const { outcome } = handed
  return { externalId, outcome, report: printReportId(id), list, state, error: null }
}

function viewReport({ at, ...told }: ReportTold): ReportView {
  const { duplicate, rejected, rejectedBefore, acts } = told
  const none = { entry: null, proposal: null, report: null }
  return {
    ...told,
    receivedAt: at.toISOString(),
    duplicate: duplicate && { ...none, ...duplicate },
    rejected: rejected && { ...rejected, at: rejected.at.toISOString() },
    rejectedBefore: rejectedBefore && { ...rejectedBefore, at: rejectedBefore.at.toISOString() },
    acts: acts?.map((act) => ({ ...act, at: act.at.toISOString() })) ?? null,
  }
}
