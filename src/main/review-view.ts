import { dayOf } from '../core/day.ts'
import type { Entry } from '../core/entry.ts'
import type { SerialMark } from '../curation/tell-story.ts'
import type { Store } from '../store/open-store.ts'
import type { Review } from '../store/review-store.ts'

/** A review as it is shown outside. */
export interface ReviewView extends Omit<Review, 'listRowId' | 'entry' | 'about'> {
  readonly state: 'open' | 'done'
  /** Of an open one: whether its day is over. */
  readonly isOverdue: boolean
  /** The one entry that it is about, or null. */
  readonly entry: Entry | null
  /** How many entries it is about now: still listed, or of an urgent retirement still retired. */
  readonly entries: number
  /** Of an urgent retirement: since when it holds, and with which serial readers had it. */
  readonly urgent: UrgentView | null
}

export interface UrgentView {
  readonly decidedAt: Date
  readonly secondsSince: number
  /** What was retired, the first of them. */
  readonly retired: readonly Entry[]
  /** Null while it was not published. */
  readonly published: SerialMark | null
}

/** Entries of an urgent retirement that are named. */
const MAX_NAMED = 10

export function viewReview(store: Store, review: Review, at: Date): ReviewView {
  const { listRowId, about, ...same } = review
  const isUrgent = review.cause === 'urgent'
  return {
    ...same,
    state: review.doneAt === null ? 'open' : 'done',
    isOverdue: review.doneAt === null && review.dueOn < dayOf(at),
    entry: about,
    entries: isUrgent
      ? store.reviews.retiredBy(review.decision, 0).stillRetired
      : store.terms.countHeld(listRowId, review),
    urgent: isUrgent ? viewUrgent(store, review, at) : null,
  }
}

function viewUrgent(store: Store, { decision, listRowId }: Review, at: Date): UrgentView {
  const decidedAt = store.decisions.find(decision)?.decidedAt ?? at
  const { entries: retired } = store.reviews.retiredBy(decision, MAX_NAMED)
  const first = store.figures.firstWith(listRowId, decision)
  return {
    decidedAt,
    secondsSince: Math.max(0, Math.floor((at.getTime() - decidedAt.getTime()) / 1000)),
    retired,
    published: first === null ? null : { serial: first.serial, at: first.publishedAt },
  }
}
