import type { Person } from '../../core/person.ts'
import type { ReviewOutcome } from '../../core/review.ts'
import type { UrgentFigures } from './overview.ts'

/** An urgent decision: the time since, whether readers have it, and how its review stands. */
export interface UrgentView extends UrgentFigures {
  /** Null for an urgent addition: nobody looks at that afterwards. */
  readonly review: {
    readonly review: number
    readonly state: 'open' | 'done'
    readonly dueOn: string
    readonly outcome: ReviewOutcome | null
  } | null
}

/** What was decided urgently of late, on the lists whose reasons a person may read. */
export interface UrgentDesk {
  /** Newest first. */
  readonly recent: (
    person: Person,
    asked: { readonly list?: string; readonly limit: number; readonly at: Date },
  ) => readonly UrgentView[]
}
