import type {
  AnsweredReportsView,
  HandedInView,
  ProposedReportsView,
  ReportView,
} from '../../console/ports/reports.ts'
import { Fault } from '../../core/fault.ts'
import { readReportId } from '../../core/report.ts'
import { REPORT_LIMITS, type WrittenReport } from '../../curation/reports/parse-report.ts'
import type { ApiClient } from '../../platform/api-client.ts'
import { apiPages, raiseLimit } from '../api-pages.ts'
import { plainOutcome } from '../proposals/outcome.ts'
import { noOverride } from '../proposals/server-deeds.ts'
import type { ReportAnswer } from './answer-reports.ts'
import type { ReportTold, ToldDuplicate } from './describe-report.ts'
import { noReport } from './find-report.ts'
import type { HandedInTold, ReportDeeds } from './report-deeds.ts'

const PATH = '/v1/reports'

/** What commands do with reports, at a server. */
export function serverReports(api: ApiClient): ReportDeeds {
  const answer = async (
    what: 'rejections' | 'withdrawals',
    { ids: reports, text }: ReportAnswer,
  ): Promise<AnsweredReportsView> => {
    assertIds(reports)
    const body = { reports, ...(text.trim() !== '' && { reason: text }) }
    return (await api.ask({ method: 'POST', path: `${PATH}/${what}`, body })) as AnsweredReportsView
  }
  return {
    handIn: (written) => handIn(api, written),
    page: async ({ after, limit, ...query }) => {
      if (after !== undefined) {
        throw raiseLimit('--after')
      }
      return (await apiPages<ReportView>(api, { path: PATH, query }, limit)).map(toTold)
    },
    show: async (id) => {
      assertIds([id])
      const path = `${PATH}/${encodeURIComponent(id)}`
      return toTold((await api.ask({ method: 'GET', path })) as ReportView)
    },
    propose: async ({ override, ...body }) => {
      if (override !== undefined) throw noOverride()
      assertIds(body.reports)
      const asked = { method: 'POST', path: `${PATH}/proposals`, body } as const
      const told = (await api.ask(asked)) as ProposedReportsView
      const { list, outcome, reports, listed } = told
      const serial = outcome?.serial ?? null
      return {
        ...{ list, outcome: outcome && plainOutcome(outcome), reports, listed },
        published: serial === null ? null : { serial },
      }
    },
    reject: (asked) => answer('rejections', asked),
    withdraw: (asked) => answer('withdrawals', asked),
  }
}

/** Throws `report/not-found` for what can't be the id of one. */
function assertIds(ids: readonly string[]): void {
  for (const id of ids) if (readReportId(id) === null) throw noReport(id)
}

/** What couldn't even be read isn't sent, and keeps its place. */
async function handIn(
  api: ApiClient,
  written: readonly (WrittenReport | Fault)[],
): Promise<readonly HandedInTold[]> {
  const readable = written.filter((one) => !(one instanceof Fault))
  const outcomes: HandedInView[] = []
  for (let from = 0; from < readable.length; from += REPORT_LIMITS.reports) {
    const body = { reports: readable.slice(from, from + REPORT_LIMITS.reports) }
    const told = await api.ask({ method: 'POST', path: PATH, body })
    outcomes.push(...(told as { readonly outcomes: readonly HandedInView[] }).outcomes)
  }
  const next = outcomes.values()
  return written.map((one) => {
    if (one instanceof Fault) return { externalId: '', outcome: 'refused', fault: one }
    const { value } = next.next()
    if (value === undefined) throw lost()
    return toHandedIn(value)
  })
}

function lost(): Fault {
  return new Fault('fetch/unexpected', 'expected what became of each report, got fewer answers')
}

function toHandedIn(view: HandedInView): HandedInTold {
  const { externalId } = view
  if (view.outcome === 'refused') {
    const { code, message } = view.error
    return { externalId, outcome: 'refused', fault: new Fault(code, message) }
  }
  const { outcome, report, list, state } = view
  return { externalId, outcome, report, list, state }
}

function toTold({ receivedAt, ...view }: ReportView): ReportTold {
  const { report, list, organisation, reporter, externalId, value, kind, category, reason } = view
  const { evidence, evidenceSha256, state, proposal, decision, isListedNow } = view
  const { rejected, rejectedBefore, acts } = view
  return {
    ...{ report, list, organisation, reporter, externalId, value, kind, category, reason },
    ...{ evidence, evidenceSha256, at: new Date(receivedAt), state },
    ...{ duplicate: view.duplicate && toDuplicate(view.duplicate), proposal, decision },
    rejected: rejected && { at: new Date(rejected.at), reason: rejected.reason },
    rejectedBefore: rejectedBefore && {
      ...{ at: new Date(rejectedBefore.at), reason: rejectedBefore.reason },
    },
    isListedNow,
    acts: acts?.map((act) => ({ ...act, at: new Date(act.at) })) ?? null,
  }
}

/** Without what such a one never has. */
function toDuplicate(duplicate: NonNullable<ReportView['duplicate']>): ToldDuplicate {
  const { of, entry, proposal, report } = duplicate
  if (of === 'entry') return { of, entry }
  return of === 'proposal' ? { of, proposal: proposal ?? '' } : { of, report }
}
