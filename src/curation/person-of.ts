import { holdsRole, type Person, type RoleGrant } from '../core/person.ts'

/** A user as it is stored, as far as it matters for who may act. */
export interface KnownUser {
  readonly id: string
  readonly name: string
  readonly organisation: Person['organisation']
  readonly roles: readonly RoleGrant[]
}

/** The user, with all its roles. */
export function personOf({ id, name, organisation, roles }: KnownUser): Person {
  return { id, name, organisation, roles }
}

/** What the user may do by an API key: the one role that the key is for, as long as the user has it. */
export function personOfKey(user: KnownUser, grant: RoleGrant): Person {
  return { ...personOf(user), roles: holdsRole(user.roles, grant) ? [grant] : [], isKey: true }
}
