import type { ProposalDesk } from './ports/proposals.ts'
import type { IdempotencyDesk } from './ports/idempotency.ts'
import type { EntryDesk } from './ports/entries.ts'
import type { ListDesk } from './ports/lists.ts'
import type { OverviewDesk } from './ports/overview.ts'
import type { ImportDesk } from './ports/imports.ts'
import type { SearchDesk } from './ports/search.ts'
import type { DecisionDesk } from './ports/decisions.ts'
import type { PublishingDesk } from './ports/publishing.ts'
import type { ReviewDesk } from './ports/reviews.ts'
import type { UrgentDesk } from './ports/urgent.ts'
import type { EventDesk } from './ports/events.ts'
import type { PeopleDesk } from './ports/people.ts'
import type { RegisterDesk } from './ports/register.ts'
import type { AppealDesk } from './ports/appeals.ts'
import type { ReportDesk } from './ports/reports.ts'
import type { SubscriberDesk } from './ports/subscribers.ts'

/** Everything that the authority does for people, each part in the words of its port; `main` hands it in. */
export interface Desk {
  readonly idempotency: IdempotencyDesk
  readonly imports: ImportDesk
  readonly proposals: ProposalDesk
  readonly search: SearchDesk
  readonly entries: EntryDesk
  readonly lists: ListDesk
  readonly overview: OverviewDesk
  readonly reports: ReportDesk
  readonly appeals: AppealDesk
  readonly events: EventDesk
  readonly register: RegisterDesk
  readonly people: PeopleDesk
  readonly subscribers: SubscriberDesk
  readonly decisions: DecisionDesk
  readonly reviews: ReviewDesk
  readonly publishing: PublishingDesk
  readonly urgent: UrgentDesk
}
