import { Fault } from '../../core/fault.ts'
import { ALL_LISTS, type Person, type RoleGrant } from '../../core/person.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import {
  isForAllLists,
  parseEmail,
  parseOrganisationKind,
  parseOrganisationName,
  parseUserName,
} from '../../curation/parse-person.ts'
import type { Organisation } from '../../store/organisation-store.ts'
import type { Store } from '../../store/open-store.ts'
import type { Passkey } from '../../store/passkey-store.ts'
import type { User } from '../../store/user-store.ts'
import type { ListOptions } from '../user-lists.ts'
import { findOrganisation, newInvitation, newUserId, parseGrants } from '../user-terms.ts'
import { findUser } from './find-user.ts'

/** Who manages users, and where: in a store that records acts as that person's. */
export interface Managing {
  readonly store: Store
  readonly person: Person
  readonly at: Date
}

/** A user, and the code of a new invitation, which is told once. */
export interface Invited {
  readonly user: User
  readonly code: string
  readonly until: Date
}

/** Throws `user/refused`, unless the person may manage the users of all these lists; of none: of all there are. */
function assertMayManage(person: Person, lists: readonly string[]): void {
  for (const list of lists.length === 0 ? [ALL_LISTS] : lists) {
    assertMayAct(person, 'manage-users', list)
  }
}

export interface NewUserRequest extends ListOptions {
  readonly name: string
  readonly organisation: string
  readonly role: string
  readonly email?: string
}

/** Adds a user with a role, invited to choose a password. Throws `user/…`, `organisation/not-found`, `usage/invalid`. */
export function addUser({ store, person, at }: Managing, request: NewUserRequest): Invited {
  // First, so that nobody learns from what else is wrong which lists and organisations there are.
  assertMayManage(person, request.list ?? [])
  const name = parseUserName(request.name)
  const email = request.email === undefined ? null : parseEmail(request.email)
  // Without a list named, roles by which nothing is decided are for all of them.
  const isForAll = request.list === undefined && isForAllLists(request.role)
  const { code, invitation } = newInvitation(at)
  const user = store.write(() => {
    const roles = parseGrants(store, isForAll ? { ...request, allLists: true } : request)
    assertMayManage(
      person,
      roles.map(({ list }) => list),
    )
    const organisation = findOrganisation(store, request.organisation)
    const terms = { name, email, roles, invitation, organisationId: organisation.id, at }
    return store.users.add({ id: newUserId(), ...terms })
  })
  return { user, code, until: invitation.until }
}

export interface UserChange {
  /** Empty: none from now on. */
  readonly email?: string
  readonly organisation?: string
}

/** Throws `user/…`, `organisation/not-found`. */
export function changeUser(
  managing: Managing,
  { name, email, organisation }: UserChange & { readonly name: string },
): User {
  const contact = email === undefined ? {} : { email: email === '' ? null : parseEmail(email) }
  return manage(managing, name, ({ store, at }) => {
    const home =
      organisation === undefined ? {} : { organisationId: findOrganisation(store, organisation).id }
    return store.users.change(name, { ...contact, ...home, at })
  })
}

/** Ends all sessions and keys of a user, or lets it sign in again. Throws `user/…`. */
export function switchUser(managing: Managing, verb: 'disable' | 'enable', name: string): User {
  return manage(managing, name, ({ store, at }) => store.users[verb](name, at))
}

/** Takes password, second factor and sessions away, and gives a code to choose a new password with. Throws `user/…`. */
export function inviteUser(managing: Managing, name: string): Invited {
  const { code, invitation } = newInvitation(managing.at)
  const user = manage(managing, name, ({ store, at }) => store.users.invite(name, invitation, at))
  return { user, code, until: invitation.until }
}

/** Takes a passkey from a user, and ends what passkeys of the user began. Throws `user/…`, `passkey/not-found`. */
export function removePasskey(managing: Managing, name: string, number: number): Passkey {
  return manage(managing, name, ({ store }, { id }) => {
    const removed = store.passkeys.remove(id, number)
    if (removed !== null) return removed
    throw new Fault(
      'passkey/not-found',
      `expected the number of a passkey of ${JSON.stringify(name)}, got ${number}: «bailiwick user passkey ls ${name}» shows them`,
    )
  })
}

/** Gives or takes a role, for each of the lists. Throws `user/…`, `usage/invalid`. */
export function changeRoles(
  { store, person }: Managing,
  verb: 'give' | 'take',
  { name, ...wanted }: ListOptions & { readonly name: string; readonly role: string },
): User {
  assertMayManage(person, wanted.list ?? [])
  return store.write(() => {
    findUser(store, name)
    const grants = parseGrants(store, wanted)
    assertMayManage(
      person,
      grants.map(({ list }) => list),
    )
    const change = (grant: RoleGrant): User =>
      verb === 'give' ? store.users.giveRole(name, grant) : store.users.takeRole(name, grant)
    for (const grant of grants) change(grant)
    return findUser(store, name)
  })
}

/** Throws `user/refused`, `organisation/invalid`, `organisation/exists`. */
export function addOrganisation(
  { store, person, at }: Managing,
  request: { readonly name: string; readonly kind: string },
): Organisation {
  const name = parseOrganisationName(request.name)
  const kind = parseOrganisationKind(request.kind)
  assertMayManage(person, [])
  return store.organisations.add({ name, kind, at })
}

/** With a user whom the person may manage: a user stands under whoever administers all of its lists. Throws `user/not-found`, `user/refused`. */
export function manage<T>(
  managing: Managing,
  name: string,
  work: (managing: Managing, user: User) => T,
): T {
  const { store, person } = managing
  return store.write(() => {
    const user = findUser(store, name)
    assertMayManage(
      person,
      user.roles.map(({ list }) => list),
    )
    return work(managing, user)
  })
}

/** What is looked at before it is changed is what it was: throws `request/changed` else. */
export function assertSeen(what: string, now: string, seen: string | null): void {
  if (seen === null || now === seen) return
  throw new Fault(
    'request/changed',
    `expected ${what} as it was seen, got one that was changed since: look again`,
  )
}
