import type { ProposalDesk } from './ports/proposals.ts'
import type { IdempotencyDesk } from './ports/idempotency.ts'
import type { SearchDesk } from './ports/search.ts'
import type { ReportDesk } from './ports/reports.ts'

/** Everything that the authority does for people, each part in the words of its port; `main` hands it in. */
export interface Desk {
  readonly idempotency: IdempotencyDesk
  readonly proposals: ProposalDesk
  readonly search: SearchDesk
  readonly reports: ReportDesk
}
