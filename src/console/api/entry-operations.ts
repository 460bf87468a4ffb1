import { ENTRY_ACTIONS, ENTRY_KINDS } from '../../core/entry.ts'
import { PROPOSAL_ACTS } from '../../core/proposal.ts'
import { REVIEW_CAUSES, REVIEW_OUTCOMES } from '../../core/review.ts'
import { STORY_ACTS } from '../../curation/tell-timeline.ts'
import type { EntryStory } from '../ports/entries.ts'
import {
  answerOf,
  bodyOf,
  COUNT,
  INSTANT,
  LIST_ID,
  listOf,
  orNull,
  TEXT,
  YES_NO,
} from './body-of.ts'
import { operation, type AnyOperation, type Schema } from './operation.ts'

const MAYBE_COUNT: Schema = { type: ['integer', 'null'] }
const MAYBE_DAY: Schema = { type: ['string', 'null'], format: 'date' }
const MARK = orNull(answerOf('SerialMark', { serial: COUNT, at: INSTANT }))

const STAY = answerOf('Stay', {
  ...{ list: LIST_ID, value: TEXT, kind: { enum: ENTRY_KINDS }, action: { enum: ENTRY_ACTIONS } },
  ...{ category: TEXT, reference: TEXT, isListed: YES_NO },
  since: { ...MARK, description: 'The first serial with it; null when it was never published' },
  until: { ...MARK, description: 'The first serial without it; null while it is published' },
  ...{ addedBy: COUNT, retiredBy: MAYBE_COUNT, reason: TEXT, legalBasis: TEXT, evidence: TEXT },
  ...{ reviewOn: MAYBE_DAY, expiresOn: MAYBE_DAY },
})

const EVENT = answerOf('StoryEvent', {
  ...{ at: INSTANT, list: LIST_ID, value: TEXT, kind: { enum: ENTRY_KINDS } },
  act: { enum: [...STORY_ACTS, ...PROPOSAL_ACTS.filter((act) => act !== 'decided')] },
  ...{ actor: TEXT, organisation: TEXT, text: TEXT, serial: MAYBE_COUNT, decision: MAYBE_COUNT },
  ...{ proposal: { type: ['string', 'null'] }, review: MAYBE_COUNT, isUrgent: YES_NO },
  outcome: orNull({ enum: REVIEW_OUTCOMES }),
  cause: orNull({ enum: REVIEW_CAUSES }),
})

interface StoryQuery {
  readonly value: string
  readonly list?: string
}

export const SHOW_ENTRY = operation<{ query: StoryQuery }, EntryStory>({
  ...{ id: 'showEntry', method: 'get', path: '/v1/entries', tag: 'entries', act: 'read-reasons' },
  summary:
    'The whole story of a value, and of the entries that cover it: since when it is where, why, by whom, and what is proposed',
  query: {
    ...bodyOf({ value: { type: 'string', minLength: 1, maxLength: 8192 }, list: LIST_ID }, [
      'list',
    ]),
  },
  answer: answerOf('EntryStory', {
    ...{ value: TEXT, stays: listOf(STAY), timeline: listOf(EVENT), isCut: YES_NO },
  }),
  faults: [
    ...(['entry/not-found', 'list/not-found', 'user/refused'] as const),
    ...(['name/invalid', 'url/invalid', 'ip/invalid'] as const),
  ],
  places: {
    ...{ 'entry/not-found': '/value', 'name/invalid': '/value', 'url/invalid': '/value' },
    ...{ 'ip/invalid': '/value', 'list/not-found': '/list', 'user/refused': '/list' },
  },
  run: (desk, { person, query }) => desk.entries.story(person, query),
})

export const ENTRY_OPERATIONS: readonly AnyOperation[] = [SHOW_ENTRY]
