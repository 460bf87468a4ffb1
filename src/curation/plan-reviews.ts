import { addDays } from '../core/day.ts'
import type { ListReview } from '../core/list-definition.ts'
import type { Term } from '../core/review.ts'

/** A review that is to be opened because a day has come. */
export interface DayReview {
  readonly target: Term
  readonly cause: 'due' | 'expiring'
  /** The day of the entries that it is about. */
  readonly aboutOn: string
  readonly dueOn: string
}

/** What a day asks for. */
export interface ReviewPlan {
  /** Their last day is over: they are no longer to be listed. */
  readonly lapsing: readonly Term[]
  readonly opening: readonly DayReview[]
}

/**
 * What is to be done on `today` (a day in UTC) with entries that have these days. An entry lapses on the day that it expires, and is not listed on that day. It is
 * reviewed from `warnDays` before that; and from its review date on, unless its end is as near, which asks the same.
 *
 * The plan depends on the day alone and not on when it was made last: days that nobody was there on are caught up with, and the same day twice, or a day
 * that was before, asks for nothing that was not asked for already.
 */
export function planReviews(
  { warnDays }: Pick<ListReview, 'warnDays'>,
  today: string,
  terms: Iterable<Term>,
): ReviewPlan {
  const plan = { lapsing: [] as Term[], opening: [] as DayReview[] }
  const horizon = lastWarnedDay({ warnDays }, today)
  for (const target of terms) {
    const { reviewOn, expiresOn } = target
    if (expiresOn !== null && expiresOn <= today) {
      plan.lapsing.push(target)
    } else if (expiresOn !== null && expiresOn <= horizon) {
      plan.opening.push({ target, cause: 'expiring', aboutOn: expiresOn, dueOn: expiresOn })
    } else if (reviewOn !== null && reviewOn <= today) {
      const dueOn = addDays(reviewOn, warnDays)
      plan.opening.push({ target, cause: 'due', aboutOn: reviewOn, dueOn })
    }
  }
  return plan
}

/** The last day of which it is said today that entries expire on it. */
export function lastWarnedDay({ warnDays }: Pick<ListReview, 'warnDays'>, today: string): string {
  return addDays(today, warnDays)
}
