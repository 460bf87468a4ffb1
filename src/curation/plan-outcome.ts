import { addDays, isDay } from '../core/day.ts'
import { Fault } from '../core/fault.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import type { ReviewCause, ReviewDays, ReviewOutcome } from '../core/review.ts'

/** How somebody ends a review. */
export interface WrittenOutcome {
  readonly outcome: ReviewOutcome
  /** Days as they were written; what is left out follows from the list. */
  readonly reviewOn?: string | undefined
  readonly expiresOn?: string | undefined
}

/** What an outcome does to the entries. */
export type OutcomePlan =
  | { readonly effect: 'dates'; readonly days: ReviewDays }
  | { readonly effect: 'retire' }
  | { readonly effect: 'none' }

const OF_URGENT: readonly ReviewOutcome[] = ['relisted', 'retired']
const OF_OTHERS: readonly ReviewOutcome[] = ['extended', 'kept', 'retired']

/**
 * The effect of an outcome on `today`, for entries with these days. Nothing lasts by a review alone: no day lies further ahead than the list gives to a new entry, and
 * an end stays unless it is `extended`. Who extends adds for so long, so that needs the approvals of an addition.
 *
 * Throws `review/outcome`, `decision/approvals-needed`.
 */
export function planOutcome(
  { cause, days }: { readonly cause: ReviewCause; readonly days: ReviewDays },
  written: WrittenOutcome,
  { review, approvals, id }: Pick<ListDefinition, 'review' | 'approvals' | 'id'>,
  today: string,
): OutcomePlan {
  const { outcome } = written
  assertOutcome(cause, outcome)
  assertNoDays(written)
  // An urgent retirement has taken effect: to confirm it changes nothing, and to list again is a decision of its own.
  if (cause === 'urgent') return { effect: 'none' }
  if (outcome === 'retired') return { effect: 'retire' }
  const reviewOn = dayWithin('--review-on', written.reviewOn, review.afterDays, today)
  if (outcome !== 'extended') {
    return { effect: 'dates', days: { reviewOn, expiresOn: days.expiresOn } }
  }
  assertMayExtend({ id, approvals })
  const expiresOn = dayWithin('--expires-on', written.expiresOn, review.expireAfterDays, today)
  return { effect: 'dates', days: { reviewOn, expiresOn } }
}

function assertOutcome(cause: ReviewCause, outcome: ReviewOutcome): void {
  const allowed = cause === 'urgent' ? OF_URGENT : OF_OTHERS
  if (allowed.includes(outcome)) return
  throw new Fault(
    'review/outcome',
    `expected for a review with the cause ${cause} one of ${allowed.join(', ')}, got ${JSON.stringify(outcome)}`,
  )
}

/** A day that would count for nothing was meant for something else. */
function assertNoDays({ outcome, reviewOn, expiresOn }: WrittenOutcome): void {
  const isDated = outcome === 'kept' || outcome === 'extended'
  const option =
    reviewOn !== undefined && !isDated
      ? '--review-on'
      : expiresOn !== undefined && outcome !== 'extended'
        ? '--expires-on'
        : null
  if (option === null) return
  throw new Fault(
    'review/outcome',
    `expected ${option} only with an outcome that it counts for, got it with ${JSON.stringify(outcome)}`,
  )
}

/** What was written, or the furthest day that the list allows; null where it sets no bound and nothing was written. */
function dayWithin(
  option: string,
  written: string | undefined,
  most: number | null,
  today: string,
): string | null {
  const furthest = most === null ? null : addDays(today, most)
  if (written === undefined) return furthest
  if (isDay(written) && written > today && (furthest === null || written <= furthest)) {
    return written
  }
  throw new Fault(
    'review/outcome',
    `expected for ${option} a day after ${today}${furthest === null ? '' : ` and not after ${furthest}, which the list's definition allows`}, got ${JSON.stringify(written)}`,
  )
}

function assertMayExtend({ id, approvals }: Pick<ListDefinition, 'id' | 'approvals'>): void {
  if (approvals.needed === 1) return
  throw new Fault(
    'decision/approvals-needed',
    `expected ${approvals.needed} people to approve a later end for entries of ${JSON.stringify(id)}, got one: let them lapse, and add again what is still to be listed`,
  )
}
