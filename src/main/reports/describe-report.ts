import { printProposalId } from '../../core/proposal.ts'
import type { Person } from '../../core/person.ts'
import { printReportId, type ReportAct, type ReportState } from '../../core/report.ts'
import { mayAct } from '../../curation/may-act.ts'
import { seesReport } from '../../curation/reports/report-sight.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredReport } from '../../store/read-reports.ts'
import { findBlocking } from './hand-in-reports.ts'

/** What a duplicate is one of; null members are what the person may not know. */
export type ToldDuplicate =
  | {
      readonly of: 'entry'
      readonly entry: { readonly value: string; readonly kind: string } | null
    }
  | { readonly of: 'proposal'; readonly proposal: string }
  | { readonly of: 'report'; readonly report: string | null }

/** A report as it is shown to somebody. */
export interface ReportTold {
  /** Such as `r12`. */
  readonly report: string
  readonly list: string
  readonly organisation: string
  readonly reporter: string
  readonly externalId: string
  readonly value: string
  readonly kind: string
  readonly category: string
  readonly reason: string
  readonly evidence: string
  readonly evidenceSha256: string
  readonly at: Date
  readonly state: ReportState
  readonly duplicate: ToldDuplicate | null
  /** The proposal that it became, or that asks for the same. */
  readonly proposal: string | null
  /** Of a listed one: the decision. */
  readonly decision: number | null
  /** Of a rejected one. */
  readonly rejected: { readonly at: Date; readonly reason: string } | null
  /** The value was rejected before; without the reason for who may not read the reports of others. */
  readonly rejectedBefore: { readonly at: Date; readonly reason: string | null } | null
  /** Of one that waits: whether the list has come to block it since. */
  readonly isListedNow: boolean
  /** For who may read the reports of others. */
  readonly acts:
    readonly (Omit<ReportAct, 'proposal'> & { readonly proposal: string | null })[] | null
}

/** A report with how it stands, as far as the person may know. */
export function describeReport(store: Store, person: Person, report: StoredReport): ReportTold {
  const { id, state, proposal, list, listRowId, value, kind } = report
  const acts = store.reports.acts(id)
  const isReader = mayAct(person, 'read-reports', list).allowed
  const isWaiting = state === 'open' || state === 'duplicate' || state === 'proposed'
  const before = isWaiting ? store.reports.rejection({ listRowId, value, kind }) : null
  const { organisation, reporter, externalId, category, reason, evidence, evidenceSha256 } = report
  return {
    ...{ report: printReportId(id), list, organisation, reporter, externalId, value, kind },
    ...{ category, reason, evidence, evidenceSha256, at: report.at, state },
    duplicate: duplicateOf(store, person, report),
    proposal: proposal === null ? null : printProposalId(proposal),
    decision: state === 'listed' ? decisionOf(store, report, acts) : null,
    rejected: state === 'rejected' ? rejectionOf(store, report, acts) : null,
    rejectedBefore: before && { at: before.at, reason: isReader ? before.text : null },
    isListedNow:
      state === 'open' && findBlocking(store, listRowId, { value: report.value, kind }) !== null,
    acts: isReader ? acts.map((act) => ({ ...act, proposal: printed(act.proposal) })) : null,
  }
}

function printed(proposal: number | null): string | null {
  return proposal === null ? null : printProposalId(proposal)
}

function duplicateOf(store: Store, person: Person, report: StoredReport): ToldDuplicate | null {
  const { state, list, proposal, foundEntry, duplicateOf: first } = report
  if (state !== 'duplicate') return null
  if (first !== null) {
    const other = store.reports.find(first)
    const isSeen = other !== null && seesReport(person, other)
    return { of: 'report', report: isSeen ? printReportId(first) : null }
  }
  if (proposal !== null) return { of: 'proposal', proposal: printProposalId(proposal) }
  const [value = '', kind = ''] = foundEntry.split('\t')
  const isReader = mayAct(person, 'read-entries', list).allowed
  return { of: 'entry', entry: isReader ? { value, kind } : null }
}

function decisionOf(
  store: Store,
  { proposal }: StoredReport,
  acts: readonly ReportAct[],
): number | null {
  const own = acts.at(-1)?.decision ?? null
  if (own !== null || proposal === null) return own
  return store.proposals.acts(proposal).find(({ act }) => act === 'decided')?.decision ?? null
}

/** Its own, or that of its proposal. */
function rejectionOf(
  store: Store,
  { proposal }: StoredReport,
  acts: readonly ReportAct[],
): ReportTold['rejected'] {
  const own = acts.find(({ act }) => act === 'rejected')
  const found =
    own ??
    (proposal === null
      ? undefined
      : store.proposals.acts(proposal).find(({ act }) => act === 'rejected'))
  return found === undefined ? null : { at: found.at, reason: found.text }
}
