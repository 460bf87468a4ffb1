import { and, eq, isNull, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core'
import type { EventAct, EventSubject } from '../core/event.ts'
import { Fault } from '../core/fault.ts'
import { catalogSerialAt, nextCatalogSerial } from './catalog-serials.ts'
import type { Recorder } from './event-store.ts'
import { subscribers } from './schema.ts'
import { keyTable, type KeyTable, type NewKey, type SubscriberKey } from './subscriber-keys.ts'

export type { NewKey, SubscriberKey } from './subscriber-keys.ts'

/** Who may fetch which lists, over HTTP by a token and over DNS by a key. The token itself is never stored; a key must be. */
export interface Subscriber extends SubscriberTerms {
  readonly name: string
  readonly tokenHash: string
  /** The token before the last rotation; good until `oldTokenUntil`, and no longer. */
  readonly oldTokenHash: string | null
  readonly oldTokenUntil: Date | null
  readonly createdAt: Date
  readonly rotatedAt: Date | null
  readonly revokedAt: Date | null
  /** Those that were not revoked, newest first. */
  readonly keys: readonly SubscriberKey[]
  /** The serial of its catalog zone: grows whenever the zones of its lists may have become others. */
  readonly catalogSerial: number
}

/** What a subscriber is given, as the administrator chooses. */
export interface SubscriberTerms {
  /** Ids of the lists that it is entitled to. */
  readonly lists: readonly string[]
  /** How its resolvers are known when they ask for a zone: by its keys, or by where they ask from. */
  readonly transfer: 'tsig' | 'networks'
  /** Canonical addresses and networks; with keys a further condition. */
  readonly networks: readonly string[]
  /** Where its secondaries are told of new serials. */
  readonly notify: readonly string[]
}

/** New credentials, and how long those before go on working. */
export interface Rotation {
  readonly tokenHash: string
  /** Null for a subscriber known by its networks. */
  readonly key: NewKey | null
  readonly at: Date
  /** Null: the old token works no longer. */
  readonly oldTokenUntil: Date | null
  /** Null: the old key works until it is revoked. */
  readonly oldKeyUntil: Date | null
}

export interface SubscriberStore {
  /** Faults: `subscriber/exists`. */
  readonly add: (
    subscriber: SubscriberTerms & {
      readonly name: string
      readonly tokenHash: string
      readonly key: NewKey | null
      readonly at: Date
    },
  ) => Subscriber
  /** All, also the revoked ones, by name. */
  readonly all: () => Subscriber[]
  readonly find: (name: string) => Subscriber | null
  /** The subscriber whose newest token it is, unless it was revoked. */
  readonly byTokenHash: (tokenHash: string) => Subscriber | null
  /** Other terms; without `key` the keys stay, with null they are revoked. Faults: `subscriber/not-found`, also for a revoked one. */
  readonly set: (
    name: string,
    terms: Partial<SubscriberTerms> & { readonly key?: NewKey | null; readonly at: Date },
  ) => Subscriber
  /** Its tokens and keys are refused from now on. Faults: `subscriber/not-found`. */
  readonly revoke: (name: string, at: Date) => Subscriber
  /** A new token and key; of keys before the newest none goes on. Faults: `subscriber/not-found`, also for a revoked one. */
  readonly rotate: (name: string, rotation: Rotation) => Subscriber
  /** The token and the keys before the last rotation are refused from now on. Faults: `subscriber/not-found`. */
  readonly revokeOld: (name: string, at: Date) => Subscriber
}

type Db = BetterSQLite3Database
type Row = typeof subscribers.$inferSelect

export function subscriberStore(
  db: Db,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): SubscriberStore {
  const keys = keyTable(db)
  const record: Record = (act, subscriber) => {
    events.append({ act, subject: describe(subscriber) })
    return subscriber
  }
  const changeAs = (act: EventAct): Change =>
    changing(db, keys, (work) => write(() => record(act, work())))
  return {
    ...subscriberQueries(db, keys),
    add: ({ name, tokenHash, key, at, ...terms }) =>
      write(() => {
        const catalogSerial = catalogSerialAt(at)
        const row = db
          .insert(subscribers)
          .values({ name, tokenHash, ...terms, catalogSerial, createdAt: at.toISOString() })
          .onConflictDoNothing({ target: subscribers.name })
          .returning()
          .get() as Row | undefined
        if (row === undefined) throw exists(name)
        if (key !== null) keys.add(row.id, key, at)
        return record('subscriber-added', fromRow(row, keys.live(row.id)))
      }),
    set: (name, { key, at, ...terms }) =>
      changeAs('subscriber-changed')(
        name,
        { ...terms, catalogSerial: nextCatalogSerial(at) },
        (rowId) => {
          if (key !== undefined) keys.revoke(rowId, at)
          if (key !== undefined && key !== null) keys.add(rowId, key, at)
        },
      ),
    revoke: (name, at) =>
      changeAs('subscriber-revoked')(
        name,
        { revokedAt: at.toISOString(), ...NO_OLD_TOKEN },
        (rowId) => keys.revoke(rowId, at),
      ),
    revokeOld: (name, at) =>
      changeAs('subscriber-old-revoked')(name, NO_OLD_TOKEN, (rowId) =>
        keys.revoke(rowId, at, { but: keys.live(rowId)[0]?.name ?? null }),
      ),
    rotate: (name, { tokenHash, key, at, oldTokenUntil, oldKeyUntil }) =>
      changeAs('subscriber-rotated')(
        name,
        {
          tokenHash,
          rotatedAt: at.toISOString(),
          oldTokenHash: oldTokenUntil === null ? null : sql`token_hash`,
          oldTokenUntil: oldTokenUntil?.toISOString() ?? null,
        },
        (rowId) => {
          if (key !== null) rotateKey(keys, rowId, { key, at, oldKeyUntil })
        },
      ),
  }
}

type Record = (act: EventAct, subscriber: Subscriber) => Subscriber

/** What an event says of a subscriber: its terms and the names of its keys, never a secret. */
function describe({ name, lists, transfer, networks, notify, keys }: Subscriber): EventSubject {
  return { subscriber: name, lists, transfer, networks, notify, keys: keys.map((key) => key.name) }
}

const NO_OLD_TOKEN = { oldTokenHash: null, oldTokenUntil: null }

/** The newest goes on beside the new one, those before it end. */
function rotateKey(
  keys: KeyTable,
  rowId: number,
  {
    key,
    at,
    oldKeyUntil,
  }: Pick<Rotation, 'at' | 'oldKeyUntil'> & {
    readonly key: NewKey
  },
): void {
  const newest = keys.live(rowId)[0]?.name ?? null
  keys.revoke(rowId, at, { but: newest })
  if (newest !== null) keys.end(newest, oldKeyUntil)
  keys.add(rowId, key, at)
}

function subscriberQueries(
  db: Db,
  keys: KeyTable,
): Pick<SubscriberStore, 'all' | 'find' | 'byTokenHash'> {
  // Asked with every request: built once.
  const byHash = db
    .select()
    .from(subscribers)
    .where(
      and(eq(subscribers.tokenHash, sql.placeholder('tokenHash')), isNull(subscribers.revokedAt)),
    )
    .prepare()
  const withKeys = (row: Row | undefined): Subscriber | null =>
    row === undefined ? null : fromRow(row, keys.live(row.id))
  return {
    all: () => {
      const rows = db.select().from(subscribers).orderBy(subscribers.name).all()
      const live = keys.allLive()
      return rows.map((row) => fromRow(row, live.get(row.id) ?? []))
    },
    find: (name) => withKeys(db.select().from(subscribers).where(eq(subscribers.name, name)).get()),
    byTokenHash: (tokenHash) => withKeys(byHash.get({ tokenHash })),
  }
}

type Change = (
  name: string,
  values: SQLiteUpdateSetSource<typeof subscribers>,
  work?: (rowId: number) => void,
) => Subscriber

/** Changes one subscriber that is not revoked, and with it what `work` does, or nothing. */
function changing(db: Db, keys: KeyTable, write: (work: () => Subscriber) => Subscriber): Change {
  return (name, values, work) =>
    write(() => {
      const row = db
        .update(subscribers)
        .set(values)
        .where(and(eq(subscribers.name, name), isNull(subscribers.revokedAt)))
        .returning()
        .get() as Row | undefined
      if (row === undefined) throw notFound(name)
      work?.(row.id)
      return fromRow(row, keys.live(row.id))
    })
}

function exists(name: string): Fault {
  return new Fault(
    'subscriber/exists',
    `expected a new name, got ${JSON.stringify(name)}, which is taken: rotate its token, or choose another name`,
  )
}

function notFound(name: string): Fault {
  return new Fault(
    'subscriber/not-found',
    `expected a subscriber that is not revoked, got ${JSON.stringify(name)}: «bailiwick subscriber ls» names them all`,
  )
}

function fromRow(row: Row, keys: readonly SubscriberKey[]): Subscriber {
  const { name, tokenHash, oldTokenHash, lists, transfer, networks, notify, catalogSerial } = row
  return {
    ...{ name, tokenHash, oldTokenHash, lists, transfer, networks, notify, catalogSerial, keys },
    oldTokenUntil: dateOrNull(row.oldTokenUntil),
    createdAt: new Date(row.createdAt),
    rotatedAt: dateOrNull(row.rotatedAt),
    revokedAt: dateOrNull(row.revokedAt),
  }
}

function dateOrNull(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}
