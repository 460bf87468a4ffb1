import { and, eq, gt, sql, type SQL } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { RoleGrant } from '../core/person.ts'
import { organisations, userRoles, users } from './people-schema.ts'
import { hasPassword } from './sign-in-rows.ts'

/** Somebody who may act here, now or formerly. */
export interface User {
  readonly id: string
  readonly name: string
  readonly organisation: { readonly id: number; readonly name: string }
  readonly email: string | null
  readonly status: 'active' | 'disabled'
  /** By list, then role. */
  readonly roles: readonly RoleGrant[]
  readonly hasPassword: boolean
  readonly hasSecondFactor: boolean
  /** Until when a password may be chosen with the newest invitation; null when there is none that waits. */
  readonly invitedUntil: Date | null
  readonly createdAt: Date
  readonly disabledAt: Date | null
}

export interface UserQueries {
  /** Whether there has never been one: then the owner of the data folder acts without. */
  readonly isEmpty: () => boolean
  /** By name, also the disabled. */
  readonly all: () => User[]
  readonly find: (name: string) => User | null
  readonly byId: (id: string) => User | null
  /** An active user whose invitation has that hash and has not ended. */
  readonly byInvitation: (hash: string, at: Date) => User | null
}

type Db = BetterSQLite3Database

/** An active user's invitation of that hash, which has not ended. */
export function isInvited(hash: string, at: Date): SQL | undefined {
  return and(eq(users.invitationHash, hash), gt(users.invitedUntil, at), eq(users.status, 'active'))
}

/** Users as they stand. */
export function userQueries(db: Db): UserQueries {
  const select = () =>
    db
      .select({ user: users, organisation: organisations.name })
      .from(users)
      .innerJoin(organisations, eq(organisations.id, users.organisationId))
  // Asked with every request: built once.
  const byId = select()
    .where(eq(users.id, sql.placeholder('id')))
    .prepare()
  const rolesOf = db
    .select({ list: userRoles.list, role: userRoles.role })
    .from(userRoles)
    .where(eq(userRoles.userId, sql.placeholder('id')))
    .orderBy(userRoles.list, userRoles.role)
    .prepare()
  const any = db.select({ id: users.id }).from(users).limit(1).prepare()
  const complete = (row: Row | undefined): User | null =>
    row === undefined
      ? null
      : fromRow(row, rolesOf.all({ id: row.user.id }), hasPassword(db, row.user.id))
  return {
    isEmpty: () => any.get() === undefined,
    all: () =>
      select()
        .orderBy(users.name)
        .all()
        .flatMap((row) => complete(row) ?? []),
    find: (name) => complete(select().where(eq(users.name, name)).get()),
    byId: (id) => complete(byId.get({ id })),
    byInvitation: (hash, at) => complete(select().where(isInvited(hash, at)).get()),
  }
}

interface Row {
  readonly user: typeof users.$inferSelect
  readonly organisation: string
}

function fromRow(
  { user, organisation }: Row,
  roles: readonly RoleGrant[],
  isPasswordSet: boolean,
): User {
  const { id, name, contact, status, secondFactor, invitedUntil, createdAt, disabledAt } = user
  return {
    ...{ id, name, email: contact, status, roles, invitedUntil, createdAt, disabledAt },
    organisation: { id: user.organisationId, name: organisation },
    hasPassword: isPasswordSet,
    hasSecondFactor: secondFactor,
  }
}
