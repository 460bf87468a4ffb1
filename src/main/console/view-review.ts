import type { ReviewEnd, ReviewStory, ReviewView } from '../../console/ports/reviews.ts'
import { dayOf } from '../../core/day.ts'
import { outcomesOf } from '../../curation/plan-outcome.ts'
import type { Store } from '../../store/open-store.ts'
import type { Review } from '../../store/review-store.ts'
import type { FinishedReview } from '../finish-review.ts'
import { viewReview } from '../review-view.ts'

/** A review, without counting what it is about, which takes long where that is much. */
export function viewShortly(store: Store, review: Review, at: Date): ReviewView {
  const { id, list, cause, dueOn, openedAt, openedBy, note, decision } = review
  const { about, outcome, doneAt } = review
  return {
    ...{ review: id, list, cause, state: doneAt === null ? 'open' : 'done', dueOn, openedBy, note },
    ...{ isOverdue: doneAt === null && dueOn < dayOf(at), openedAt: openedAt.toISOString() },
    ...{ decision, decisionReason: store.decisions.find(decision)?.reason ?? '', outcome },
    ...{ value: about?.value ?? null, kind: about?.kind ?? null },
    doneAt: doneAt?.toISOString() ?? null,
  }
}

/** A review with its story, as the API tells it. */
export function viewStory(store: Store, review: Review, at: Date): ReviewStory {
  const { entries, urgent } = viewReview(store, review, at)
  const term = store.terms.find(review.listRowId, review)
  return {
    ...viewShortly(store, review, at),
    ...{ entries, outcomes: outcomesOf(review.cause) },
    ...{ reviewOn: term?.reviewOn ?? null, expiresOn: term?.expiresOn ?? null },
    urgent: urgent && {
      decidedAt: urgent.decidedAt.toISOString(),
      secondsSince: urgent.secondsSince,
      retired: urgent.retired,
      published: urgent.published && {
        ...{ serial: urgent.published.serial, at: urgent.published.at.toISOString() },
      },
    },
    acts: store.reviews.acts(review.id).map(({ act, at: time, actor, outcome, ...more }) => ({
      ...{ act, at: time.toISOString(), actor, outcome, reason: more.reason },
      ...{ reviewOn: more.reviewOn, expiresOn: more.expiresOn, decision: more.decision },
    })),
  }
}

/** What came of it, as the API tells it. */
export function viewEnd(end: FinishedReview): ReviewEnd {
  const { review, list, outcome, decision, retired, proposal, term } = end
  const days = { reviewOn: term?.reviewOn ?? null, expiresOn: term?.expiresOn ?? null }
  return { review, list, outcome, decision, retired, proposal, ...days }
}
