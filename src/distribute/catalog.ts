import { bearerToken, hashToken } from '../platform/http-auth.ts'
import type { CatalogSource, Publication, Restoration, StoredList, Subscriber } from './ports.ts'

/** A list and its newest serial, or null when it has none yet. */
export interface ServedList extends StoredList {
  readonly latest: Publication | null
}

/** What there is to serve, and to whom, at one moment. */
export interface Catalog {
  readonly lists: readonly ServedList[]
  readonly byId: ReadonlyMap<string, ServedList>
  readonly byPlace: ReadonlyMap<string, ServedList>
  /** Those that were not revoked, by name. */
  readonly subscribers: readonly Subscriber[]
  readonly restorations: readonly Restoration[]
  /** By the hash of each token that was not revoked. */
  readonly tokens: ReadonlyMap<string, TokenHolder>
}

interface TokenHolder {
  readonly subscriber: Subscriber
  /** When the token ceases to work; null for never. */
  readonly until: Date | null
}

/** Reads the catalog as of one moment. */
export function readCatalog(source: CatalogSource): Catalog {
  return source.read(() => {
    const lists = source.lists
      .all()
      .map((list) => ({ ...list, latest: source.publications.latest(list.rowId) }))
    const subscribers = source.subscribers.all().filter(({ revokedAt }) => revokedAt === null)
    return {
      ...{ lists, subscribers, restorations: source.restorations?.all() ?? [] },
      byId: new Map(lists.map((list) => [list.id, list])),
      byPlace: new Map(lists.map((list) => [list.place, list])),
      tokens: tokenHolders(subscribers),
    }
  })
}

function tokenHolders(all: readonly Subscriber[]): Map<string, TokenHolder> {
  const holders = new Map<string, TokenHolder>()
  for (const subscriber of all) {
    const { tokenHash, oldTokenHash, oldTokenUntil } = subscriber
    holders.set(tokenHash, { subscriber, until: null })
    if (oldTokenHash !== null) holders.set(oldTokenHash, { subscriber, until: oldTokenUntil })
  }
  return holders
}

/** Who sends this `Authorization`; null for nobody we know, whatever the reason. */
export function identifySubscriber(
  catalog: Catalog,
  authorization: string | undefined,
  at: Date,
): Subscriber | null {
  const token = bearerToken(authorization)
  const holder = token === null ? undefined : catalog.tokens.get(hashToken(token))
  if (holder === undefined) return null
  return holder.until === null || at < holder.until ? holder.subscriber : null
}

/** Whether the list may be shown: it is public, or the subscriber is entitled to it. */
export function mayRead(list: StoredList, subscriber: Subscriber | null): boolean {
  if (list.definition.visibility === 'public') return true
  return subscriber?.lists.includes(list.id) ?? false
}
