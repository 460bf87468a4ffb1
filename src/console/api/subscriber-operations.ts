import type {
  ChangedSubscriberView,
  ConfigurationRequest,
  EntitledView,
  ListedSubscriber,
  NewSubscriberRequest,
  PullView,
  SubscriberOrder,
  SubscriberTermsView,
  SubscriberView,
} from '../ports/subscribers.ts'
import { pageFrom, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation, type Operation } from './operation.ts'
import {
  ADD_SUBSCRIBER,
  CHANGE_SUBSCRIBER,
  CHANGED,
  CONFIGURATION,
  CONFIGURATION_QUERY,
  ENTITLED,
  LIST_QUERY,
  PULLS,
  REVOKE,
  ROTATE,
  SUBSCRIBER,
  SUBSCRIBERS,
} from './subscriber-schemas.ts'
import { tagOfView } from './tag-of-view.ts'

const TAG = 'subscribers'
const PATH = '/v1/managed-subscribers'

interface OfSubscriber {
  readonly params: { readonly subscriber: string }
}

interface Page {
  readonly items: readonly ListedSubscriber[]
  readonly next: string | null
}

export const LIST_SUBSCRIBERS = operation<
  { query: PageQuery & { readonly order: SubscriberOrder } },
  Page
>({
  ...{ id: 'listManagedSubscribers', method: 'get', path: PATH, tag: TAG },
  ...{ act: 'read-subscribers', summary: 'Who takes one of the lists, and how far behind it is' },
  query: LIST_QUERY,
  answer: SUBSCRIBERS,
  faults: ['user/refused'],
  run: (desk, { person, query: { cursor, limit, order }, at }) => {
    const [rank = 0, name = ''] = readCursor<[number, string]>(cursor, ['number', 'string']) ?? []
    const behind = cursor === undefined ? null : { rank, name }
    const found = desk.subscribers.subscribers(person, { order, behind, limit: limit + 1 }, at)
    const { items, next } = pageFrom(found, limit, (one) => [one.rank, one.subscriber.name])
    return { next, items: items.map(({ subscriber, standing }) => ({ subscriber, standing })) }
  },
})

export const ADD_SUBSCRIBER_TO = operation<{ body: NewSubscriberRequest }, EntitledView>({
  ...{ id: 'addSubscriber', method: 'post', path: PATH, tag: TAG, act: 'manage-subscribers' },
  summary: 'Entitles a subscriber to lists; tells its token and TSIG key, this once',
  body: ADD_SUBSCRIBER,
  answer: ENTITLED,
  isSecret: true,
  faults: [
    ...(['user/refused', 'list/not-found', 'usage/invalid', 'ip/invalid'] as const),
    'subscriber/exists',
  ],
  places: {
    'user/refused': '/lists',
    'list/not-found': '/lists',
    'usage/invalid': '/name',
    'subscriber/exists': '/name',
  },
  run: (desk, { person, body, at }) => desk.subscribers.addSubscriber(person, body, at),
})

export const SHOW_SUBSCRIBER = operation<OfSubscriber, SubscriberView>({
  ...{ id: 'showSubscriber', method: 'get', path: `${PATH}/{subscriber}`, tag: TAG },
  ...{ act: 'read-subscribers', summary: 'A subscriber, never what opens' },
  answer: SUBSCRIBER,
  faults: ['subscriber/not-found'],
  tagOf: tagOfView,
  run: (desk, { person, params }) => desk.subscribers.subscriber(person, params.subscriber),
})

export const SHOW_PULLS = operation<OfSubscriber, { readonly items: readonly PullView[] }>({
  ...{ id: 'showSubscriberPulls', method: 'get', path: `${PATH}/{subscriber}/pulls`, tag: TAG },
  act: 'read-subscribers',
  summary: 'What a subscriber has taken last of each list, over HTTP and by each secondary',
  answer: PULLS,
  faults: ['subscriber/not-found'],
  run: (desk, { person, params, at }) => ({
    items: desk.subscribers.pulls(person, params.subscriber, at),
  }),
})

type ConfigurationQuery = Omit<ConfigurationRequest, 'subscriber'>

export const SHOW_CONFIGURATION = operation<
  OfSubscriber & { query: ConfigurationQuery },
  { readonly text: string }
>({
  ...{ id: 'showSubscriberConfiguration', method: 'get', tag: TAG, act: 'read-subscribers' },
  path: `${PATH}/{subscriber}/configuration`,
  summary: 'What to paste into the configuration of a secondary; without the secret of its key',
  query: CONFIGURATION_QUERY,
  answer: CONFIGURATION,
  faults: ['subscriber/not-found', 'usage/invalid', 'ip/invalid'],
  run: (desk, { person, params, query }) =>
    desk.subscribers.configuration(person, { ...params, ...query }),
})

const CHANGING = {
  ...{ tag: TAG, act: 'manage-subscribers', needsTag: true },
  faults: ['subscriber/not-found', 'user/refused', 'request/changed'],
} as const satisfies Partial<Operation>

export const CHANGE_SUBSCRIBER_TERMS = operation<
  OfSubscriber & { body: Partial<SubscriberTermsView> },
  ChangedSubscriberView
>({
  ...CHANGING,
  ...{ id: 'changeSubscriber', method: 'patch', path: `${PATH}/{subscriber}` },
  summary: 'Changes what a subscriber may pull and how it is known; tells a new key, this once',
  body: CHANGE_SUBSCRIBER,
  answer: CHANGED,
  isSecret: true,
  faults: [...CHANGING.faults, 'list/not-found', 'usage/invalid', 'ip/invalid'],
  places: { 'list/not-found': '/lists', 'usage/invalid': '/networks', 'user/refused': '/lists' },
  tagOf: ({ subscriber }) => tagOfView(subscriber),
  run: (desk, { person, params, body, tag, at }) =>
    desk.subscribers.changeSubscriber(person, { ...params, ...body, seen: tag }, at),
})

export const ROTATE_SUBSCRIBER = operation<
  OfSubscriber & { body: { readonly overlapHours?: number } },
  EntitledView
>({
  ...CHANGING,
  ...{ id: 'rotateSubscriber', method: 'post', path: `${PATH}/{subscriber}/rotation` },
  summary: 'A new token and TSIG key, told this once; the old ones go on for a while',
  body: ROTATE,
  answer: ENTITLED,
  isSecret: true,
  tagOf: ({ subscriber }) => tagOfView(subscriber),
  run: (desk, { person, params, body, tag, at }) =>
    desk.subscribers.rotate(person, { ...params, ...body, seen: tag }, at),
})

export const REVOKE_SUBSCRIBER = operation<
  OfSubscriber & { body: { readonly old?: boolean } },
  SubscriberView
>({
  ...CHANGING,
  ...{ id: 'revokeSubscriber', method: 'post', path: `${PATH}/{subscriber}/revocation` },
  summary: 'Refuses its tokens and keys from now on, for good; or those before the last rotation',
  body: REVOKE,
  answer: SUBSCRIBER,
  tagOf: tagOfView,
  run: (desk, { person, params, body: { old = false }, tag, at }) =>
    desk.subscribers.revoke(person, { ...params, isOld: old, seen: tag }, at),
})

export const SUBSCRIBER_OPERATIONS: readonly AnyOperation[] = [
  ...[LIST_SUBSCRIBERS, ADD_SUBSCRIBER_TO, SHOW_SUBSCRIBER, SHOW_PULLS, SHOW_CONFIGURATION],
  ...[CHANGE_SUBSCRIBER_TERMS, ROTATE_SUBSCRIBER, REVOKE_SUBSCRIBER],
]
