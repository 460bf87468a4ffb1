import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { EventAct, EventSubject } from '../core/event.ts'
import { Fault } from '../core/fault.ts'
import type { RoleGrant } from '../core/person.ts'
import type { Recorder } from './event-store.ts'
import { apiKeys, users } from './people-schema.ts'

/** A key with which a program acts for a user, in one role for one list. The key itself is never stored. */
export interface ApiKey {
  readonly name: string
  /** The user's name. */
  readonly user: string
  readonly userId: string
  readonly grant: RoleGrant
  readonly createdAt: Date
  readonly expiresAt: Date
  /** To within some minutes. */
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
}

export interface NewApiKey {
  readonly name: string
  readonly userId: string
  readonly keyHash: string
  readonly grant: RoleGrant
  readonly expiresAt: Date
  readonly at: Date
}

export interface ApiKeyStore {
  /** Faults: `api-key/exists`. */
  readonly make: (key: NewApiKey) => ApiKey
  /** By name, also those that have ended. */
  readonly all: () => ApiKey[]
  /** The key of that hash, unless it was revoked, has expired, or its user is disabled. */
  readonly byHash: (keyHash: string, at: Date) => ApiKey | null
  /** Notes that it was used. */
  readonly touch: (name: string, at: Date) => void
  /** Does nothing when it was revoked before. Faults: `api-key/not-found`. */
  readonly revoke: (name: string, at: Date) => ApiKey
}

type Db = BetterSQLite3Database

export function apiKeyStore(
  db: Db,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): ApiKeyStore {
  const select = () =>
    db
      .select({ key: apiKeys, user: users.name })
      .from(apiKeys)
      .innerJoin(users, eq(users.id, apiKeys.userId))
  // Asked with every request: built once.
  const byHash = select()
    .where(
      and(
        eq(apiKeys.keyHash, sql.placeholder('keyHash')),
        isNull(apiKeys.revokedAt),
        gt(apiKeys.expiresAt, sql.placeholder('at')),
        eq(users.status, 'active'),
      ),
    )
    .prepare()
  const find = (name: string): ApiKey | null =>
    fromRow(select().where(eq(apiKeys.name, name)).get())
  const record = (act: EventAct, name: string): ApiKey => {
    const key = find(name) ?? fail(name)
    events.append({ act, subject: describe(key) })
    return key
  }
  return {
    all: () =>
      select()
        .orderBy(apiKeys.name)
        .all()
        .flatMap((row) => fromRow(row) ?? []),
    byHash: (keyHash, at) => fromRow(byHash.get({ keyHash, at: at.toISOString() })),
    touch: (name, at) =>
      void db.update(apiKeys).set({ lastUsedAt: at }).where(eq(apiKeys.name, name)).run(),
    make: ({ at, grant, ...values }) =>
      write(() => {
        if (find(values.name) !== null) throw exists(values.name)
        db.insert(apiKeys)
          .values({ ...values, ...grant, createdAt: at })
          .run()
        return record('api-key-made', values.name)
      }),
    revoke: (name, at) =>
      write(() => {
        const key = find(name) ?? fail(name)
        if (key.revokedAt !== null) return key
        db.update(apiKeys).set({ revokedAt: at }).where(eq(apiKeys.name, name)).run()
        return record('api-key-revoked', name)
      }),
  }
}

/** In the transaction that disables a user, whose event tells it. */
export function revokeKeysOf(db: Db, userId: string, at: Date): void {
  const isLive = and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt))
  db.update(apiKeys).set({ revokedAt: at }).where(isLive).run()
}

interface Row {
  readonly key: typeof apiKeys.$inferSelect
  readonly user: string
}

function fromRow(row: Row | undefined): ApiKey | null {
  if (row === undefined) return null
  const { name, userId, list, role, createdAt, expiresAt, lastUsedAt, revokedAt } = row.key
  const times = { createdAt, expiresAt, lastUsedAt, revokedAt }
  return { name, user: row.user, userId, grant: { list, role }, ...times }
}

function describe({ name, user, grant, expiresAt }: ApiKey): EventSubject {
  return { key: name, user, ...grant, expiresAt: expiresAt.toISOString() }
}

function exists(name: string): Fault {
  return new Fault(
    'api-key/exists',
    `expected a new name, got ${JSON.stringify(name)}, which is taken: names of keys are never given again`,
  )
}

function fail(name: string): never {
  throw new Fault(
    'api-key/not-found',
    `expected the name of an API key, got ${JSON.stringify(name)}: «bailiwick api-key ls» names them all`,
  )
}
