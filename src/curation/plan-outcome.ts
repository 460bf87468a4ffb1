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
  const reviewOn = dayWithin('reviewOn', written.reviewOn, review.afterDays, today)
  if (outcome !== 'extended') {
    return { effect: 'dates', days: { reviewOn, expiresOn: days.expiresOn } }
  }
  assertMayExtend({ id, approvals })
  const expiresOn = dayWithin('expiresOn', written.expiresOn, review.expireAfterDays, today)
  return { effect: 'dates', days: { reviewOn, expiresOn } }
}

/** How a review with that cause can be ended. */
export function outcomesOf(cause: ReviewCause): readonly ReviewOutcome[] {
  return cause === 'urgent' ? OF_URGENT : OF_OTHERS
}

const NAMES = { reviewOn: 'the next review', expiresOn: 'the end' } as const

function wrong(member: keyof WrittenOutcome, message: string): Fault {
  return new Fault('review/outcome', message, { places: [{ path: `/${member}`, detail: message }] })
}

function assertOutcome(cause: ReviewCause, outcome: ReviewOutcome): void {
  const allowed = outcomesOf(cause)
  if (allowed.includes(outcome)) return
  throw wrong(
    'outcome',
    `expected for a review with the cause ${cause} one of ${allowed.join(', ')}, got ${JSON.stringify(outcome)}`,
  )
}

/** A day that would count for nothing was meant for something else. */
function assertNoDays({ outcome, reviewOn, expiresOn }: WrittenOutcome): void {
  const isDated = outcome === 'kept' || outcome === 'extended'
  const member =
    reviewOn !== undefined && !isDated
      ? 'reviewOn'
      : expiresOn !== undefined && outcome !== 'extended'
        ? 'expiresOn'
        : null
  if (member === null) return
  throw wrong(
    member,
    `expected ${NAMES[member]} only with an outcome that it counts for, got it with ${JSON.stringify(outcome)}`,
  )
}

/** What was written, or the furthest day that the list allows; null where it sets no bound and nothing was written. */
function dayWithin(
  member: keyof typeof NAMES,
  written: string | undefined,
  most: number | null,
  today: string,
): string | null {
  const furthest = most === null ? null : addDays(today, most)
  if (written === undefined) return furthest
  if (isDay(written) && written > today && (furthest === null || written <= furthest)) {
    return written
  }
  throw wrong(
    member,
    `expected for ${NAMES[member]} a day after ${today}${furthest === null ? '' : ` and not after ${furthest}, which the list's definition allows`}, got ${JSON.stringify(written)}`,
  )
}

function assertMayExtend({ id, approvals }: Pick<ListDefinition, 'id' | 'approvals'>): void {
  if (approvals.needed === 1) return
  throw new Fault(
    'decision/approvals-needed',
    `expected ${approvals.needed} people to approve a later end for entries of ${JSON.stringify(id)}, got one: let them lapse, and add again what is still to be listed`,
  )
}
