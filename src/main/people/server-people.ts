import type {
  ApiKeyView,
  IdentityView,
  InvitedView,
  MadeKeyView,
  OrganisationView,
  PasskeyView,
  UserView,
} from '../../console/ports/people.ts'
import { ALL_LISTS } from '../../core/person.ts'
import {
  isForAllLists,
  parseEmail,
  parseGrant,
  parseOrganisationKind,
  parseOrganisationName,
  parseUserName,
} from '../../curation/parse-person.ts'
import type { ApiClient } from '../../platform/api-client.ts'
import { apiPages } from '../api-pages.ts'
import { assertOneWay, type ListOptions } from '../user-lists.ts'
import type {
  InvitedUser,
  PeopleDeeds,
  ToldIdentity,
  ToldKey,
  ToldOrganisation,
  ToldPasskey,
  ToldUser,
} from './people-deeds.ts'

/** What commands do with people, at a server. What is typed is judged here in the words of the folder's commands; who may, and what there is, there. */
export function serverPeople(api: ApiClient): PeopleDeeds {
  const change = (name: string, asked: Changing): Promise<unknown> => changeSeen(api, name, asked)
  return {
    addUser: async ({ name, organisation, role, email, ...lists }) => {
      parseUserName(name)
      if (email !== undefined) parseEmail(email)
      const isForAll = lists.list === undefined && isForAllLists(role)
      const wanted = grantsOf(role, isForAll ? { allLists: true } : lists)
      const ids = wanted.flatMap(({ list }) => (list === ALL_LISTS ? [] : [list]))
      const said = { name, organisation, role, ...(email !== undefined && { email }) }
      const body = { ...said, ...(ids.length > 0 && { lists: ids }) }
      return invited((await api.ask({ method: 'POST', path: '/v1/users', body })) as InvitedView)
    },
    changeUser: async ({ name, ...body }) => {
      if (body.email !== undefined && body.email !== '') parseEmail(body.email)
      return toUser((await change(name, { method: 'PATCH', body })) as UserView)
    },
    switchUser: async (verb, name) => {
      const body = { status: verb === 'enable' ? 'active' : 'disabled' }
      return toUser((await change(name, { method: 'PUT', what: '/status', body })) as UserView)
    },
    inviteUser: async (name) =>
      invited((await change(name, { method: 'POST', what: '/invitation' })) as InvitedView),
    changeRoles: async (verb, { name, role, ...lists }) => {
      const what = verb === 'give' ? '/roles' : '/roles/taken'
      let user: UserView | null = null
      // Each on its own: where one is refused those before it are done, and to ask again changes nothing of them.
      for (const body of grantsOf(role, lists)) {
        user = (await change(name, { method: 'POST', what, body })) as UserView
      }
      if (user === null) throw new Error('expected lists, got none')
      return toUser(user)
    },
    users: async () => (await apiPages<UserView>(api, { path: '/v1/users' })).map(toUser),
    user: async (name) => {
      const { value } = await api.look(pathOf(name))
      const keys = await keysOf(api)
      return {
        user: toUser(value as UserView),
        apiKeys: keys.filter(({ user }) => user === name),
        identities: (value as UserView).identities.map(toIdentity),
      }
    },
    addOrganisation: async (request) => {
      const name = parseOrganisationName(request.name)
      const kind = parseOrganisationKind(request.kind)
      const asked = { method: 'POST', path: '/v1/organisations', body: { name, kind } } as const
      return toOrganisation((await api.ask(asked)) as OrganisationView)
    },
    organisations: async () => {
      const told = await api.ask({ method: 'GET', path: '/v1/organisations' })
      return (told as { readonly items: readonly OrganisationView[] }).items.map(toOrganisation)
    },
    ...serverDoors(api),
    ...serverKeys(api),
  }
}

type DoorDeeds = Pick<PeopleDeeds, 'changeIdentity' | 'passkeys' | 'removePasskey'>

/** How a user comes in, beside the password. */
function serverDoors(api: ApiClient): DoorDeeds {
  return {
    changeIdentity: async (verb, { name, ...body }) => {
      const what = verb === 'link' ? '/identities' : '/identities/unlinked'
      return toUser((await changeSeen(api, name, { method: 'POST', what, body })) as UserView)
    },
    passkeys: async (name) => toPasskeys(await api.ask({ method: 'GET', path: passkeysOf(name) })),
    removePasskey: async (name, number) => {
      const path = `${passkeysOf(name)}/${number}/removal`
      return toPasskeys(await api.ask({ method: 'POST', path }))
    },
  }
}

type KeyDeeds = Pick<PeopleDeeds, 'makeKey' | 'keys' | 'revokeKey'>

function serverKeys(api: ApiClient): KeyDeeds {
  return {
    makeKey: async ({ name, role, days, ...lists }) => {
      parseUserName(name)
      const { list, allLists } = lists
      const ids = { ...(list !== undefined && { list: [list] }), ...(allLists && { allLists }) }
      grantsOf(role, ids)
      const body = { name, role, days, ...(list !== undefined && { list }) }
      const made = await api.ask({ method: 'POST', path: '/v1/api-keys', body })
      const { apiKey, key: secret } = made as MadeKeyView
      return { key: toKey(apiKey), secret }
    },
    keys: () => keysOf(api),
    revokeKey: async (name) => {
      const path = `/v1/api-keys/${encodeURIComponent(name)}/revocation`
      return toKey((await api.ask({ method: 'POST', path })) as ApiKeyView)
    },
  }
}

function passkeysOf(name: string): string {
  return `${pathOf(name)}/passkeys`
}

function pathOf(name: string): string {
  return `/v1/users/${encodeURIComponent(name)}`
}

interface Changing {
  readonly method: 'PATCH' | 'PUT' | 'POST'
  readonly what?: string
  readonly body?: object
}

/** A change of a user as it is now. */
async function changeSeen(
  api: ApiClient,
  name: string,
  { method, what = '', body }: Changing,
): Promise<unknown> {
  const { tag } = await api.look(pathOf(name))
  const path = `${pathOf(name)}${what}`
  return api.ask({ method, path, ...(body && { body }), ...(tag !== null && { tag }) })
}

/** A role for each of the lists, of which the server knows whether they are there. Throws `usage/invalid`, `user/invalid`. */
function grantsOf(role: string, lists: ListOptions): ReturnType<typeof parseGrant>[] {
  return assertOneWay(lists).map((list) => parseGrant({ role, list }, [list]))
}

async function keysOf(api: ApiClient): Promise<readonly ToldKey[]> {
  const told = await api.ask({ method: 'GET', path: '/v1/api-keys' })
  return (told as { readonly items: readonly ApiKeyView[] }).items.map(toKey)
}

function invited({ user, code, until }: InvitedView): InvitedUser {
  return { user: toUser(user), code, until: new Date(until) }
}

function toIdentity({ linkedAt, ...same }: IdentityView): ToldIdentity {
  return { ...same, linkedAt: new Date(linkedAt) }
}

function toUser(view: UserView): ToldUser {
  const { name, organisation, email, status, roles, hasPassword, hasSecondFactor } = view
  return {
    ...{ name, organisation, email, status, roles, hasPassword, hasSecondFactor },
    ...{ invitedUntil: timeOf(view.invitedUntil), createdAt: new Date(view.createdAt) },
    disabledAt: timeOf(view.disabledAt),
  }
}

function toPasskeys(told: unknown): ToldPasskey[] {
  const { items } = told as { readonly items: readonly PasskeyView[] }
  return items.map(({ passkey, name, createdAt, lastUsedAt }) => ({
    ...{ passkey, name, createdAt: new Date(createdAt), lastUsedAt: timeOf(lastUsedAt) },
  }))
}

function toOrganisation({ name, kind, createdAt }: OrganisationView): ToldOrganisation {
  return { name, kind, createdAt: new Date(createdAt) }
}

function toKey({ name, user, role, list, ...times }: ApiKeyView): ToldKey {
  return {
    ...{ name, user, grant: { list, role }, createdAt: new Date(times.createdAt) },
    ...{ expiresAt: new Date(times.expiresAt), lastUsedAt: timeOf(times.lastUsedAt) },
    revokedAt: timeOf(times.revokedAt),
  }
}

function timeOf(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}
