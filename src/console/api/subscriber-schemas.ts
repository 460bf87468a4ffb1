import type { QuerySchema } from '../../platform/query-schema.ts'
import { MAX_OVERLAP_HOURS } from '../../core/overlap-hours.ts'
import {
  PULL_STATES,
  SECONDARY_SERVERS,
  SUBSCRIBER_ORDERS,
  TSIG_ALGORITHMS,
} from '../ports/subscribers.ts'
import {
  answerOf,
  bodyOf,
  INSTANT,
  LIST_ID,
  listOf,
  orNull,
  pageOf,
  TEXT,
  YES_NO,
} from './body-of.ts'
import { pageQuery } from './cursor.ts'
import type { Schema } from './operation.ts'

const TRANSFER: Schema = { enum: ['tsig', 'networks'] }
const ALGORITHM: Schema = { enum: TSIG_ALGORITHMS }
const MAYBE_COUNT: Schema = { type: ['integer', 'null'], minimum: 0 }
const MAYBE_TEXT: Schema = { type: ['string', 'null'] }
/** Of an address, a network, or an address and a port; what is wrong with one, its parser says. */
const ADDRESS: Schema = { type: 'string', minLength: 1, maxLength: 100 }
const MAX_LISTS = 200
const MAX_ADDRESSES = 200

const TSIG_KEY = answerOf('TsigKey', {
  ...{ name: TEXT, algorithm: ALGORITHM, createdAt: INSTANT },
  until: { ...orNull(INSTANT), description: 'Null: until it is revoked' },
})

export const SUBSCRIBER = answerOf('ManagedSubscriber', {
  ...{ name: TEXT, lists: listOf(LIST_ID), transfer: TRANSFER, networks: listOf(TEXT) },
  ...{ notify: listOf(TEXT), keys: listOf(TSIG_KEY), catalog: TEXT, createdAt: INSTANT },
  ...{ rotatedAt: orNull(INSTANT), oldTokenUntil: orNull(INSTANT), revokedAt: orNull(INSTANT) },
})

const STANDING = answerOf('SubscriberStanding', {
  askedAt: orNull(INSTANT),
  serialsBehind: { ...MAYBE_COUNT, description: 'At most, with one of its lists' },
  secondsBehind: {
    ...MAYBE_COUNT,
    description: 'For how long the oldest serial that it lacks has been published',
  },
})

export const SUBSCRIBERS = pageOf(
  'ManagedSubscribers',
  answerOf('ListedSubscriber', { subscriber: SUBSCRIBER, standing: STANDING }),
)

export const LIST_QUERY = pageQuery({
  order: {
    ...{ enum: SUBSCRIBER_ORDERS, default: 'name' },
    description: 'By name; who is behind the most first; who has asked for nothing the longest',
  },
})

export const PULLS = answerOf('SubscriberPulls', {
  items: listOf(
    answerOf('SubscriberPull', {
      list: { ...orNull(LIST_ID), description: 'Null for its catalog zone' },
      ...{ way: { enum: ['http', 'dns'] }, address: MAYBE_TEXT, key: MAYBE_TEXT },
      ...{ state: { enum: PULL_STATES }, newest: MAYBE_COUNT, serial: MAYBE_COUNT },
      ...{ pulledAt: orNull(INSTANT), askedAt: orNull(INSTANT) },
      ...{ serialsBehind: MAYBE_COUNT, secondsBehind: MAYBE_COUNT },
    }),
  ),
})

const TSIG_SECRET = orNull(
  answerOf('TsigSecret', {
    ...{ name: TEXT, algorithm: ALGORITHM },
    secret: { type: 'string', description: 'In base64; told this once' },
  }),
)

export const ENTITLED = answerOf('EntitledSubscriber', {
  subscriber: SUBSCRIBER,
  token: { type: 'string', description: 'Told this once; stored nowhere' },
  tsig: TSIG_SECRET,
})
export const CHANGED = answerOf('ChangedSubscriber', { subscriber: SUBSCRIBER, tsig: TSIG_SECRET })

const LISTS: Schema = { ...listOf(LIST_ID), minItems: 1, maxItems: MAX_LISTS, uniqueItems: true }

const TERMS = {
  lists: LISTS,
  transfer: TRANSFER,
  networks: { ...listOf(ADDRESS), maxItems: MAX_ADDRESSES },
  notify: { ...listOf(ADDRESS), maxItems: MAX_ADDRESSES },
  algorithm: { ...ALGORITHM, description: 'Of the key that it gets' },
} satisfies Record<string, Schema>

const OPTIONAL = ['transfer', 'networks', 'notify', 'algorithm']

export const ADD_SUBSCRIBER = bodyOf(
  { name: { type: 'string', minLength: 1, maxLength: 100 }, ...TERMS },
  OPTIONAL,
)
export const CHANGE_SUBSCRIBER = { ...bodyOf(TERMS, ['lists', ...OPTIONAL]), minProperties: 1 }

export const ROTATE = bodyOf(
  {
    overlapHours: {
      ...{ type: 'integer', minimum: 0, maximum: MAX_OVERLAP_HOURS },
      description:
        'How long the old ones go on; left out: the token a week, the key until it is revoked',
    },
  },
  ['overlapHours'],
)

export const REVOKE = bodyOf(
  { old: { ...YES_NO, description: 'Only what was before the last rotation' } },
  ['old'],
)

export const CONFIGURATION_QUERY: QuerySchema = {
  ...{ type: 'object', additionalProperties: false, required: ['server'] },
  properties: {
    server: { enum: SECONDARY_SERVERS },
    primary: { ...ADDRESS, description: 'ADDR:PORT at which the DNS is reached' },
    catalog: { ...YES_NO, description: 'Whether it takes its catalog zone' },
    tls: { type: 'string', minLength: 1, maxLength: 253, description: 'The certificate’s name' },
  },
}

export const CONFIGURATION = answerOf('SecondaryConfiguration', { text: TEXT })
