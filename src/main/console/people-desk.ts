import { printIssuer } from '../../console/single-sign-on/issuer-terms.ts'
import { tagOfView } from '../../console/api/tag-of-view.ts'
import type {
  ApiKeyView,
  InvitedView,
  OrganisationView,
  PasskeyView,
  PeopleDesk,
  SeenUser,
  UserView,
} from '../../console/ports/people.ts'
import { Fault } from '../../core/fault.ts'
import { ALL_LISTS, type Person } from '../../core/person.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { mayAct } from '../../curation/may-act.ts'
import type { ApiKey } from '../../store/api-key-store.ts'
import type { Organisation } from '../../store/organisation-store.ts'
import type { Passkey } from '../../store/passkey-store.ts'
import type { User } from '../../store/user-store.ts'
import { changeIdentity } from '../people/manage-identities.ts'
import { makeApiKey, revokeApiKey } from '../people/manage-keys.ts'
import {
  addOrganisation,
  addUser,
  assertSeen,
  changeRoles,
  changeUser,
  inviteUser,
  removePasskey,
  switchUser,
  type Invited,
  type Managing,
} from '../people/manage-users.ts'
import { findUser } from '../people/find-user.ts'
import type { DeskDeps } from './desk-deps.ts'

/** What people do with users, organisations and keys, by the same use cases as the commands. */
export function peopleDesk({ store, issuers }: Pick<DeskDeps, 'store' | 'issuers'>): PeopleDesk {
  const as = (person: Person, at: Date): Managing => ({ store: store.as(person.name), person, at })
  const { viewUser, viewInvited } = userViews({ store, issuers })
  const find = (person: Person, name: string): UserView => {
    const user = store.users.find(name)
    if (user !== null && isVisible(person, user)) return viewUser(person, user)
    throw notFound(name)
  }
  /** What is there for the person, and as it was seen; in the transaction of the change. */
  const change = <T>(person: Person, { user, seen }: SeenUser, work: () => T): T =>
    store.write(() => {
      assertSeen(`the user ${user}`, tagOfView(find(person, user)), seen)
      return work()
    })
  return {
    users: (person, { behind, limit }) => {
      const all = store.users.all().filter((user) => isVisible(person, user))
      if (all.length === 0) assertMayAct(person, 'read-users', ALL_LISTS)
      return all
        .filter(({ name }) => behind === null || name > behind)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .slice(0, limit)
        .map((user) => viewUser(person, user))
    },
    user: find,
    addUser: (person, { lists, ...request }, at) => {
      const wanted = lists === undefined ? { allLists: true } : { list: lists }
      return viewInvited(person, addUser(as(person, at), { ...request, ...wanted }))
    },
    changeUser: (person, { user: name, seen, ...wanted }, at) =>
      change(person, { user: name, seen }, () =>
        viewUser(person, changeUser(as(person, at), { ...wanted, name })),
      ),
    switchUser: (person, { status, ...seen }, at) =>
      change(person, seen, () => {
        const verb = status === 'active' ? 'enable' : 'disable'
        return viewUser(person, switchUser(as(person, at), verb, seen.user))
      }),
    inviteUser: (person, seen, at) =>
      change(person, seen, () => viewInvited(person, inviteUser(as(person, at), seen.user))),
    changeRole: (person, { verb, grant: { role, list }, ...seen }, at) =>
      change(person, seen, () => {
        const lists = list === ALL_LISTS ? { allLists: true } : { list: [list] }
        const request = { ...lists, role, name: seen.user }
        return viewUser(person, changeRoles(as(person, at), verb, request))
      }),
    changeIdentity: (person, { verb, identity, ...seen }, at) =>
      change(person, seen, () => {
        const request = { ...identity, name: seen.user }
        return viewUser(person, changeIdentity(as(person, at), verb, { request, issuers }))
      }),
    organisations: (person) => {
      assertReadsUsers(person)
      return store.organisations.all().map(viewOrganisation)
    },
    addOrganisation: (person, request, at) =>
      viewOrganisation(addOrganisation(as(person, at), request)),
    ...passkeyDesk({ store }, find),
    ...keyDesk({ store }),
  }
}

/** `find` throws where the person may not know of the user. */
function passkeyDesk(
  { store }: Pick<DeskDeps, 'store'>,
  find: (person: Person, name: string) => UserView,
): Pick<PeopleDesk, 'passkeys' | 'removePasskey'> {
  return {
    passkeys: (person, name) => {
      find(person, name)
      return store.passkeys.ofUser(findUser(store, name).id).map(viewPasskey)
    },
    removePasskey: (person, { user, passkey }, at) => {
      find(person, user)
      removePasskey({ store: store.as(person.name), person, at }, user, passkey)
    },
  }
}

type KeyDesk = Pick<PeopleDesk, 'apiKeys' | 'makeApiKey' | 'revokeApiKey'>

function keyDesk({ store }: Pick<DeskDeps, 'store'>): KeyDesk {
  const as = (person: Person, at: Date): Managing => ({ store: store.as(person.name), person, at })
  return {
    apiKeys: (person) =>
      store.apiKeys
        .all()
        .filter((key) => isKeyVisible(person, key))
        .map(viewKey),
    makeApiKey: (person, { list, ...request }, at) => {
      const lists = list === undefined ? { allLists: true } : { list }
      const { key, secret } = makeApiKey(as(person, at), { ...request, ...lists })
      return { apiKey: viewKey(key), key: secret }
    },
    revokeApiKey: (person, name, at) => {
      const key = store.apiKeys.all().find((one) => one.name === name)
      if (key === undefined || !isKeyVisible(person, key)) throw keyNotFound(name)
      return viewKey(revokeApiKey(as(person, at), name))
    },
  }
}

function notFound(name: string): Fault {
  return new Fault('user/not-found', `expected the name of a user, got ${JSON.stringify(name)}`)
}

function keyNotFound(name: string): Fault {
  const got = JSON.stringify(name)
  return new Fault('api-key/not-found', `expected the name of an API key, got ${got}`)
}

/** Whoever reads the users of a list sees all who have a role on it, and himself. */
function isVisible(person: Person, { id, roles }: User): boolean {
  const lists = [ALL_LISTS, ...roles.map(({ list }) => list)]
  return id === person.id || lists.some((list) => mayAct(person, 'read-users', list).allowed)
}

function isKeyVisible(person: Person, { userId, grant }: ApiKey): boolean {
  return userId === person.id || mayAct(person, 'read-users', grant.list).allowed
}

/** Of some list at least. */
function assertReadsUsers(person: Person): void {
  const isReader = person.roles.some(({ list }) => mayAct(person, 'read-users', list).allowed)
  if (!isReader) assertMayAct(person, 'read-users', ALL_LISTS)
}

interface UserViews {
  readonly viewUser: (person: Person, user: User) => UserView
  readonly viewInvited: (person: Person, invited: Invited) => InvitedView
}

/** Roles on lists that the person may not know of are left out. */
function userViews({ store, issuers }: Pick<DeskDeps, 'store' | 'issuers'>): UserViews {
  const viewUser: UserViews['viewUser'] = (person, user) => {
    const { name, organisation, email, status, roles, hasPassword, hasSecondFactor } = user
    const isKnown = ({ list }: User['roles'][number]): boolean =>
      user.id === person.id || mayAct(person, 'read-users', list).allowed
    const identities = store.identities.ofUser(user.id).map(({ issuer, subject, linkedAt }) => ({
      ...{ issuer: printIssuer(issuers, issuer), subject, linkedAt: linkedAt.toISOString() },
    }))
    return {
      ...{ name, organisation: organisation.name, email, status },
      roles: roles.filter(isKnown).map(({ list, role }) => ({ list, role })),
      ...{ hasPassword, hasSecondFactor, identities },
      invitedUntil: user.invitedUntil?.toISOString() ?? null,
      createdAt: user.createdAt.toISOString(),
      disabledAt: user.disabledAt?.toISOString() ?? null,
    }
  }
  return {
    viewUser,
    viewInvited: (person, { user, code, until }) => ({
      ...{ user: viewUser(person, user), code, until: until.toISOString() },
    }),
  }
}

function viewPasskey({ number, name, createdAt, lastUsedAt }: Passkey): PasskeyView {
  const used = lastUsedAt?.toISOString() ?? null
  return { passkey: number, name, createdAt: createdAt.toISOString(), lastUsedAt: used }
}

function viewOrganisation({ name, kind, createdAt }: Organisation): OrganisationView {
  return { name, kind, createdAt: createdAt.toISOString() }
}

function viewKey({ name, user, grant, ...times }: ApiKey): ApiKeyView {
  return {
    ...{ name, user, role: grant.role, list: grant.list },
    createdAt: times.createdAt.toISOString(),
    expiresAt: times.expiresAt.toISOString(),
    lastUsedAt: times.lastUsedAt?.toISOString() ?? null,
    revokedAt: times.revokedAt?.toISOString() ?? null,
  }
}
