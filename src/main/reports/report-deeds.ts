import type { ReportsProposalRequest } from '../../console/ports/reports.ts'
import type { Fault } from '../../core/fault.ts'
import type { ReportState } from '../../core/report.ts'
import type { WrittenReport } from '../../curation/reports/parse-report.ts'
import type { AnsweredReports, ReportAnswer } from './answer-reports.ts'
import type { ReportTold } from './describe-report.ts'
import type { WantedReports } from './list-reports.ts'
import type { ProposedReports } from './propose-reports.ts'

/**
 * What commands do with reports: on a data folder as a named actor (`local-reports.ts`), or at a server as whoever the API key is of
 * (`server-reports.ts`). Faults are those of the use cases on both.
 */
export interface ReportDeeds {
  /** In parts, each durable for itself; each report has its own outcome, and a fault in the place of one stays one. */
  readonly handIn: (written: readonly (WrittenReport | Fault)[]) => Promise<readonly HandedInTold[]>
  readonly page: (wanted: Omit<WantedReports, 'after'> & After) => Promise<readonly ReportTold[]>
  readonly show: (id: string) => Promise<ReportTold>
  readonly propose: (request: ProposeReportsAsked) => Promise<ProposedAndPublished>
  readonly reject: (answer: ReportAnswer) => Promise<AnsweredReports>
  readonly withdraw: (answer: ReportAnswer) => Promise<AnsweredReports>
}

interface After {
  /** Such as `r12`: those that follow it. */
  readonly after?: string | undefined
}

/** What became of one report. */
export type HandedInTold =
  | {
      readonly externalId: string
      readonly outcome: 'received' | 'known'
      readonly report: string
      readonly list: string
      readonly state: ReportState
    }
  | { readonly externalId: string; readonly outcome: 'refused'; readonly fault: Fault }

/** Reports that are to be one proposal; what is left out is what they say. */
export interface ProposeReportsAsked extends ReportsProposalRequest {
  /** Lists it although a guard stops it; on a folder without users alone. */
  readonly override?: string
}

export interface ProposedAndPublished extends ProposedReports {
  /** The serial that was made at once; null for none. */
  readonly published: { readonly serial: number } | null
}
