import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { EventAct } from '../core/event.ts'
import { Fault } from '../core/fault.ts'
import type { Recorder } from './event-store.ts'
import { userIdentities } from './identity-schema.ts'
import { users } from './people-schema.ts'
import { endSingleSignOn } from './sign-in-rows.ts'

/** Somebody as an issuer of OpenID Connect knows them: its URL, and its `sub`. */
export interface Identity {
  readonly issuer: string
  readonly subject: string
}

export interface LinkedIdentity extends Identity {
  readonly linkedAt: Date
}

/** Who links, if it isn't whoever opened the store, and when. */
export interface Linking {
  readonly actor?: string
  readonly at: Date
}

export interface IdentityStore {
  /** Of a user, in the order in which they were linked. */
  readonly ofUser: (userId: string) => LinkedIdentity[]
  /** The id of the user whose identity it is, who may be disabled. */
  readonly userOf: (identity: Identity) => string | null
  /** Does nothing where it is that user's already. Faults: `identity/exists`, `user/not-found`, `user/disabled`. */
  readonly link: (userId: string, identity: Identity, linking: Linking) => void
  /** Ends the sessions that were begun by another's word, too. Faults: `identity/not-found`. */
  readonly unlink: (userId: string, identity: Identity, actor?: string) => void
}

type Db = BetterSQLite3Database

export function identityStore(
  db: Db,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): IdentityStore {
  const userOf: IdentityStore['userOf'] = (identity) =>
    db
      .select({ userId: userIdentities.userId })
      .from(userIdentities)
      .where(isIdentity(identity))
      .get()?.userId ?? null
  const record = (act: EventAct, user: string, identity: Identity, actor?: string): void => {
    const subject = { user, issuer: identity.issuer, identity: digestIdentity(identity) }
    events.append({ act, ...(actor !== undefined && { actor }), subject })
  }
  return {
    userOf,
    ofUser: (userId) =>
      db
        .select()
        .from(userIdentities)
        .where(eq(userIdentities.userId, userId))
        .orderBy(userIdentities.id)
        .all()
        .map(({ issuer, subject, linkedAt }) => ({
          ...{ issuer, subject, linkedAt: new Date(linkedAt) },
        })),
    link: (userId, identity, { actor, at }) =>
      write(() => {
        const name = activeName(db, userId)
        const known = userOf(identity)
        if (known === userId) return
        if (known !== null) throw exists(identity)
        const { issuer, subject } = identity
        db.insert(userIdentities)
          .values({ userId, issuer, subject, linkedAt: at.toISOString() })
          .run()
        record('identity-linked', name, identity, actor)
      }),
    unlink: (userId, identity, actor) =>
      write(() => {
        const isOwn = and(eq(userIdentities.userId, userId), isIdentity(identity))
        const { changes } = db.delete(userIdentities).where(isOwn).run()
        if (changes === 0) throw notFound(identity)
        endSingleSignOn(db, userId)
        record('identity-unlinked', find(db, userId).name, identity, actor)
      }),
  }
}

/**
 * What an event says of an identity: SHA-256 over the issuer's URL, a line feed and the subject. Whoever knows both finds it; what stands in the
 * chain can't be erased, and a subject may be an address.
 */
export function digestIdentity({ issuer, subject }: Identity): string {
  return createHash('sha256').update(`${issuer}\n${subject}`).digest('hex')
}

function isIdentity({ issuer, subject }: Identity) {
  return and(eq(userIdentities.issuer, issuer), eq(userIdentities.subject, subject))
}

function find(db: Db, userId: string): { readonly name: string; readonly status: string } {
  const { name, status } = users
  const found = db.select({ name, status }).from(users).where(eq(users.id, userId)).get()
  if (found !== undefined) return found
  throw new Fault('user/not-found', 'expected a user, got none')
}

function activeName(db: Db, userId: string): string {
  const { name, status } = find(db, userId)
  if (status === 'active') return name
  throw new Fault(
    'user/disabled',
    `expected an active user, got ${JSON.stringify(name)}, who is disabled`,
  )
}

/** Never whose: whoever links need not know of that user. */
function exists({ issuer, subject }: Identity): Fault {
  return new Fault(
    'identity/exists',
    `expected an identity of nobody else's, got ${JSON.stringify(subject)} of ${JSON.stringify(issuer)}, which is linked to another user: «bailiwick user unlink» takes it from there`,
  )
}

function notFound({ issuer, subject }: Identity): Fault {
  return new Fault(
    'identity/not-found',
    `expected an identity of that user, got ${JSON.stringify(subject)} of ${JSON.stringify(issuer)}`,
  )
}
