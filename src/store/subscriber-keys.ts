import { and, eq, isNull, ne, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { subscriberKeys } from './schema.ts'

/** A key for transaction signatures (RFC 8945). */
export interface NewKey {
  /** Lower case, no dot at the end. */
  readonly name: string
  readonly algorithm: 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512'
  /** In base64. */
  readonly secret: string
}

export interface SubscriberKey extends NewKey {
  readonly createdAt: Date
  /** When it ceases to work by itself; null for never. */
  readonly until: Date | null
}

type Db = BetterSQLite3Database

/** The keys of subscribers; to be written in a transaction with their subscriber. */
export interface KeyTable {
  /** Newest first. */
  readonly live: (subscriberRowId: number) => SubscriberKey[]
  readonly allLive: () => ReadonlyMap<number, SubscriberKey[]>
  readonly add: (subscriberRowId: number, key: NewKey, at: Date) => void
  readonly end: (name: string, until: Date | null) => void
  readonly revoke: (
    subscriberRowId: number,
    at: Date,
    kept?: { readonly but: string | null },
  ) => void
}

export function keyTable(db: Db): KeyTable {
  const isLive = isNull(subscriberKeys.revokedAt)
  const newestFirst = [sql`${subscriberKeys.createdAt} DESC`, sql`rowid DESC`]
  const ofOne = db
    .select()
    .from(subscriberKeys)
    .where(and(eq(subscriberKeys.subscriberRowId, sql.placeholder('rowId')), isLive))
    .orderBy(...newestFirst)
    .prepare()
  return {
    live: (rowId) => ofOne.all({ rowId }).map(keyFromRow),
    allLive: () => {
      const rows = db
        .select()
        .from(subscriberKeys)
        .where(isLive)
        .orderBy(...newestFirst)
        .all()
      const keys = new Map<number, SubscriberKey[]>()
      for (const row of rows) {
        const known = keys.get(row.subscriberRowId) ?? []
        keys.set(row.subscriberRowId, [...known, keyFromRow(row)])
      }
      return keys
    },
    add: (subscriberRowId, key, at) =>
      void db
        .insert(subscriberKeys)
        .values({ ...key, subscriberRowId, createdAt: at.toISOString() })
        .run(),
    end: (name, until) =>
      void db
        .update(subscriberKeys)
        .set({ until: until?.toISOString() ?? null })
        .where(eq(subscriberKeys.name, name))
        .run(),
    revoke: (subscriberRowId, at, { but } = { but: null }) =>
      void db
        .update(subscriberKeys)
        .set({ revokedAt: at.toISOString() })
        .where(
          and(
            eq(subscriberKeys.subscriberRowId, subscriberRowId),
            isLive,
            but === null ? undefined : ne(subscriberKeys.name, but),
          ),
        )
        .run(),
  }
}

function keyFromRow(row: typeof subscriberKeys.$inferSelect): SubscriberKey {
  const { name, algorithm, secret } = row
  const [createdAt, until] = [
    new Date(row.createdAt),
    row.until === null ? null : new Date(row.until),
  ]
  return { name, algorithm, secret, createdAt, until }
}
