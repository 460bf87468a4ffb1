import { ENTRY_ACTIONS } from '../../core/entry.ts'
import type { ChangedEntry } from '../../curation/page-difference.ts'
import type { DifferenceView, ListStory, ListView, PublicationView } from '../ports/lists.ts'
import {
  answerOf,
  COUNT,
  INSTANT,
  LIST_ID,
  listOf,
  orNull,
  pageOf,
  TEXT,
  YES_NO,
} from './body-of.ts'
import { CHANGED_ENTRY } from './decision-operations.ts'
import { pageFrom, pageQuery, printCursor, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation, type Schema } from './operation.ts'

const TAG = 'lists'

const SERIAL: Schema = { type: 'integer', minimum: 1, maximum: 4_294_967_295 }
const MAYBE_TEXT: Schema = { type: ['string', 'null'] }

const PUBLICATION_MEMBERS = {
  ...{ list: LIST_ID, serial: SERIAL, publishedAt: INSTANT, entries: COUNT, added: COUNT },
  ...{ removed: COUNT, state: TEXT, actor: TEXT, override: MAYBE_TEXT },
} satisfies Record<string, Schema>

const PUBLICATION = answerOf('CuratedPublication', PUBLICATION_MEMBERS)

export const WAITING = answerOf('WaitingDecisions', {
  ...{ decisions: COUNT, added: COUNT, retired: COUNT, amended: COUNT },
  since: orNull(INSTANT),
})

const APPROVALS_ASKED = { needed: COUNT, organisations: COUNT } satisfies Record<string, Schema>

const LIST_MEMBERS = {
  ...{ list: LIST_ID, title: TEXT, description: TEXT, authority: TEXT, legalBasis: TEXT },
  visibility: { enum: ['public', 'restricted'] },
  categories: listOf(TEXT),
  action: answerOf('ListAction', { type: { enum: ENTRY_ACTIONS }, to: listOf(TEXT) }),
  approvals: answerOf('ListApprovals', {
    ...APPROVALS_ASKED,
    retire: answerOf('RetireApprovals', APPROVALS_ASKED),
    urgentAdd: YES_NO,
  }),
  review: answerOf('ListReview', {
    ...{ afterDays: COUNT, expireAfterDays: { type: ['integer', 'null'] } },
    ...{ warnDays: COUNT, urgentDays: COUNT },
  }),
  cron: { ...MAYBE_TEXT, description: 'When it is published; null: by hand alone' },
  zone: MAYBE_TEXT,
  entries: { ...COUNT, description: 'Now, published or not' },
  published: orNull(PUBLICATION),
  waiting: WAITING,
  nextAt: orNull(INSTANT),
} satisfies Record<string, Schema>

const LIST = answerOf('CuratedList', LIST_MEMBERS)

const WHOLE_LIST = answerOf('WholeCuratedList', {
  ...LIST_MEMBERS,
  place: { ...TEXT, description: 'Where its files lie' },
  definition: { type: 'object', description: 'Its settings (docs/spec/list.md)' },
})

interface OfList {
  readonly params: { readonly list: string }
}

export const LIST_LISTS = operation<object, { readonly items: readonly ListView[] }>({
  ...{ id: 'listCuratedLists', method: 'get', path: '/v1/curated-lists', tag: TAG },
  ...{ act: 'read-entries', summary: 'The lists whose entries the caller may read' },
  answer: answerOf('CuratedLists', { items: listOf(LIST) }),
  run: (desk, { person }) => ({ items: desk.lists.all(person) }),
})

export const SHOW_LIST = operation<OfList, ListStory>({
  ...{ id: 'showCuratedList', method: 'get', path: '/v1/curated-lists/{list}', tag: TAG },
  ...{ act: 'read-entries', summary: 'A list, what is published of it and what waits' },
  params: { list: LIST_ID },
  answer: WHOLE_LIST,
  faults: ['list/not-found', 'user/refused'],
  run: (desk, { person, params }) => desk.lists.find(person, params.list),
})

interface PublicationsQuery extends PageQuery {
  readonly list?: string
}

interface Numbered extends PublicationView {
  /** In the order in which the serials of all lists were made. */
  readonly number: number
}

export const LIST_PUBLICATIONS = operation<
  { query: PublicationsQuery },
  { readonly items: readonly Numbered[]; readonly next: string | null }
>({
  ...{ id: 'listPublications', method: 'get', path: '/v1/publications', tag: TAG },
  ...{ act: 'read-entries', summary: 'The serials of one list or of all, newest first' },
  query: pageQuery({ list: LIST_ID }),
  answer: pageOf(
    'CuratedPublications',
    answerOf('NumberedPublication', { ...PUBLICATION_MEMBERS, number: COUNT }),
  ),
  faults: ['list/not-found', 'user/refused'],
  run: (desk, { person, query: { cursor, limit, ...filter } }) => {
    const [before = null] = readCursor<[number]>(cursor, ['number']) ?? []
    const found = desk.lists.publications(person, { ...filter, before, limit: limit + 1 })
    return pageFrom(found, limit, ({ number }) => [number])
  },
})

interface DifferenceQuery extends PageQuery {
  readonly from: number
  readonly to: number
}

export interface DifferenceAnswer extends Omit<DifferenceView, 'next'> {
  readonly items: readonly ChangedEntry[]
  readonly next: string | null
}

export const SHOW_DIFFERENCE = operation<OfList & { query: DifferenceQuery }, DifferenceAnswer>({
  ...{ id: 'showDifference', method: 'get', path: '/v1/curated-lists/{list}/difference', tag: TAG },
  act: 'read-entries',
  summary: 'What lies between any two serials, in either direction, in the order of the entries',
  params: { list: LIST_ID },
  query: {
    ...pageQuery({ from: SERIAL, to: SERIAL }),
    required: ['from', 'to'],
  },
  answer: answerOf('Difference', {
    ...{ list: LIST_ID, from: PUBLICATION, to: PUBLICATION },
    counted: {
      ...orNull(answerOf('CountedDifference', { added: COUNT, removed: COUNT })),
      description: 'Null where there is too much to count in time',
    },
    items: listOf(CHANGED_ENTRY),
    next: { ...MAYBE_TEXT, description: 'The cursor of the next page; null at the end' },
  }),
  faults: ['list/not-found', 'user/refused', 'snapshot/not-found'],
  run: (desk, { person, params: { list }, query: { from, to, cursor, limit } }) => {
    const place = readCursor<[string, string]>(cursor, ['string', 'string'])
    const behind = place === null ? null : { value: place[0], kind: place[1] }
    const told = desk.lists.difference(person, { list, from, to, behind, limit })
    const { next } = told
    return { ...told, next: next === null ? null : printCursor([next.value, next.kind]) }
  },
})

export const LIST_OPERATIONS: readonly AnyOperation[] = [
  ...[LIST_LISTS, SHOW_LIST, SHOW_DIFFERENCE, LIST_PUBLICATIONS],
]
