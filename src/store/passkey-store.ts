import { and, eq } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { EventAct } from '../core/event.ts'
import { Fault } from '../core/fault.ts'
import type { Recorder } from './event-store.ts'
import { passkeys } from './people-schema.ts'
import { endPasskeySessions } from './sign-in-rows.ts'
import { userQueries } from './user-queries.ts'
import { describeUser } from './user-store.ts'

/** What a user signs in with instead of a password (WebAuthn). */
export interface Passkey {
  /** By which it is told of; what its authenticator calls it is long. */
  readonly number: number
  readonly userId: string
  readonly credentialId: string
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly string[]
  readonly name: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

export type NewPasskey = Omit<Passkey, 'number' | 'createdAt' | 'lastUsedAt'> & {
  readonly at: Date
}

export interface PasskeyStore {
  /** By number. */
  readonly ofUser: (userId: string) => Passkey[]
  readonly byCredential: (credentialId: string) => Passkey | null
  /** Null where the user has `most` already. Faults: `session/passkey` where somebody has it. */
  readonly add: (passkey: NewPasskey, most: number) => Passkey | null
  /**
   * Notes that it signed. `back`: its counter was at least that high before, so there are two of it; told in the chain, and nothing else changes.
   * `gone`: it was removed.
   */
  readonly use: (number: number, counter: number, at: Date) => 'used' | 'back' | 'gone'
  /** Ends every session that a passkey of that user has begun. `actor`: whoever opened the store, if left out. Null where the user has no such passkey. */
  readonly remove: (userId: string, number: number, actor?: string) => Passkey | null
}

type Db = BetterSQLite3Database

export function passkeyStore(
  db: Db,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): PasskeyStore {
  const users = userQueries(db)
  const select = () => db.select().from(passkeys)
  const one = (row: Row | undefined): Passkey | null => (row === undefined ? null : fromRow(row))
  const byCredential = (id: string): Passkey | null =>
    one(select().where(eq(passkeys.credentialId, id)).get())
  const ofUser = (userId: string): Passkey[] =>
    select().where(eq(passkeys.userId, userId)).orderBy(passkeys.id).all().map(fromRow)
  const byNumber = (number: number): Passkey | null =>
    one(select().where(eq(passkeys.id, number)).get())
  const record = (act: EventAct, { userId, number }: Passkey, actor?: string): void => {
    const user = users.byId(userId)
    if (user === null) throw new Error('expected the user of a passkey, got none')
    const subject = { ...describeUser(user), passkey: number }
    events.append({ act, subject, ...(actor !== undefined && { actor }) })
  }
  const nameOf = ({ userId }: Passkey): string | undefined => users.byId(userId)?.name
  return {
    ofUser,
    byCredential,
    add: (passkey, most) =>
      write(() => {
        if (byCredential(passkey.credentialId) !== null) throw known()
        if (ofUser(passkey.userId).length >= most) return null
        insert(db, passkey)
        const made = byCredential(passkey.credentialId)
        if (made === null) throw new Error('expected the passkey that was added, got none')
        record('passkey-added', made, nameOf(made))
        return made
      }),
    use: (number, counter, at) =>
      write(() => {
        const passkey = byNumber(number)
        if (passkey === null) return 'gone'
        if (isBack(passkey.counter, counter)) {
          record('passkey-refused', passkey)
          return 'back'
        }
        const isIt = eq(passkeys.id, number)
        db.update(passkeys).set({ counter, lastUsedAt: at }).where(isIt).run()
        return 'used'
      }),
    remove: (userId, number, actor) =>
      write(() => {
        const isIt = and(eq(passkeys.userId, userId), eq(passkeys.id, number))
        const passkey = one(select().where(isIt).get())
        if (passkey === null) return null
        db.delete(passkeys).where(isIt).run()
        endPasskeySessions(db, userId)
        record('passkey-removed', passkey, actor)
        return passkey
      }),
  }
}

function insert(db: Db, { at, publicKey, transports, ...values }: NewPasskey): void {
  const row = { ...values, publicKey: Buffer.from(publicKey), createdAt: at }
  db.insert(passkeys)
    .values({ ...row, transports: transports.join(' ') })
    .run()
}

/** Web Authentication §6.1.1: of one that counts, each signature has a higher number than the one before; 0 is of those that don't. */
function isBack(before: number, now: number): boolean {
  return (before > 0 || now > 0) && now <= before
}

type Row = typeof passkeys.$inferSelect

function fromRow({ id, transports, publicKey, ...row }: Row): Passkey {
  return {
    ...row,
    number: id,
    publicKey: new Uint8Array(publicKey),
    transports: transports === '' ? [] : transports.split(' '),
  }
}

function known(): Fault {
  return new Fault('session/passkey', 'expected a new passkey, got one that is known here')
}
