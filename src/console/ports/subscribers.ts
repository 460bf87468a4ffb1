import type { Person } from '../../core/person.ts'

export const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const
export type TsigAlgorithmName = (typeof TSIG_ALGORITHMS)[number]

/** Servers whose configuration can be told. */
export const SECONDARY_SERVERS = ['bind', 'unbound', 'pdns', 'knot', 'nsd'] as const
export type SecondaryServer = (typeof SECONDARY_SERVERS)[number]

/** What a subscriber is given. */
export interface SubscriberTermsView {
  /** Ids of the lists that it may pull: of those that whoever looks may know of. */
  readonly lists: readonly string[]
  /** How its resolvers are known when they ask for a zone. */
  readonly transfer: 'tsig' | 'networks'
  readonly networks: readonly string[]
  /** `ADDR:PORT` of each secondary that is told of new serials. */
  readonly notify: readonly string[]
}

/** A subscriber, without what opens. Times in ISO 8601, UTC. */
export interface SubscriberView extends SubscriberTermsView {
  readonly name: string
  /** Newest first. */
  readonly keys: readonly TsigKeyView[]
  /** The name of its catalog zone. */
  readonly catalog: string
  readonly createdAt: string
  readonly rotatedAt: string | null
  readonly oldTokenUntil: string | null
  readonly revokedAt: string | null
}

export interface TsigKeyView {
  readonly name: string
  readonly algorithm: TsigAlgorithmName
  readonly createdAt: string
  readonly until: string | null
}

/** How far a subscriber is, by everything that is known of it. */
export interface SubscriberStanding {
  /** When it last asked for anything, by whatever way; null for never. */
  readonly askedAt: string | null
  /** The most serials that it is behind with one of its lists; null where that isn't known of any. */
  readonly serialsBehind: number | null
  /** For how long the oldest serial that it lacks has been published; 0: it lacks none. */
  readonly secondsBehind: number | null
}

export interface ListedSubscriber {
  readonly subscriber: SubscriberView
  readonly standing: SubscriberStanding
}

export const PULL_STATES = ['current', 'behind', 'broken', 'unknown'] as const

/** How far it is with one list, by one way: over HTTP, or as one secondary. */
export interface PullView {
  /** Null for its catalog zone. */
  readonly list: string | null
  readonly way: 'http' | 'dns'
  /** Of the secondary. */
  readonly address: string | null
  readonly key: string | null
  readonly state: (typeof PULL_STATES)[number]
  /** The newest serial there is; null before the first. */
  readonly newest: number | null
  /** The last that it took. */
  readonly serial: number | null
  /** When it took that, and when it last asked. */
  readonly pulledAt: string | null
  readonly askedAt: string | null
  readonly serialsBehind: number | null
  readonly secondsBehind: number | null
}

/** What opens, told this once. */
export interface TsigSecretView {
  readonly name: string
  readonly algorithm: TsigAlgorithmName
  readonly secret: string
}

export interface EntitledView {
  readonly subscriber: SubscriberView
  readonly token: string
  /** Null for one that is known by its networks. */
  readonly tsig: TsigSecretView | null
}

/** What became of a change: with a key where it has got one. */
export interface ChangedSubscriberView {
  readonly subscriber: SubscriberView
  readonly tsig: TsigSecretView | null
}

/** A change of what was seen: the tag of the subscriber as it was; null for whatever it is. */
export interface SeenSubscriber {
  readonly subscriber: string
  readonly seen: string | null
}

export interface NewSubscriberRequest extends Partial<SubscriberTermsView> {
  readonly name: string
  readonly lists: readonly string[]
  readonly algorithm?: TsigAlgorithmName
}

export interface ConfigurationRequest {
  readonly subscriber: string
  readonly server: SecondaryServer
  /** `ADDR:PORT` at which our DNS is reached. */
  readonly primary?: string
  /** Whether it takes its catalog zone. */
  readonly catalog?: boolean
  /** The name in our certificate, where it transfers over TLS. */
  readonly tls?: string
}

export const SUBSCRIBER_ORDERS = ['name', 'behind', 'asked'] as const
export type SubscriberOrder = (typeof SUBSCRIBER_ORDERS)[number]

/** Where a page goes on: behind that rank, and in it behind that name. */
export interface SubscriberPlace {
  readonly rank: number
  readonly name: string
}

export interface RankedSubscriber extends ListedSubscriber {
  readonly rank: number
}

/**
 * Those who take lists. A subscriber none of whose lists somebody may see subscribers of is not found (`subscriber/not-found`); it is changed by
 * whoever administers all of its lists. Of what has changed since it was seen: `request/changed`.
 */
export interface SubscriberDesk {
  /** Those that lag the most first, or those that have asked for nothing for the longest time, or by name. */
  readonly subscribers: (
    person: Person,
    page: {
      readonly order: SubscriberOrder
      readonly behind: SubscriberPlace | null
      readonly limit: number
    },
    at: Date,
  ) => readonly RankedSubscriber[]
  readonly subscriber: (person: Person, name: string) => SubscriberView
  readonly pulls: (person: Person, name: string, at: Date) => readonly PullView[]
  readonly configuration: (
    person: Person,
    request: ConfigurationRequest,
  ) => Promise<{ readonly text: string }>
  readonly addSubscriber: (person: Person, request: NewSubscriberRequest, at: Date) => EntitledView
  readonly changeSubscriber: (
    person: Person,
    request: SeenSubscriber &
      Partial<SubscriberTermsView> & { readonly algorithm?: TsigAlgorithmName },
    at: Date,
  ) => ChangedSubscriberView
  readonly rotate: (
    person: Person,
    request: SeenSubscriber & { readonly overlapHours?: number },
    at: Date,
  ) => EntitledView
  readonly revoke: (
    person: Person,
    request: SeenSubscriber & { readonly isOld: boolean },
    at: Date,
  ) => SubscriberView
}
