import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import { printReportId, readReportId } from '../../core/report.ts'
import { REPORT_LIMITS } from '../../curation/reports/parse-report.ts'
import type { Store } from '../../store/open-store.ts'
import { actingPerson } from '../acting-person.ts'
import { withStore } from '../find-list.ts'
import type { GlobalOptions } from '../global-options.ts'
import { newReference } from '../new-reference.ts'
import { openDeciding } from '../proposals/open-deciding.ts'
import { publishSettled } from '../proposals/publish-decided.ts'
import { rejectReports, withdrawReports } from './answer-reports.ts'
import { describeReport } from './describe-report.ts'
import { findReport } from './find-report.ts'
import { handInReports, type HandedIn, type HandingIn } from './hand-in-reports.ts'
import { listReports } from './list-reports.ts'
import { proposeReports } from './propose-reports.ts'
import type {
  HandedInTold,
  ProposeReportsAsked,
  ProposedAndPublished,
  ReportDeeds,
} from './report-deeds.ts'

/** What commands do with reports, on a data folder. */
export function localReports({ data, actor }: GlobalOptions): ReportDeeds {
  const open = <T>(work: (store: Store, person: Person) => T): Promise<T> =>
    withStore(data, (store) => work(store, actingPerson(store, actor)), { actor })
  const handing = <T>(work: (deps: HandingIn) => T): Promise<T> =>
    open((store, person) => work({ store, person, at: new Date() }))
  return {
    handIn: (written) =>
      handing((deps) => {
        const told: HandedInTold[] = []
        for (let from = 0; from < written.length; from += REPORT_LIMITS.reports) {
          const part = written.slice(from, from + REPORT_LIMITS.reports)
          told.push(...handInReports({ ...deps, at: new Date() }, part).map(tell))
        }
        return told
      }),
    page: ({ after, ...wanted }) => {
      const behind = after === undefined ? undefined : parseAfter(after)
      return open((store, person) => listReports(store, person, { ...wanted, after: behind }))
    },
    show: (id) =>
      open((store, person) =>
        store.read(() => describeReport(store, person, findReport(store, person, id))),
      ),
    propose: (request) => withStore(data, proposeIn({ data, actor }, request), { actor }),
    reject: (answer) => handing((deps) => rejectReports(deps, answer)),
    withdraw: (answer) => handing((deps) => withdrawReports(deps, answer)),
  }
}

function tell(handed: HandedIn): HandedInTold {
  if (handed.outcome === 'refused') return handed
  const { externalId, outcome } = handed
  const { id, list, state } = handed.report
  return { externalId, outcome, report: printReportId(id), list, state }
}

function parseAfter(text: string): number {
  const id = readReportId(text)
  if (id !== null) return id
  throw new Fault(
    'usage/invalid',
    `expected the id of a report, such as r12, for --after, got ${JSON.stringify(text)}`,
  )
}

function proposeIn(
  { data, actor }: GlobalOptions,
  request: ProposeReportsAsked,
): (store: Store) => Promise<ProposedAndPublished> {
  const { kind, action, category, reason = '', urgent = false } = request
  return async (store) => {
    const proposed = proposeReports(openDeciding({ data, store }, actor), {
      ...{ ids: request.reports, kind, action, category, reason, urgent },
      reference: request.reference ?? newReference(),
      legalBasis: request.basis ?? '',
      evidence: request.evidence ?? '',
      evidenceSha256: request.evidenceSha256 ?? '',
      acknowledged: request.acknowledge ?? [],
      override: request.override ?? null,
    })
    const { outcome } = proposed
    const made = outcome && (await publishSettled({ data, store, actor }, outcome))
    const serial = made?.serial ?? null
    return { ...proposed, published: serial === null ? null : { serial } }
  }
}
