import { Fault } from '../../core/fault.ts'
import { EVENT_ACTS, type EventAct } from '../../core/event.ts'
import type { EventView } from '../ports/events.ts'
import { answerOf, COUNT, INSTANT, LIST_ID, pageOf, SHA256, TEXT } from './body-of.ts'
import { pageQuery, printCursor, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation } from './operation.ts'

const EVENT = answerOf('Event', {
  number: COUNT,
  at: INSTANT,
  actor: TEXT,
  act: { enum: EVENT_ACTS },
  subject: { type: 'object', description: "What was done, in the act's own words" },
  previous: { ...SHA256, description: 'The hash of the event before' },
  hash: SHA256,
})

interface EventsQuery extends PageQuery {
  readonly list?: string
  readonly actor?: string
  readonly act?: EventAct
  readonly from?: string
  readonly to?: string
}

interface Events {
  readonly items: readonly EventView[]
  readonly next: string | null
}

/** A day, or an instant of UTC; a day is where it begins. */
const TIME = {
  type: 'string',
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,3})?)?Z)?$',
  maxLength: 24,
}

export const LIST_EVENTS = operation<{ query: EventsQuery }, Events>({
  ...{ id: 'listEvents', method: 'get', path: '/v1/events', tag: 'events', act: 'read-events' },
  summary: 'The chain of decisions, newest first; a page may have fewer than there are to come',
  query: pageQuery({
    list: LIST_ID,
    actor: { type: 'string', maxLength: 64 },
    act: { enum: EVENT_ACTS },
    from: TIME,
    to: TIME,
  }),
  answer: pageOf('Events', EVENT),
  faults: ['user/refused'],
  run: (desk, { person, query: { cursor, limit, from, to, ...filter } }) => {
    const [before = null] = readCursor<[number]>(cursor, ['number']) ?? []
    const times = {
      ...(from !== undefined && { from: instantOf('from', from) }),
      ...(to !== undefined && { to: instantOf('to', to) }),
    }
    const { events, next } = desk.events.page(person, { ...filter, ...times, before, limit })
    return { items: events, next: next === null ? null : printCursor([next]) }
  },
})

/** As the chain writes its times, so that they sort. Throws `request/invalid`. */
function instantOf(name: string, text: string): string {
  const at = new Date(text)
  if (!Number.isNaN(at.getTime())) return at.toISOString()
  const detail = `expected a day such as 2030-01-31, or a time of UTC, got ${JSON.stringify(text)}`
  throw new Fault('request/invalid', detail, { places: [{ path: `/${name}`, detail }] })
}

export const EVENT_OPERATIONS: readonly AnyOperation[] = [LIST_EVENTS]
