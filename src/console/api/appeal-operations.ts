import { APPEAL_STATES, type AppealState } from '../../core/appeal.ts'
import type { AppealStatistics } from '../../curation/appeals/appeal-statistics.ts'
import type { WrittenAppeal } from '../../curation/appeals/parse-appeal.ts'
import type {
  AcceptedAppealView,
  AppealStatusView,
  AppealView,
  OpenedAppealView,
} from '../ports/appeals.ts'
import {
  ACCEPT_APPEAL_BODY,
  ACCEPTED_APPEAL,
  ANSWER_APPEAL_BODY,
  APPEAL,
  APPEAL_CODE,
  APPEAL_ID,
  APPEAL_MESSAGE,
  APPEAL_STATISTICS,
  APPEAL_STATUS,
  APPEALS,
  MAX_APPEAL_BYTES,
  OPEN_APPEAL_BODY,
  OPENED_APPEAL,
  REFUSE_APPEAL_BODY,
} from './appeal-schemas.ts'
import { pageQuery, printCursor, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation } from './operation.ts'

const TAG = 'appeals'

const admit: NonNullable<AnyOperation['admit']> = (desk, { address }) => {
  desk.appeals.admit(address)
}

export const OPEN_APPEAL = operation<{ body: WrittenAppeal }, OpenedAppealView>({
  ...{ id: 'openAppeal', method: 'post', path: '/v1/appeals', tag: TAG },
  ...{ isOpen: true, isSecret: true },
  summary: 'Appeals against a listing: taken in the same way whether anything is listed or not',
  body: OPEN_APPEAL_BODY,
  maxBodyBytes: MAX_APPEAL_BYTES,
  answer: OPENED_APPEAL,
  faults: ['appeal/invalid', 'appeal/too-many', 'request/too-many'],
  admit,
  run: (desk, { body, address, at }) => desk.appeals.open(body, { address, at }),
})

interface OfCode {
  readonly body: { readonly code: string }
}

export const SHOW_APPEAL_STATUS = operation<OfCode, AppealStatusView>({
  ...{ id: 'showAppealStatus', method: 'post', path: '/v1/appeals/status', tag: TAG },
  ...{ isOpen: true, isQuestion: true, summary: 'How a case stands, for whoever has its code' },
  body: APPEAL_CODE,
  answer: APPEAL_STATUS,
  faults: ['appeal/not-found'],
  places: { 'appeal/not-found': '/code' },
  run: (desk, { body, at }) => desk.appeals.status(body.code, at),
})

export const WRITE_IN_APPEAL = operation<
  { body: { readonly code: string; readonly text: string } },
  AppealStatusView
>({
  ...{ id: 'writeInAppeal', method: 'post', path: '/v1/appeals/messages' },
  ...{ tag: TAG, isOpen: true, summary: 'Adds a message of the appellant to a case' },
  body: APPEAL_MESSAGE,
  maxBodyBytes: MAX_APPEAL_BYTES,
  answer: APPEAL_STATUS,
  faults: [
    ...(['appeal/not-found', 'appeal/invalid', 'appeal/settled'] as const),
    ...(['appeal/too-many', 'request/too-many'] as const),
  ],
  places: { 'appeal/not-found': '/code' },
  admit,
  run: (desk, { body: { code, text }, address, at }) =>
    desk.appeals.write(code, text, { address, at }),
})

export const SHOW_APPEAL_STATISTICS = operation<object, AppealStatistics>({
  ...{ id: 'showAppealStatistics', method: 'get', path: '/v1/appeals/statistics', tag: TAG },
  ...{ isOpen: true, summary: 'How many appeals there are, and how long an outcome takes' },
  answer: APPEAL_STATISTICS,
  run: (desk) => desk.appeals.statistics(),
})

interface AppealsQuery extends PageQuery {
  readonly state?: AppealState
}

export const LIST_APPEALS = operation<
  { query: AppealsQuery },
  { readonly items: readonly AppealView[]; readonly next: string | null }
>({
  ...{ id: 'listAppeals', method: 'get', path: '/v1/appeals', tag: TAG, act: 'read-appeals' },
  summary: 'Appeals that one may see: open ones oldest first, as a queue; others newest first',
  query: pageQuery({ state: { enum: APPEAL_STATES } }),
  answer: APPEALS,
  run: (desk, { person, at, query: { cursor, limit, ...filter } }) => {
    const [behind = null] = readCursor<[number]>(cursor, ['number']) ?? []
    const { items, next } = desk.appeals.page(person, { ...filter, behind, limit }, at)
    return { items, next: next === null ? null : printCursor([next]) }
  },
})

interface OfAppeal {
  readonly params: { readonly appeal: string }
}

const tagOf = ({ seen }: AppealView): string => String(seen)

export const SHOW_APPEAL = operation<OfAppeal, AppealView>({
  ...{ id: 'showAppeal', method: 'get', path: '/v1/appeals/{appeal}', tag: TAG },
  ...{ act: 'read-appeals', summary: 'An appeal, and the entries that it may be about' },
  params: { appeal: APPEAL_ID },
  answer: APPEAL,
  faults: ['appeal/not-found'],
  tagOf,
  run: (desk, { person, params, at }) => desk.appeals.find(person, params.appeal, at),
})

const FAULTS = [
  ...(['appeal/not-found', 'appeal/changed', 'appeal/settled', 'appeal/invalid'] as const),
  ...(['user/refused', 'list/not-found'] as const),
] as const

const PLACES = { 'user/refused': '/list', 'list/not-found': '/list' } as const

interface AnswerBody {
  readonly list?: string
  readonly text: string
  readonly isPublic?: boolean
}

export const ANSWER_APPEAL = operation<OfAppeal & { body: AnswerBody }, AppealView>({
  ...{ id: 'answerAppeal', method: 'post', path: '/v1/appeals/{appeal}/answers', tag: TAG },
  ...{ act: 'answer-appeal', summary: 'Writes to the appellant, or among those who decide' },
  params: { appeal: APPEAL_ID },
  body: ANSWER_APPEAL_BODY,
  maxBodyBytes: MAX_APPEAL_BYTES,
  answer: APPEAL,
  faults: FAULTS,
  places: PLACES,
  ...{ needsTag: true, tagOf },
  run: (desk, { person, params: { appeal }, body, tag, at }) => {
    const { list = null, text, isPublic = true } = body
    const act = isPublic ? 'answered' : 'noted'
    return desk.appeals.answer(person, act, { appeal, list, text, seen: Number(tag), at })
  },
})

export const REFUSE_APPEAL = operation<OfAppeal & { body: AnswerBody }, AppealView>({
  ...{ id: 'refuseAppeal', method: 'post', path: '/v1/appeals/{appeal}/refusal', tag: TAG },
  ...{ act: 'answer-appeal', summary: 'Refuses an appeal, with a reason for the appellant' },
  params: { appeal: APPEAL_ID },
  body: REFUSE_APPEAL_BODY,
  maxBodyBytes: MAX_APPEAL_BYTES,
  answer: APPEAL,
  faults: [...FAULTS, 'entry/not-found'],
  places: { ...PLACES, 'entry/not-found': '/list' },
  ...{ needsTag: true, tagOf },
  run: (desk, { person, params: { appeal }, body: { list = null, text }, tag, at }) =>
    desk.appeals.refuse(person, { appeal, list, text, seen: Number(tag), at }),
})

interface AcceptBody {
  readonly list: string
  readonly entries: readonly { readonly value: string; readonly kind?: string }[]
  readonly text: string
}

export const ACCEPT_APPEAL = operation<OfAppeal & { body: AcceptBody }, AcceptedAppealView>({
  ...{ id: 'acceptAppeal', method: 'post', path: '/v1/appeals/{appeal}/acceptance', tag: TAG },
  ...{ act: 'urgent-retire', summary: 'Accepts an appeal: retires entries at once' },
  params: { appeal: APPEAL_ID },
  body: ACCEPT_APPEAL_BODY,
  maxBodyBytes: MAX_APPEAL_BYTES,
  answer: ACCEPTED_APPEAL,
  faults: [
    ...FAULTS,
    ...(['entry/not-found', 'entry/invalid', 'name/invalid', 'url/invalid'] as const),
    ...(['ip/invalid', 'proposal/incomplete'] as const),
  ],
  places: {
    ...PLACES,
    ...{ 'entry/not-found': '/entries', 'entry/invalid': '/entries', 'name/invalid': '/entries' },
    ...{ 'url/invalid': '/entries', 'ip/invalid': '/entries', 'proposal/incomplete': '/text' },
  },
  ...{ needsTag: true, tagOf: ({ appeal }: AcceptedAppealView) => tagOf(appeal) },
  run: (desk, { person, params: { appeal }, body, tag, at }) =>
    desk.appeals.accept(person, { appeal, ...body, seen: Number(tag) }, at),
})

/** What has a name of its own comes before what has an id in its place. */
export const APPEAL_OPERATIONS: readonly AnyOperation[] = [
  ...[OPEN_APPEAL, SHOW_APPEAL_STATISTICS, SHOW_APPEAL_STATUS, WRITE_IN_APPEAL],
  ...[LIST_APPEALS, SHOW_APPEAL, ANSWER_APPEAL, REFUSE_APPEAL, ACCEPT_APPEAL],
]
