import { DECISION_ACTS } from '../../core/proposal.ts'
import { REVIEW_CAUSES } from '../../core/review.ts'
import type { OverviewView } from '../ports/overview.ts'
import { answerOf, COUNT, DAY, INSTANT, LIST_ID, listOf, orNull, TEXT } from './body-of.ts'
import { WAITING } from './list-operations.ts'
import { operation, type AnyOperation } from './operation.ts'

const MAYBE_COUNT = { type: ['integer', 'null'] }
const MARK = orNull(answerOf('PublishedMark', { serial: COUNT, at: INSTANT }))

const DAY_FIGURES = answerOf('DayFigures', {
  day: DAY,
  entries: { ...MAYBE_COUNT, description: 'Published at its end; null before the first serial' },
  ...{ added: COUNT, retired: COUNT },
})

const LIST_FIGURES = answerOf('ListFigures', {
  ...{ list: LIST_ID, title: TEXT, entries: COUNT, waiting: WAITING, published: MARK },
  ...{ cron: { type: ['string', 'null'] }, nextAt: orNull(INSTANT), days: listOf(DAY_FIGURES) },
})

const QUEUE = answerOf('QueueFigures', {
  ...{ list: LIST_ID, open: COUNT, urgent: COUNT, oldestAt: INSTANT },
  ages: {
    ...listOf(COUNT),
    description: 'How many wait for less than a day, three days, seven days, and for longer',
  },
})

const URGENT = answerOf('UrgentDecision', {
  ...{
    list: LIST_ID,
    decision: COUNT,
    act: { enum: DECISION_ACTS },
    reason: TEXT,
    decidedBy: TEXT,
  },
  ...{ decidedAt: INSTANT, secondsSince: COUNT, entries: COUNT },
  published: { ...MARK, description: "Null while readers haven't got it" },
})

const SUBSCRIBER = answerOf('SubscriberFigures', {
  ...{ subscriber: TEXT, list: LIST_ID, serial: MAYBE_COUNT, secondaries: COUNT },
  ...{ current: COUNT, behind: COUNT, inDoubt: COUNT, mostBehind: MAYBE_COUNT },
  ...{ fetched: MAYBE_COUNT, fetchedAt: orNull(INSTANT), secondsBehind: MAYBE_COUNT },
})

/** Days that are told when nothing is said, and at most. */
const DAYS = { usual: 90, most: 366 }

export const SHOW_OVERVIEW = operation<{ query: { readonly days: number } }, OverviewView>({
  ...{ id: 'showOverview', method: 'get', path: '/v1/overview', tag: 'overview' },
  act: 'read-entries',
  summary:
    'How everything stands that the caller may read of: lists day by day, queue, reviews, urgent decisions, subscribers',
  query: {
    ...{ type: 'object', additionalProperties: false },
    properties: {
      days: { type: 'integer', minimum: 1, maximum: DAYS.most, default: DAYS.usual },
    },
  },
  answer: answerOf('Overview', {
    ...{ at: INSTANT, lists: listOf(LIST_FIGURES), queue: listOf(QUEUE), urgent: listOf(URGENT) },
    reviews: listOf(
      answerOf('ReviewFigures', {
        ...{ list: LIST_ID, cause: { enum: REVIEW_CAUSES }, open: COUNT, overdue: COUNT },
      }),
    ),
    subscribers: {
      ...orNull(listOf(SUBSCRIBER)),
      description: 'Null where the caller may not see subscribers',
    },
  }),
  run: (desk, { person, at, query: { days } }) => desk.overview.overview(person, { days, at }),
})

export const OVERVIEW_OPERATIONS: readonly AnyOperation[] = [SHOW_OVERVIEW]
