import { APPEAL_ACTS, APPEAL_STATES } from '../../core/appeal.ts'
import { APPEAL_LIMITS } from '../../curation/appeals/appeal-limits.ts'
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
import { OUTCOME } from './proposal-schemas.ts'

/** Bytes of a body whose texts are as long as they may be. */
export const MAX_APPEAL_BYTES = 64 * 1024

export const APPEAL_ID: Schema = { type: 'string', pattern: '^a[1-9][0-9]{0,14}$' }

export const OPEN_APPEAL_BODY = bodyOf(
  {
    about: {
      ...words(APPEAL_LIMITS.about),
      description: 'The reference of a stop page, or a name, a URL or an address',
    },
    grounds: words(APPEAL_LIMITS.grounds),
    contact: { type: 'string', maxLength: APPEAL_LIMITS.contact },
  },
  ['contact'],
)

export const OPENED_APPEAL = answerOf('OpenedAppeal', {
  code: { ...TEXT, description: 'The only way back to the case; told once' },
  dueOn: DAY,
})

export const APPEAL_STATUS = answerOf('AppealStatus', {
  ...{ about: TEXT, state: { enum: APPEAL_STATES }, openedAt: INSTANT, dueOn: DAY },
  isOverdue: YES_NO,
  acts: listOf(answerOf('ToldAppealAct', { act: { enum: APPEAL_ACTS }, at: INSTANT, text: TEXT })),
})

/** Of the code of a case: longer is none. */
const CODE = words(100)

export const APPEAL_CODE = bodyOf({ code: CODE })

export const APPEAL_MESSAGE = bodyOf({ code: CODE, text: words(APPEAL_LIMITS.text) })

const DAYS: Schema = { type: ['integer', 'null'], minimum: 0 }

export const APPEAL_STATISTICS = answerOf('AppealStatistics', {
  ...{ opened: COUNT, open: COUNT, accepted: COUNT, partlyAccepted: COUNT, refused: COUNT },
  ...{ medianDays: DAYS, longestDays: DAYS },
})

export const APPEAL = answerOf('Appeal', {
  ...{ appeal: APPEAL_ID, about: TEXT, grounds: TEXT, contact: TEXT },
  ...{ openedAt: INSTANT, dueOn: DAY, state: { enum: APPEAL_STATES }, isOverdue: YES_NO },
  seen: COUNT,
  entries: listOf(
    answerOf('AppealedEntry', {
      ...{ list: LIST_ID, value: TEXT, kind: TEXT, reference: TEXT, isListed: YES_NO },
    }),
  ),
  acts: listOf(
    answerOf('AppealAct', {
      ...{ act: { enum: APPEAL_ACTS }, actor: TEXT, organisation: TEXT, at: INSTANT, text: TEXT },
      ...{ isPublic: YES_NO, list: orNull(LIST_ID), decision: orNull(COUNT) },
    }),
  ),
})

export const APPEALS = pageOf('Appeals', APPEAL)

const FOR_LIST: Schema = { ...LIST_ID, description: 'Left out where no list is concerned' }

export const ANSWER_APPEAL_BODY = bodyOf(
  {
    list: FOR_LIST,
    text: words(APPEAL_LIMITS.text),
    isPublic: { ...YES_NO, description: 'False: a note for those who decide; else it is told' },
  },
  ['list', 'isPublic'],
)

export const REFUSE_APPEAL_BODY = bodyOf({ list: FOR_LIST, text: words(APPEAL_LIMITS.text) }, [
  'list',
])

const ENTRY = bodyOf(
  { value: words(APPEAL_LIMITS.about), kind: { type: 'string', maxLength: 20 } },
  ['kind'],
)

export const ACCEPT_APPEAL_BODY = bodyOf({
  list: LIST_ID,
  entries: { ...listOf(ENTRY), minItems: 1, maxItems: 100 },
  text: words(APPEAL_LIMITS.text),
})

export const ACCEPTED_APPEAL = answerOf('AcceptedAppeal', { appeal: APPEAL, outcome: OUTCOME })
