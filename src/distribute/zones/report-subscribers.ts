import { Fault } from '../../core/fault.ts'
import { bearerToken, hashToken } from '../../platform/http-auth.ts'
import type { SubscribersQuery } from '../api-schemas.ts'
import { identifySubscriber, type Catalog, type ServedList } from '../catalog.ts'
import { parseCursor, printCursor } from '../cursor.ts'
import type { Subscriber } from '../ports.ts'
import { lagOf, stateOf, type LastNotify, type LastTransfer, type Secondary } from './secondary.ts'

/** A zone as it is served now. */
interface ServedZone {
  readonly zone: string
  readonly serial: number
}

/** What is told of zones and who takes them. */
export interface ServedZones {
  /** Null when the list has no zone, or it is not made yet. */
  readonly served: (list: ServedList) => ServedZone | null
  readonly catalogOf: (subscriber: Subscriber) => ServedZone
  readonly ledger: { readonly of: (subscriber: string) => readonly Secondary[] }
}

export interface SubscribersDeps {
  readonly catalog: Catalog
  /** Null where no zones are served. */
  readonly zones: ServedZones | null
  readonly operatorTokenHash: string | null
}

export interface Asking {
  readonly authorization: string | undefined
  readonly at: Date
}

/**
 * To a subscriber itself, to the operator all, a page of them by name. Who asks is looked at before what he asks. Throws
 * `request/token` for anybody else.
 */
export function answerSubscribers(
  deps: SubscribersDeps,
  { authorization, at }: Asking,
  query: () => SubscribersQuery,
): object {
  const { catalog, operatorTokenHash } = deps
  const token = bearerToken(authorization)
  const isOperator = token !== null && hashToken(token) === operatorTokenHash
  const self = isOperator ? null : identifySubscriber(catalog, authorization, at)
  if (!isOperator && self === null) throw unknownToken(token)
  const { cursor, limit } = query()
  const [after = ''] = cursor === undefined ? [] : parseCursor(cursor, [''] as [string])
  const all = [...(self === null ? catalog.subscribers : [self])]
  const rest = all.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1))
  const shown = rest.slice(0, limit)
  const last = shown.at(-1)
  return {
    subscribers: shown.map((subscriber) => reportSubscriber(deps, subscriber, at)),
    next: rest.length > limit && last !== undefined ? printCursor([last.name]) : null,
  }
}

function unknownToken(token: string | null): Fault {
  return new Fault(
    'request/token',
    `expected the token of a subscriber or of the operator, got ${token === null ? 'none' : 'another'}`,
  )
}

function reportSubscriber(deps: SubscribersDeps, subscriber: Subscriber, at: Date): object {
  const { name, transfer, networks, notify, lists, keys } = subscriber
  return {
    ...{ name, transfer, networks, notify, lists },
    keys: keys.map(({ name: key, algorithm, createdAt, until }) => ({
      ...{ name: key, algorithm },
      ...{ createdAt: createdAt.toISOString(), until: until?.toISOString() ?? null },
    })),
    zones: reportZones(deps, subscriber, at),
  }
}

function reportZones(
  { catalog, zones }: SubscribersDeps,
  subscriber: Subscriber,
  at: Date,
): object[] {
  if (zones === null) return []
  const rows = zones.ledger.of(subscriber.name)
  const report = (list: string | null, { zone, serial }: ServedZone): object => ({
    ...{ list, zone, serial },
    secondaries: rows
      .filter((row) => row.zone === zone)
      .map((row) => reportSecondary(row, serial, at)),
  })
  const ofLists = subscriber.lists.flatMap((id) => {
    const list = catalog.byId.get(id)
    const served = list === undefined ? null : zones.served(list)
    return served === null ? [] : [report(id, served)]
  })
  return [...ofLists, report(null, zones.catalogOf(subscriber))]
}

function reportSecondary(row: Secondary, serial: number, at: Date): object {
  const { address, key, askedAtMs, transfer, notifies } = row
  return {
    ...{ address, key, state: stateOf(row, serial, at.getTime()) },
    ...{ serial: row.serial, lag: lagOf(row, serial) },
    askedAt: askedAtMs === null ? null : printTime(askedAtMs),
    transfer: transfer === null ? null : timed(transfer),
    notifies: Object.entries(notifies).map(([to, notify]) => ({ to, ...timed(notify) })),
  }
}

function timed({ atMs, ...rest }: LastTransfer | LastNotify): object {
  return { ...rest, at: printTime(atMs) }
}

function printTime(ms: number): string {
  return new Date(ms).toISOString()
}
