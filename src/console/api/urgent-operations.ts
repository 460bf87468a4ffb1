import { REVIEW_OUTCOMES } from '../../core/review.ts'
import type { UrgentView } from '../ports/urgent.ts'
import { answerOf, COUNT, DAY, INSTANT, LIST_ID, listOf, orNull, TEXT } from './body-of.ts'
import { operation, type AnyOperation } from './operation.ts'

const RECENT = answerOf('RecentUrgent', {
  items: listOf(
    answerOf('RecentUrgentDecision', {
      ...{ list: LIST_ID, decision: COUNT, act: TEXT, reason: TEXT, decidedBy: TEXT },
      ...{ decidedAt: INSTANT, secondsSince: COUNT, entries: COUNT },
      published: {
        ...orNull(answerOf('SerialMark', { serial: COUNT, at: INSTANT })),
        description: "Null while readers haven't got it",
      },
      review: {
        ...orNull(
          answerOf('UrgentReview', {
            ...{ review: COUNT, state: { enum: ['open', 'done'] }, dueOn: DAY },
            outcome: { enum: [...REVIEW_OUTCOMES, null] },
          }),
        ),
        description: 'Null for an addition',
      },
    }),
  ),
})

interface UrgentQuery {
  readonly list?: string
  readonly limit: number
}

export const LIST_URGENT = operation<
  { query: UrgentQuery },
  { readonly items: readonly UrgentView[] }
>({
  ...{ id: 'listUrgent', method: 'get', path: '/v1/urgent', tag: 'urgent', act: 'read-reasons' },
  summary: 'The newest urgent decisions: the time since, whether readers have them, their review',
  query: {
    ...{ type: 'object', additionalProperties: false },
    properties: {
      list: LIST_ID,
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    },
  },
  answer: RECENT,
  run: (desk, { person, query, at }) => ({ items: desk.urgent.recent(person, { ...query, at }) }),
})

export const URGENT_OPERATIONS: readonly AnyOperation[] = [LIST_URGENT]
