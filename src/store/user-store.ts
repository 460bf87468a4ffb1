import { and, eq } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { EventAct, EventSubject } from '../core/event.ts'
import { Fault } from '../core/fault.ts'
import { ALL_LISTS, printGrant, type RoleGrant } from '../core/person.ts'
import { revokeKeysOf } from './api-key-store.ts'
import type { Recorder } from './event-store.ts'
import { userRoles, users } from './people-schema.ts'
import { endSessions, forgetEnded, forgetSignIn } from './sign-in-rows.ts'
import { isInvited, userQueries, type User, type UserQueries } from './user-queries.ts'

export type { User } from './user-queries.ts'

/** With its code, whose hash it has, a user chooses a password, once. */
export interface Invitation {
  readonly hash: string
  readonly until: Date
}

export interface NewUser {
  readonly id: string
  readonly name: string
  readonly organisationId: number
  readonly email: string | null
  readonly roles: readonly RoleGrant[]
  readonly invitation: Invitation
  readonly at: Date
}

export interface UserStore extends UserQueries {
  /** Faults: `user/exists`, `user/last-administrator` when the first of all is not an administrator of all lists. */
  readonly add: (user: NewUser) => User
  /** Faults, as of all below: `user/not-found`. */
  readonly change: (
    name: string,
    change: { readonly email?: string | null; readonly organisationId?: number; readonly at: Date },
  ) => User
  /** Ends sessions, revokes API keys, and takes the invitation back. Does nothing the second time. Faults: `user/last-administrator`. */
  readonly disable: (name: string, at: Date) => User
  /** Does nothing for who is active already. */
  readonly enable: (name: string, at: Date) => User
  /** Takes password, second factor, passkeys and sessions away, and invites anew. Faults: `user/disabled`. */
  readonly invite: (name: string, invitation: Invitation, at: Date) => User
  /** Does nothing for a role that is there already. Faults: `user/disabled`. */
  readonly giveRole: (name: string, grant: RoleGrant) => User
  /** Faults: `user/invalid` where it isn't there, `user/last-administrator`. */
  readonly takeRole: (name: string, grant: RoleGrant) => User
  /**
   * Records a sign-in, or a change that a user made to its own; `how` is what was used or changed. To be called where it is done, by the
   * user's id.
   */
  readonly noteSignIn: (id: string, act: 'signed-in' | 'user-changed', how: string) => void
  /** Uses the invitation up. False where it is not that one any more. */
  readonly acceptInvitation: (id: string, hash: string, at: Date) => boolean
}

type Db = BetterSQLite3Database

export function userStore(
  db: Db,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): UserStore {
  const queries = userQueries(db)
  const get = (name: string): User => queries.find(name) ?? fail(notFound(name))
  const record = (act: EventAct, name: string, more: EventSubject = {}): User => {
    const user = get(name)
    assertAdministrator(queries.all())
    events.append({ act, subject: { ...describeUser(user), ...more } })
    return user
  }
  const set = (name: string, values: Partial<typeof users.$inferInsert>): void =>
    void db.update(users).set(values).where(eq(users.name, name)).run()
  const deps = { write, get, record, set }
  return {
    ...queries,
    add: (user) => write(() => record('user-added', insertUser(db, queries, user))),
    change: (name, { at, email, organisationId }) =>
      write(() => {
        get(name)
        const contact = email === undefined ? {} : { contact: email }
        const organisation = organisationId === undefined ? {} : { organisationId }
        if (email !== undefined && email !== null) assertOwnEmail(queries.all(), name, email)
        set(name, { ...contact, ...organisation, updatedAt: at })
        return record('user-changed', name, {
          change: [
            ...(email === undefined ? [] : ['address']),
            ...(organisationId === undefined ? [] : ['organisation']),
          ].join(' '),
        })
      }),
    ...statusChanges(db, deps),
    ...roleChanges(db, deps),
    noteSignIn: (id, act, how) =>
      write(() => {
        const user = queries.byId(id) ?? fail(notFound(id))
        const told = act === 'signed-in' ? { by: how } : { change: how }
        const subject = { ...describeUser(user), ...told }
        const event = events.append({ act, actor: user.name, subject })
        forgetEnded(db, new Date(event.at))
      }),
    acceptInvitation: (id, hash, at) =>
      write(() => {
        const { changes } = db
          .update(users)
          .set({ ...NO_INVITATION, updatedAt: at })
          .where(and(eq(users.id, id), isInvited(hash, at)))
          .run()
        return changes === 1
      }),
  }
}

const NO_INVITATION = { invitationHash: null, invitedUntil: null }

interface ChangeDeps {
  readonly write: Recorder['write']
  readonly get: (name: string) => User
  readonly record: (act: EventAct, name: string, more?: EventSubject) => User
  readonly set: (name: string, values: Partial<typeof users.$inferInsert>) => void
}

function statusChanges(
  db: Db,
  { write, get, record, set }: ChangeDeps,
): Pick<UserStore, 'disable' | 'enable' | 'invite'> {
  return {
    disable: (name, at) =>
      write(() => {
        const user = get(name)
        if (user.status === 'disabled') return user
        const { id } = user
        set(name, { status: 'disabled', disabledAt: at, ...NO_INVITATION, updatedAt: at })
        endSessions(db, id)
        revokeKeysOf(db, id, at)
        return record('user-disabled', name)
      }),
    enable: (name, at) =>
      write(() => {
        const user = get(name)
        if (user.status === 'active') return user
        set(name, { status: 'active', disabledAt: null, updatedAt: at })
        return record('user-changed', name, { change: 'enabled' })
      }),
    invite: (name, { hash, until }, at) =>
      write(() => {
        const { id } = active(get(name))
        forgetSignIn(db, id)
        const invitation = { invitationHash: hash, invitedUntil: until }
        set(name, { ...invitation, secondFactor: false, updatedAt: at })
        return record('user-changed', name, { change: 'invited' })
      }),
  }
}

function roleChanges(
  db: Db,
  { write, get, record }: ChangeDeps,
): Pick<UserStore, 'giveRole' | 'takeRole'> {
  return {
    giveRole: (name, grant) =>
      write(() => {
        const user = active(get(name))
        if (hasGrant(user, grant)) return user
        db.insert(userRoles)
          .values({ userId: user.id, ...grant })
          .run()
        return record('role-given', name, { ...grant })
      }),
    takeRole: (name, grant) =>
      write(() => {
        const user = get(name)
        if (!hasGrant(user, grant)) throw notHeld(user, grant)
        db.delete(userRoles).where(isGrant(user.id, grant)).run()
        return record('role-taken', name, { ...grant })
      }),
  }
}

function isGrant(userId: string, { list, role }: RoleGrant) {
  return and(eq(userRoles.userId, userId), eq(userRoles.list, list), eq(userRoles.role, role))
}

function insertUser(db: Db, { all }: UserQueries, user: NewUser): string {
  const { id, name, organisationId, email, roles, invitation, at } = user
  const known = all()
  const same = known.find((one) => one.name.toLowerCase() === name.toLowerCase())
  if (same !== undefined) throw exists(name, same.name)
  if (email !== null) assertOwnEmail(known, name, email)
  db.insert(users)
    .values({
      ...{ id, name, organisationId, signIn: signInName(name), contact: email },
      ...{ invitationHash: invitation.hash, invitedUntil: invitation.until },
      ...{ createdAt: at, updatedAt: at },
    })
    .run()
  for (const grant of roles) {
    db.insert(userRoles)
      .values({ userId: id, ...grant })
      .run()
  }
  return name
}

/** A name as the sign-in library takes it: an address, whatever letters the name has, that can't be anybody's (RFC 6761 §6.4). */
export function signInName(name: string): string {
  return `${Buffer.from(name.toLowerCase()).toString('hex')}@users.invalid`
}

/** What an event says of a user. Never an address: what stands in the chain can't be erased. */
export function describeUser({ name, organisation, status, roles }: User): EventSubject {
  return {
    user: name,
    organisation: organisation.name,
    status,
    roles: roles.map(({ list, role }) => ({ list, role })),
  }
}

function hasGrant({ roles }: User, { list, role }: RoleGrant): boolean {
  return roles.some((grant) => grant.list === list && grant.role === role)
}

/** With nobody left who may give roles, only a forged database could. */
function assertAdministrator(known: readonly User[]): void {
  const administrator = { list: ALL_LISTS, role: 'administrator' } as const
  if (known.some((user) => user.status === 'active' && hasGrant(user, administrator))) return
  throw new Fault(
    'user/last-administrator',
    'expected an active administrator of all lists to remain, got none: make another first («bailiwick user add NAME --role administrator --all-lists»)',
  )
}

function assertOwnEmail(known: readonly User[], name: string, email: string): void {
  const other = known.find((one) => one.email === email && one.name !== name)
  if (other === undefined) return
  throw new Fault(
    'user/exists',
    `expected an address of nobody else's, got ${JSON.stringify(email)}, which is that of ${JSON.stringify(other.name)}`,
  )
}

function active(user: User): User {
  if (user.status === 'active') return user
  throw new Fault(
    'user/disabled',
    `expected an active user, got ${JSON.stringify(user.name)}, who is disabled: «bailiwick user enable ${user.name}»`,
  )
}

function exists(name: string, same: string): Fault {
  return new Fault(
    'user/exists',
    `expected a new name, got ${JSON.stringify(name)}: there is ${JSON.stringify(same)}, and names are never given again`,
  )
}

function notFound(name: string): Fault {
  return new Fault(
    'user/not-found',
    `expected the name of a user, got ${JSON.stringify(name)}: «bailiwick user ls» names them all`,
  )
}

function notHeld({ name }: User, grant: RoleGrant): Fault {
  return new Fault(
    'user/invalid',
    `expected a role that ${JSON.stringify(name)} has, got ${printGrant(grant)}`,
  )
}

function fail(fault: Fault): never {
  throw fault
}
