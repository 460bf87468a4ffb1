import { ENTRY_ACTIONS, ENTRY_KINDS } from '../../core/entry.ts'
import { REVIEW_CAUSES, REVIEW_OUTCOMES } from '../../core/review.ts'
import {
  answerOf,
  bodyOf,
  COUNT,
  DAY,
  INSTANT,
  LIST_ID,
  listOf,
  orNull,
  pageOf,
  TEXT,
  words,
  YES_NO,
} from './body-of.ts'
import type { Schema } from './operation.ts'

/** Characters of what people write. */
const MAX_WORDS = 4000

export const REVIEW_ID: Schema = { type: 'string', pattern: '^[1-9][0-9]{0,14}$' }
export const CAUSE: Schema = { enum: REVIEW_CAUSES }
const OUTCOME: Schema = { enum: REVIEW_OUTCOMES }
const MAYBE_TEXT: Schema = { type: ['string', 'null'] }
const MAYBE_COUNT: Schema = { type: ['integer', 'null'] }
const DAYS = { reviewOn: orNull(DAY), expiresOn: orNull(DAY) } satisfies Record<string, Schema>

/** A serial, and when it was published. */
export const MARK = answerOf('SerialMark', { serial: COUNT, at: INSTANT })

/** An entry as decisions name it. */
export const ENTRY = answerOf('DecidedEntry', {
  ...{ value: TEXT, kind: { enum: ENTRY_KINDS }, action: { enum: ENTRY_ACTIONS } },
  ...{ category: TEXT, reference: TEXT },
})

const MEMBERS = {
  ...{ review: COUNT, list: LIST_ID, cause: CAUSE, state: { enum: ['open', 'done'] } },
  ...{ isOverdue: YES_NO, dueOn: DAY, openedAt: INSTANT, openedBy: TEXT, note: TEXT },
  ...{ decision: COUNT, decisionReason: TEXT, outcome: { enum: [...REVIEW_OUTCOMES, null] } },
  value: { ...MAYBE_TEXT, description: 'Null: it is about all entries of the decision' },
  ...{ kind: MAYBE_TEXT, doneAt: orNull(INSTANT) },
} satisfies Record<string, Schema>

export const REVIEWS = pageOf('Reviews', answerOf('Review', MEMBERS))

export const REVIEW_STORY = answerOf('ReviewStory', {
  ...MEMBERS,
  ...DAYS,
  entries: COUNT,
  outcomes: listOf(OUTCOME),
  urgent: orNull(
    answerOf('UrgentRetirement', {
      ...{ decidedAt: INSTANT, secondsSince: COUNT, retired: listOf(ENTRY) },
      published: orNull(MARK),
    }),
  ),
  acts: listOf(
    answerOf('ReviewAct', {
      ...{ act: { enum: ['opened', 'done'] }, at: INSTANT, actor: TEXT, reason: TEXT, ...DAYS },
      ...{ outcome: { enum: [...REVIEW_OUTCOMES, null] }, decision: MAYBE_COUNT },
    }),
  ),
})

export const FINISH = bodyOf(
  {
    ...{ outcome: OUTCOME, reason: words(MAX_WORDS) },
    reviewOn: { ...DAY, description: 'The next review; left out: as far ahead as the list allows' },
    expiresOn: { ...DAY, description: 'With `extended`: the end; left out: as far as allowed' },
  },
  ['reviewOn', 'expiresOn'],
)

export const REVIEW_END = answerOf('ReviewEnd', {
  ...{ review: COUNT, list: LIST_ID, outcome: OUTCOME, ...DAYS },
  ...{ decision: MAYBE_COUNT, retired: COUNT },
  proposal: { ...MAYBE_TEXT, description: 'What waits for others; the review stays open' },
})

export const ASK_REVIEW = bodyOf({
  ...{ list: LIST_ID, value: { type: 'string', minLength: 1, maxLength: 8192 } },
  reason: words(MAX_WORDS),
})

export const ASKED_REVIEWS = answerOf('AskedReviews', {
  items: listOf(
    answerOf('AskedReview', {
      ...{ value: TEXT, kind: { enum: ENTRY_KINDS } },
      review: { ...MAYBE_COUNT, description: 'Null where it was asked for already' },
    }),
  ),
})

export const LAPSES = answerOf('Lapses', {
  items: listOf(
    answerOf('Lapse', { list: LIST_ID, on: DAY, entries: COUNT, findings: listOf(TEXT) }),
  ),
})
