import type { FaultCode } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import type { ReportActName, ReportState } from '../../core/report.ts'
import type { WrittenReport } from '../../curation/reports/parse-report.ts'
import type { OutcomeView } from './proposals.ts'

/** A report as it is told to somebody; times in ISO 8601, UTC. What the person may not know is null. */
export interface ReportView {
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
  readonly receivedAt: string
  readonly state: ReportState
  /** What a duplicate is one of. */
  readonly duplicate: {
    readonly of: 'entry' | 'proposal' | 'report'
    readonly entry: { readonly value: string; readonly kind: string } | null
    readonly proposal: string | null
    readonly report: string | null
  } | null
  /** The proposal that it became, or that asks for the same. */
  readonly proposal: string | null
  readonly decision: number | null
  readonly rejected: { readonly at: string; readonly reason: string } | null
  /** The value was rejected before. */
  readonly rejectedBefore: { readonly at: string; readonly reason: string | null } | null
  /** Of one that waits: whether the list has come to block it since. */
  readonly isListedNow: boolean
  /** For who may read the reports of others. */
  readonly acts: readonly ReportActView[] | null
}

/** One line of its story. */
export interface ReportActView {
  readonly act: ReportActName
  readonly actor: string
  readonly organisation: string
  readonly at: string
  readonly text: string
  readonly proposal: string | null
  readonly decision: number | null
}

export interface ReportFilter {
  readonly state?: ReportState
  readonly list?: string
  /** The reporter's own id. */
  readonly externalId?: string
  /** The id to go on behind: open ones come oldest first, others newest first. */
  readonly behind: number | null
  readonly limit: number
}

/** What became of one report that was handed in. */
export type HandedInView =
  | {
      readonly externalId: string
      readonly outcome: 'received' | 'known'
      readonly report: string
      readonly list: string
      readonly state: ReportState
      readonly error: null
    }
  | {
      readonly externalId: string
      readonly outcome: 'refused'
      readonly error: { readonly code: FaultCode; readonly message: string }
    }

/** Reports that become one proposal; what is left out is what the reports say. */
export interface ReportsProposalRequest {
  readonly reports: readonly string[]
  readonly reason?: string
  readonly basis?: string
  readonly evidence?: string
  readonly evidenceSha256?: string
  readonly kind?: string
  readonly action?: string
  readonly category?: string
  readonly reference?: string
  readonly urgent?: boolean
  readonly acknowledge?: readonly string[]
}

/** What became of reports that were to be one proposal. */
export interface ProposedReportsView {
  readonly list: string
  /** Null where the list had all of it already. */
  readonly outcome: OutcomeView | null
  /** Those of others that ask for the same included. */
  readonly reports: readonly string[]
  /** Those whose entry the list has got meanwhile. */
  readonly listed: readonly string[]
}

/** What an answer was about. */
export interface AnsweredReportsView {
  readonly list: string
  readonly reports: readonly string[]
}

/**
 * Reports: handing in, looking, answering. What a person may not know of is not found: `report/not-found`, `list/not-found`. Each method may throw
 * `store/busy`, and is then called again, which does nothing twice.
 */
export interface ReportDesk {
  readonly page: (person: Person, filter: ReportFilter) => readonly ReportView[]
  readonly find: (person: Person, id: string) => ReportView
  /** With `isWhole` all of them or none. */
  readonly handIn: (
    person: Person,
    request: { readonly reports: readonly WrittenReport[]; readonly isWhole: boolean },
    at: Date,
  ) => readonly HandedInView[]
  readonly propose: (
    person: Person,
    request: ReportsProposalRequest,
    at: Date,
  ) => Promise<ProposedReportsView>
  readonly reject: (person: Person, request: AnswerRequest, at: Date) => AnsweredReportsView
  readonly withdraw: (person: Person, request: AnswerRequest, at: Date) => AnsweredReportsView
}

export interface AnswerRequest {
  readonly reports: readonly string[]
  readonly text: string
}
