import { addDays, dayOf } from '../core/day.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'

/** An urgent retirement by one person. */
export interface UrgentRetirement {
  readonly decision: number
  readonly actor: string
  readonly reason: string
  readonly at: Date
}

/**
 * Opens the review that every urgent retirement gets afterwards. To be called in the transaction of the retirement: there is none
 * without its review.
 */
export function openUrgentReview(
  store: Store,
  list: StoredList,
  { decision, actor, reason, at }: UrgentRetirement,
): void {
  store.reviews.open({
    listRowId: list.rowId,
    cause: 'urgent',
    target: { decision, entry: null },
    aboutOn: null,
    dueOn: addDays(dayOf(at), list.definition.review.urgentDays),
    note: reason,
    at,
    actor,
  })
}
