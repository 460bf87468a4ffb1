import { tagOfView } from '../../console/api/tag-of-view.ts'
import type {
  ConfigurationRequest,
  EntitledView,
  RankedSubscriber,
  SeenSubscriber,
  SubscriberDesk,
  SubscriberOrder,
  SubscriberPlace,
  SubscriberStanding,
  SubscriberTermsView,
  SubscriberView,
} from '../../console/ports/subscribers.ts'
import { catalogZoneName } from '../../core/catalog-name.ts'
import { Fault } from '../../core/fault.ts'
import { parseNetwork } from '../../core/network.ts'
import { ALL_LISTS, type Person } from '../../core/person.ts'
import { parseSocketAddress, printSocketAddress } from '../../core/socket-address.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { mayAct } from '../../curation/may-act.ts'
import type { NewKey, Subscriber } from '../../store/subscriber-store.ts'
import { assertSeen, type Managing } from '../people/manage-users.ts'
import { configOf } from '../subscriber-config.ts'
import {
  addSubscriber,
  assertManages,
  changeSubscriber,
  revokeSubscriber,
  rotateSubscriber,
  type Entitled,
} from '../subscribers/manage-subscribers.ts'
import { parsePlaced } from '../parse-placed.ts'
import type { DeskDeps } from './desk-deps.ts'
import { readableLists } from './readable-lists.ts'
import { standingOf, SubscriberBook } from './subscriber-standing.ts'

const DNS_PORT = 53

/** What people do with those who take lists, by the same use cases as the commands. */
export function subscriberDesk({ data, store }: Pick<DeskDeps, 'data' | 'store'>): SubscriberDesk {
  const book = new SubscriberBook({ data, store })
  const find: Find = (person, name) => {
    const found = store.subscribers.find(name)
    if (found !== null && isVisible(person, found)) return found
    throw notFound(name)
  }
  const listsOf = (person: Person) => readableLists(store, person, 'read-subscribers')
  return {
    subscribers: (person, { order, behind, limit }, at) =>
      store.read(() => {
        const lists = listsOf(person)
        if (lists.length === 0) assertMayAct(person, 'read-subscribers', ALL_LISTS)
        const all = store.subscribers.all().filter((one) => isVisible(person, one))
        const ranked = all.map((one): RankedSubscriber => {
          const standing = standingOf(book.pulls(one, lists, at))
          const subscriber = viewSubscriber(person, one)
          return { subscriber, standing, rank: rankOf(order, standing) }
        })
        const rest = ranked.filter((one) => behind === null || compare(placeOf(one), behind) > 0)
        return rest.sort((a, b) => compare(placeOf(a), placeOf(b))).slice(0, limit)
      }),
    subscriber: (person, name) => viewSubscriber(person, find(person, name)),
    pulls: (person, name, at) =>
      store.read(() => book.pulls(find(person, name), listsOf(person), at)),
    configuration: async (person, { subscriber, ...request }) => {
      const found = find(person, subscriber)
      // Of lists that are not for the person, no zone is told.
      const seen = { ...found, lists: viewSubscriber(person, found).lists }
      return { text: (await configOf(store, seen, null, optionsOf(request))) ?? '' }
    },
    ...changes({ store }, find),
  }
}

type Find = (person: Person, name: string) => Subscriber
type Changes = Pick<SubscriberDesk, 'addSubscriber' | 'changeSubscriber' | 'rotate' | 'revoke'>

function changes({ store }: Pick<DeskDeps, 'store'>, find: Find): Changes {
  const as = (person: Person, at: Date): Managing => ({ store: store.as(person.name), person, at })
  /** What is there for the person, and as it was seen; in the transaction of the change. */
  const change = <T>(person: Person, { subscriber, seen }: SeenSubscriber, work: () => T): T =>
    store.write(() => {
      const found = find(person, subscriber)
      assertManages(person, found.lists)
      const now = tagOfView(viewSubscriber(person, found))
      assertSeen(`the subscriber ${subscriber}`, now, seen)
      return work()
    })
  return {
    addSubscriber: (person, { name, lists, algorithm, ...terms }, at) => {
      const chosen = algorithm === undefined ? {} : { algorithm }
      const wanted = { name, lists, ...chosen, ...parseTerms(terms) }
      return viewEntitled(person, addSubscriber(as(person, at), wanted))
    },
    changeSubscriber: (person, { subscriber: name, seen, algorithm, ...terms }, at) =>
      change(person, { subscriber: name, seen }, () => {
        const chosen = algorithm === undefined ? {} : { algorithm }
        const wanted = { name, ...chosen, ...parseTerms(terms) }
        const { subscriber, key } = changeSubscriber(as(person, at), wanted)
        return { subscriber: viewSubscriber(person, subscriber), tsig: key }
      }),
    rotate: (person, { overlapHours, ...seen }, at) =>
      change(person, seen, () => {
        const overlap = overlapHours === undefined ? {} : { overlapHours }
        const rotation = { name: seen.subscriber, ...overlap }
        return viewEntitled(person, rotateSubscriber(as(person, at), rotation))
      }),
    revoke: (person, { isOld, ...seen }, at) =>
      change(person, seen, () =>
        viewSubscriber(person, revokeSubscriber(as(person, at), { name: seen.subscriber, isOld })),
      ),
  }
}

/** Whoever sees the subscribers of a list sees all who may pull it. */
function isVisible(person: Person, { lists }: Subscriber): boolean {
  return [ALL_LISTS, ...lists].some((list) => mayAct(person, 'read-subscribers', list).allowed)
}

function notFound(name: string): Fault {
  const got = JSON.stringify(name)
  return new Fault('subscriber/not-found', `expected the name of a subscriber, got ${got}`)
}

/** The first comes first: who is behind the most, who has asked for nothing the longest. */
function rankOf(order: SubscriberOrder, { serialsBehind, askedAt }: SubscriberStanding): number {
  if (order === 'behind') return -(serialsBehind ?? -1)
  return order === 'asked' && askedAt !== null ? new Date(askedAt).getTime() : 0
}

function placeOf({ rank, subscriber: { name } }: RankedSubscriber): SubscriberPlace {
  return { rank, name }
}

function compare(a: SubscriberPlace, b: SubscriberPlace): number {
  if (a.rank !== b.rank) return a.rank - b.rank
  if (a.name === b.name) return 0
  return a.name < b.name ? -1 : 1
}

/** As it is kept: canonical, each once. Throws `ip/invalid`, with the place of each that is none. */
function parseTerms({ networks, notify, ...rest }: Partial<SubscriberTermsView>) {
  const printTarget = (text: string): string =>
    printSocketAddress(parseSocketAddress(text, DNS_PORT))
  const parse = (member: string, texts: readonly string[], one: (text: string) => string) => [
    ...new Set(parsePlaced(texts, one, { code: 'ip/invalid', pathOf: (i) => `/${member}/${i}` })),
  ]
  return {
    ...rest,
    ...(networks !== undefined && { networks: parse('networks', networks, parseNetwork) }),
    ...(notify !== undefined && { notify: parse('notify', notify, printTarget) }),
  }
}

function optionsOf({ server, primary, catalog, tls }: Omit<ConfigurationRequest, 'subscriber'>) {
  return {
    configFor: server,
    ...(primary !== undefined && { primary: parseSocketAddress(primary, DNS_PORT) }),
    ...(catalog !== undefined && { catalog }),
    ...(tls !== undefined && { tls }),
  }
}

/** Lists that the person may not know of are left out. */
function viewSubscriber(person: Person, subscriber: Subscriber): SubscriberView {
  const { name, lists, transfer, networks, notify, keys } = subscriber
  const { createdAt, rotatedAt, oldTokenUntil, revokedAt } = subscriber
  return {
    ...{ name, transfer, networks, notify, catalog: catalogZoneName(name) },
    lists: lists.filter((list) => mayAct(person, 'read-subscribers', list).allowed),
    keys: keys.map((key) => ({
      ...{ name: key.name, algorithm: key.algorithm },
      ...{ createdAt: key.createdAt.toISOString(), until: key.until?.toISOString() ?? null },
    })),
    createdAt: createdAt.toISOString(),
    rotatedAt: rotatedAt?.toISOString() ?? null,
    oldTokenUntil: oldTokenUntil?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  }
}

function viewEntitled(person: Person, { subscriber, token, key }: Entitled): EntitledView {
  const tsig: NewKey | null = key
  return { subscriber: viewSubscriber(person, subscriber), token, tsig }
}
