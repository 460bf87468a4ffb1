import { ENTRY_ACTIONS, ENTRY_KINDS } from '../core/entry.ts'
import { TSIG_ALGORITHMS } from '../dns/zone-source.ts'
import type { QuerySchema } from '../platform/query-schema.ts'
import { DEFAULT_PAGE, MAX_PAGE } from './limits.ts'
import { SECONDARY_STATES } from './zones/secondary.ts'

/** Every parameter the API takes; the validator and the OpenAPI document are both made of these. */
const cursor = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,4096}$',
  description: 'Where the page before ended: its `next`.',
}
const limit = {
  type: 'integer',
  minimum: 1,
  maximum: MAX_PAGE,
  default: DEFAULT_PAGE,
  description: 'How many at most.',
}
const serial = { type: 'integer', minimum: 1, maximum: 4_294_967_295 }

function query(properties: Record<string, object>, required: readonly string[] = []): QuerySchema {
  return { type: 'object', additionalProperties: false, required, properties }
}

export const NO_QUERY = query({})

export interface EntriesQuery {
  readonly at?: string
  readonly value?: string
  readonly prefix?: string
  readonly kind?: string
  readonly cursor?: string
  readonly limit: number
}
export const ENTRIES_QUERY = query({
  at: {
    type: 'string',
    pattern:
      '^([1-9][0-9]{0,9}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?Z)?)$',
    description:
      'A serial; or a time in UTC, for the serial that held then (a day alone means its end). Default: the newest serial.',
  },
  value: {
    type: 'string',
    minLength: 1,
    maxLength: 2000,
    description: 'This canonical value only.',
  },
  prefix: { type: 'string', minLength: 1, maxLength: 2000, description: 'Values that begin so.' },
  kind: { enum: ENTRY_KINDS, description: 'Entries of this kind only.' },
  cursor,
  limit,
})

export interface DiffQuery {
  readonly from: number
  readonly to: number
  readonly cursor?: string
  readonly limit: number
}
export const DIFF_QUERY = query(
  {
    from: { ...serial, description: 'The serial before.' },
    to: { ...serial, description: 'The serial after; may be the lower one.' },
    cursor,
    limit,
  },
  ['from', 'to'],
)

export interface PublicationsQuery {
  readonly cursor?: string
  readonly limit: number
}
export const PUBLICATIONS_QUERY = query({ cursor, limit })

export interface SubscribersQuery {
  readonly cursor?: string
  readonly limit: number
}
export const SUBSCRIBERS_QUERY = query({ cursor, limit })

const text = { type: 'string' }
const count = { type: 'integer', minimum: 0 }
const state = { type: 'string', pattern: '^[0-9a-f]{64}$' }
const time = { type: 'string', format: 'date-time' }
const next = {
  type: ['string', 'null'],
  description: 'The `cursor` of the next page; null on the last.',
}

function orNull(schema: object): object {
  return { anyOf: [schema, { type: 'null' }] }
}

function object(properties: Record<string, object>, optional: Record<string, object> = {}): object {
  return {
    ...{ type: 'object', required: Object.keys(properties) },
    properties: { ...properties, ...optional },
  }
}

function listOf(items: object): object {
  return { type: 'array', items }
}

/** What the API answers, by name. */
export const SCHEMAS = {
  Entry: object({
    value: text,
    kind: { enum: ENTRY_KINDS },
    action: { enum: ENTRY_ACTIONS },
    category: { ...text, description: 'Empty for none.' },
    reference: { ...text, description: 'Empty for none.' },
  }),
  Publication: object({
    serial,
    state,
    entries: count,
    added: count,
    removed: count,
    publishedAt: time,
  }),
  List: object(
    {
      ...{ id: text, place: text, title: text, description: text, authority: text },
      visibility: { enum: ['public', 'restricted'] },
      legalBasis: text,
      categories: listOf(text),
      action: { type: 'object' },
      zone: { type: ['object', 'null'] },
      serial: { type: ['integer', 'null'], description: 'Null before the first publication.' },
      state: { type: ['string', 'null'] },
      entries: { type: ['integer', 'null'] },
      publishedAt: { type: ['string', 'null'], format: 'date-time' },
      feeds: { type: 'object', additionalProperties: text, description: 'A path for each format.' },
    },
    {
      freshUntil: {
        ...time,
        description: 'At an edge: until then the authority has vouched that nothing is newer.',
      },
      isStale: { type: 'boolean', description: 'At an edge: whether that time has passed.' },
    },
  ),
  Lists: object({ lists: listOf({ $ref: '#/components/schemas/List' }) }),
  Entries: object({
    ...{ list: text, serial, state },
    entries: listOf({ $ref: '#/components/schemas/Entry' }),
    next,
  }),
  Publications: object({
    list: text,
    publications: listOf({ $ref: '#/components/schemas/Publication' }),
    next,
  }),
  Diff: object({
    ...{ list: text, from: serial, to: serial, fromState: state, toState: state },
    ...{ added: count, removed: count },
    changes: listOf(
      object({
        change: { enum: ['added', 'removed'] },
        entry: { $ref: '#/components/schemas/Entry' },
      }),
    ),
    next,
  }),
  Subscribers: object({
    subscribers: listOf({ $ref: '#/components/schemas/Subscriber' }),
    next,
  }),
  Subscriber: object({
    name: text,
    transfer: { enum: ['tsig', 'networks'], description: 'How its resolvers are known.' },
    networks: listOf(text),
    notify: listOf(text),
    lists: listOf(text),
    keys: listOf(
      object({
        name: text,
        algorithm: { enum: TSIG_ALGORITHMS },
        createdAt: time,
        until: { type: ['string', 'null'], format: 'date-time' },
      }),
    ),
    zones: {
      ...listOf({ $ref: '#/components/schemas/Zone' }),
      description: 'Those of its lists, and its catalog zone; empty where no zones are served.',
    },
  }),
  Zone: object({
    list: { type: ['string', 'null'], description: 'Null for the catalog zone.' },
    zone: text,
    serial: { type: 'integer', minimum: 0, maximum: 4_294_967_295 },
    secondaries: listOf({ $ref: '#/components/schemas/Secondary' }),
  }),
  Secondary: object({
    address: text,
    key: { type: ['string', 'null'], description: 'The name of the key that it last asked with.' },
    state: { enum: SECONDARY_STATES },
    serial: { type: ['integer', 'null'], description: 'What it has, as far as is known.' },
    lag: { type: ['integer', 'null'], description: 'How many serials that is behind.' },
    askedAt: { type: ['string', 'null'], format: 'date-time' },
    transfer: orNull(
      object({
        ...{ serial: count, style: { enum: ['whole', 'difference'] }, at: time },
        ...{ bytes: count, ms: count },
        outcome: { enum: ['sent', 'broken'] },
      }),
    ),
    notifies: listOf(
      object({
        ...{ to: text, serial: count, at: time, tries: count },
        answer: { ...text, description: 'A response code in words, or «timeout».' },
      }),
    ),
  }),
  Problem: object({
    ...{ type: text, title: text, status: { type: 'integer' }, code: text },
  }),
} as const satisfies Record<string, object>

/** A reference to a schema by its name. */
export function schemaRef(name: keyof typeof SCHEMAS): object {
  return { $ref: `#/components/schemas/${name}` }
}
