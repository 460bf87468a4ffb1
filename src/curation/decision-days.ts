import { addDays, dayOf } from '../core/day.ts'
import type { ListDefinition } from '../core/list-definition.ts'

/** When an entry that is decided at `at` is looked at again and when it ends: days in UTC, null for never. */
export function decisionDays(
  { review }: ListDefinition,
  at: Date,
): { readonly reviewOn: string; readonly expiresOn: string | null } {
  const today = dayOf(at)
  return {
    reviewOn: addDays(today, review.afterDays),
    expiresOn: review.expireAfterDays === null ? null : addDays(today, review.expireAfterDays),
  }
}
