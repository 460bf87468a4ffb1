import { and, eq, isNull, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core'
import { Fault } from '../core/fault.ts'
import { subscribers } from './schema.ts'

/** Who may fetch which lists. The token itself is never stored. */
export interface Subscriber {
  readonly name: string
  readonly tokenHash: string
  /** The token before the last rotation; good until `oldTokenUntil`, and no longer. */
  readonly oldTokenHash: string | null
  readonly oldTokenUntil: Date | null
  /** Ids of the lists that it is entitled to. */
  readonly lists: readonly string[]
  readonly createdAt: Date
  readonly rotatedAt: Date | null
  readonly revokedAt: Date | null
}

export interface SubscriberStore {
  /** Faults: `subscriber/exists`. */
  readonly add: (subscriber: {
    readonly name: string
    readonly tokenHash: string
    readonly lists: readonly string[]
    readonly at: Date
  }) => Subscriber
  /** All, also the revoked ones, by name. */
  readonly all: () => Subscriber[]
  readonly find: (name: string) => Subscriber | null
  /** The subscriber whose newest token it is, unless it was revoked. */
  readonly byTokenHash: (tokenHash: string) => Subscriber | null
  /** Its token is refused from now on. Faults: `subscriber/not-found`. */
  readonly revoke: (name: string, at: Date) => Subscriber
  /**
   * A new token; the old one works until `oldUntil`, or no longer when that is left out. Faults:
   * `subscriber/not-found`, also for a revoked one.
   */
  readonly rotate: (name: string, tokenHash: string, at: Date, oldUntil?: Date) => Subscriber
  /** The token before the last rotation is refused from now on. Faults: `subscriber/not-found`. */
  readonly revokeOld: (name: string) => Subscriber
}

export function subscriberStore(db: BetterSQLite3Database): SubscriberStore {
  // Asked with every request: built once.
  const byHash = db
    .select()
    .from(subscribers)
    .where(
      and(eq(subscribers.tokenHash, sql.placeholder('tokenHash')), isNull(subscribers.revokedAt)),
    )
    .prepare()

  function find(name: string): Subscriber | null {
    const row = db.select().from(subscribers).where(eq(subscribers.name, name)).get()
    return row === undefined ? null : fromRow(row)
  }

  function change(name: string, values: SQLiteUpdateSetSource<typeof subscribers>): Subscriber {
    const row = db
      .update(subscribers)
      .set(values)
      .where(and(eq(subscribers.name, name), isNull(subscribers.revokedAt)))
      .returning()
      .get() as typeof subscribers.$inferSelect | undefined
    if (row === undefined) {
      throw new Fault(
        'subscriber/not-found',
        `expected a subscriber that is not revoked, got ${JSON.stringify(name)}: «bailiwick subscriber ls» names them all`,
      )
    }
    return fromRow(row)
  }

  return {
    add: ({ name, tokenHash, lists, at }) => {
      const row = db
        .insert(subscribers)
        .values({ name, tokenHash, lists, createdAt: at.toISOString() })
        .onConflictDoNothing({ target: subscribers.name })
        .returning()
        .get() as typeof subscribers.$inferSelect | undefined
      if (row !== undefined) return fromRow(row)
      throw new Fault(
        'subscriber/exists',
        `expected a new name, got ${JSON.stringify(name)}, which is taken: rotate its token, or choose another name`,
      )
    },
    all: () => db.select().from(subscribers).orderBy(subscribers.name).all().map(fromRow),
    find,
    byTokenHash: (tokenHash) => {
      const row = byHash.get({ tokenHash })
      return row === undefined ? null : fromRow(row)
    },
    revoke: (name, at) =>
      change(name, { revokedAt: at.toISOString(), oldTokenHash: null, oldTokenUntil: null }),
    revokeOld: (name) => change(name, { oldTokenHash: null, oldTokenUntil: null }),
    rotate: (name, tokenHash, at, oldUntil) =>
      change(name, {
        tokenHash,
        rotatedAt: at.toISOString(),
        oldTokenHash: oldUntil === undefined ? null : sql`token_hash`,
        oldTokenUntil: oldUntil?.toISOString() ?? null,
      }),
  }
}

function fromRow(row: typeof subscribers.$inferSelect): Subscriber {
  const { name, tokenHash, oldTokenHash, lists } = row
  const date = (text: string | null): Date | null => (text === null ? null : new Date(text))
  return {
    name,
    tokenHash,
    oldTokenHash,
    oldTokenUntil: date(row.oldTokenUntil),
    lists,
    createdAt: new Date(row.createdAt),
    rotatedAt: date(row.rotatedAt),
    revokedAt: date(row.revokedAt),
  }
}
