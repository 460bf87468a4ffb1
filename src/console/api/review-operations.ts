import type { ReviewCause } from '../../core/review.ts'
import type {
  AskedView,
  AskReviewRequest,
  LapseView,
  OutcomeRequest,
  ReviewEnd,
  ReviewStory,
  ReviewView,
} from '../ports/reviews.ts'
import { LIST_ID } from './body-of.ts'
import { pageFrom, pageQuery, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation } from './operation.ts'
import {
  ASK_REVIEW,
  ASKED_REVIEWS,
  CAUSE,
  FINISH,
  LAPSES,
  REVIEW_END,
  REVIEW_ID,
  REVIEW_STORY,
  REVIEWS,
} from './review-schemas.ts'

const TAG = 'reviews'

interface OfReview {
  readonly params: { readonly review: string }
}

interface ReviewsQuery extends PageQuery {
  readonly list?: string
  readonly cause?: ReviewCause
  readonly state: 'open' | 'done' | 'all'
}

export const LIST_REVIEWS = operation<
  { query: ReviewsQuery },
  { readonly items: readonly ReviewView[]; readonly next: string | null }
>({
  ...{ id: 'listReviews', method: 'get', path: '/v1/reviews', tag: TAG, act: 'read-reasons' },
  summary: 'What somebody should look at again: open ones by their day, others newest first',
  query: pageQuery({
    ...{ list: LIST_ID, cause: CAUSE },
    state: { enum: ['open', 'done', 'all'], default: 'open' },
  }),
  answer: REVIEWS,
  run: (desk, { person, at, query: { cursor, limit, ...filter } }) => {
    const place = readCursor<[string, number]>(cursor, ['string', 'number'])
    const behind = place === null ? null : { dueOn: place[0], review: place[1] }
    const found = desk.reviews.page(person, { ...filter, behind, limit: limit + 1 }, at)
    return pageFrom(found, limit, ({ dueOn, review }) => [dueOn, review])
  },
})

export const ASK_FOR_REVIEW = operation<
  { body: AskReviewRequest },
  { readonly items: readonly AskedView[] }
>({
  ...{ id: 'askForReview', method: 'post', path: '/v1/reviews', tag: TAG, act: 'review' },
  summary: 'Asks that somebody looks at an entry again',
  body: ASK_REVIEW,
  answer: ASKED_REVIEWS,
  faults: [
    ...(['list/not-found', 'user/refused', 'entry/not-found', 'entry/invalid'] as const),
    ...(['name/invalid', 'url/invalid', 'ip/invalid'] as const),
  ],
  places: {
    ...{ 'entry/not-found': '/value', 'entry/invalid': '/value', 'name/invalid': '/value' },
    ...{ 'url/invalid': '/value', 'ip/invalid': '/value', 'list/not-found': '/list' },
  },
  run: (desk, { person, body, at }) => ({ items: desk.reviews.ask(person, body, at) }),
})

export const SHOW_REVIEW = operation<OfReview, ReviewStory>({
  ...{ id: 'showReview', method: 'get', path: '/v1/reviews/{review}', tag: TAG },
  ...{ act: 'read-reasons', summary: 'A review with its story' },
  params: { review: REVIEW_ID },
  answer: REVIEW_STORY,
  faults: ['review/not-found'],
  tagOf: reviewTag,
  run: (desk, { person, params, at }) => desk.reviews.find(person, params.review, at),
})

/** What is seen of a review, as an entity tag: what was done with it, and the days that its entries have. */
export function reviewTag({ acts, reviewOn, expiresOn }: ReviewStory): string {
  return [acts.length, reviewOn ?? 'never', expiresOn ?? 'never'].join('/')
}

export const FINISH_REVIEW = operation<OfReview & { body: OutcomeRequest }, ReviewEnd>({
  ...{ id: 'finishReview', method: 'post', path: '/v1/reviews/{review}/outcome', tag: TAG },
  ...{ act: 'review', summary: 'Ends a review, and does what was found', needsTag: true },
  params: { review: REVIEW_ID },
  body: FINISH,
  answer: REVIEW_END,
  faults: [
    ...(['review/not-found', 'review/done', 'review/changed', 'review/outcome'] as const),
    ...(['decision/approvals-needed', 'user/refused', 'proposal/incomplete'] as const),
  ],
  places: { 'review/outcome': '/outcome', 'decision/approvals-needed': '/outcome' },
  run: (desk, { person, params: { review }, body, tag, at }) => {
    const isSeen = (now: ReviewStory): boolean => reviewTag(now) === tag
    return desk.reviews.finish(person, { ...body, review, isSeen }, at)
  },
})

export const LIST_LAPSES = operation<
  { query: { readonly list?: string } },
  { readonly items: readonly LapseView[] }
>({
  ...{ id: 'listLapses', method: 'get', path: '/v1/lapses', tag: TAG, act: 'read-reasons' },
  summary: 'The days on which entries end, if nobody does anything, as far ahead as lists warn',
  query: { type: 'object', additionalProperties: false, properties: { list: LIST_ID } },
  answer: LAPSES,
  faults: ['list/not-found', 'user/refused'],
  run: (desk, { person, query, at }) => ({ items: desk.reviews.lapses(person, query.list, at) }),
})

export const REVIEW_OPERATIONS: readonly AnyOperation[] = [
  ...[LIST_REVIEWS, ASK_FOR_REVIEW, SHOW_REVIEW, FINISH_REVIEW, LIST_LAPSES],
]
