import type { ListDefinition } from '../core/list-definition.ts'

const DAY_MS = 86_400_000

/** When an entry that is decided at `at` is looked at again and when it ends: days in UTC, null for never. */
export function decisionDays(
  { review }: ListDefinition,
  at: Date,
): { readonly reviewOn: string; readonly expiresOn: string | null } {
  return {
    reviewOn: dayAfter(at, review.afterDays),
    expiresOn: review.expireAfterDays === null ? null : dayAfter(at, review.expireAfterDays),
  }
}

function dayAfter(at: Date, days: number): string {
  return new Date(at.getTime() + days * DAY_MS).toISOString().slice(0, 10)
}
