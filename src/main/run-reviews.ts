import { dayOf } from '../core/day.ts'
import type { ReviewCause } from '../core/review.ts'
import { lastWarnedDay, planReviews, type DayReview } from '../curation/plan-reviews.ts'
import type { StoredList } from '../store/list-store.ts'
import { OWN_ACTOR, type Store } from '../store/open-store.ts'
import type { Review } from '../store/review-store.ts'
import { comingLapses, type ComingLapse } from './lapse-forecast.ts'
import { lapseEntries, type Lapsed } from './lapse-entries.ts'

/** Reviews that one run opens or closes at most; the next goes on. */
const MAX_ACTS = 2000
/** Reviews of one transaction: nobody waits long to write. */
const ACTS_AT_ONCE = 200

/** What a run did. */
export interface ReviewRun {
  readonly lapsed: readonly Lapsed[]
  /** How many were opened, by list and cause. */
  readonly opened: readonly {
    readonly list: string
    readonly cause: ReviewCause
    readonly reviews: number
  }[]
  /** How many were closed because nothing of what they were about is listed. */
  readonly closed: number
  /** Days ahead on which a guard will stop a list, if nobody does anything. */
  readonly warnings: readonly ComingLapse[]
  /** False when there is more to do than one run may. */
  readonly isComplete: boolean
}

/**
 * Does what the day asks for, on every list: entries whose end has come lapse, reviews are opened for those whose day comes, and closed where nothing is left to
 * look at. Each step is a transaction that finds out anew what there is to do, so it may be run at any time, twice, by two servers, and be killed.
 *
 * Throws what `now` throws when the clock went back, and does nothing then.
 */
export function runReviews({
  store,
  now,
}: {
  readonly store: Store
  readonly now: () => Date
}): ReviewRun {
  const at = now()
  const allowance = { left: MAX_ACTS }
  const lists = store.lists.all()
  const lapsed = lists.flatMap((list) => lapseEntries(store, list, at) ?? [])
  const closed = lists.map((list) => closeEmpty(store, list, at, allowance))
  const opened = lists.flatMap((list) => openDue(store, list, at, allowance))
  const warnings = lists
    .flatMap((list) => comingLapses(store, list, at))
    .filter(({ findings }) => findings.length > 0)
  return {
    ...{ lapsed, opened, warnings },
    closed: closed.reduce((sum, one) => sum + one, 0),
    isComplete: allowance.left > 0,
  }
}

interface Allowance {
  left: number
}

function openDue(
  store: Store,
  list: StoredList,
  at: Date,
  allowance: Allowance,
): ReviewRun['opened'] {
  const today = dayOf(at)
  const { review } = list.definition
  const terms = store.read(() =>
    store.terms.due(list.rowId, { reviewOn: today, expiresOn: lastWarnedDay(review, today) }),
  )
  const { opening } = planReviews(review, today, terms)
  const isNew = (one: DayReview): boolean => !store.reviews.isKnown(one)
  const counts = { due: 0, expiring: 0 }
  for (const part of partsOf(opening.filter(isNew), allowance)) {
    store.write(() => {
      for (const one of part) if (openDay(store, list, one, at)) counts[one.cause]++
    })
  }
  return (['due', 'expiring'] as const)
    .map((cause) => ({ list: list.id, cause, reviews: counts[cause] }))
    .filter(({ reviews }) => reviews > 0)
}

/** False where it is open already, or its entries went meanwhile. */
function openDay(store: Store, list: StoredList, review: DayReview, at: Date): boolean {
  const { target, aboutOn, cause } = review
  if (store.terms.find(list.rowId, target) === null) return false
  const note =
    cause === 'due'
      ? `its review date came on ${aboutOn}`
      : `it ends on ${aboutOn} unless it is extended`
  const opened = { ...review, listRowId: list.rowId, note, at, actor: OWN_ACTOR }
  return store.reviews.open(opened) !== null
}

/** The review of an urgent retirement is about what is no longer listed, and stays. */
function closeEmpty(store: Store, list: StoredList, at: Date, allowance: Allowance): number {
  const isEmpty = (review: Review): boolean =>
    review.cause !== 'urgent' && store.terms.find(list.rowId, review) === null
  const open = store.read(() =>
    store.reviews.all({ listRowId: list.rowId, isOpen: true }).filter(isEmpty),
  )
  let closed = 0
  for (const part of partsOf(open, allowance)) {
    store.write(() => {
      for (const { id } of part) {
        const review = store.reviews.find(id)
        if (review?.doneAt !== null || !isEmpty(review)) continue
        const by = { at, actor: OWN_ACTOR, term: null, decision: null }
        store.reviews.finish(id, { ...by, ...whyEmpty(store, review) })
        closed++
      }
    })
  }
  return closed
}

function whyEmpty(
  store: Store,
  { listRowId, decision, entry }: Review,
): { readonly outcome: 'kept' | 'retired'; readonly reason: string } {
  return entry === null && store.terms.isOvertaken(listRowId, decision)
    ? { outcome: 'kept', reason: 'a later mirror found it, or did not, and says its days' }
    : { outcome: 'retired', reason: 'nothing of it is listed any more' }
}

function* partsOf<T>(all: readonly T[], allowance: Allowance): Generator<readonly T[]> {
  const within = all.slice(0, allowance.left)
  allowance.left -= within.length
  for (let i = 0; i < within.length; i += ACTS_AT_ONCE) yield within.slice(i, i + ACTS_AT_ONCE)
}
