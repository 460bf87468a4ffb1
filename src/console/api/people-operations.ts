import type { RoleGrant } from '../../core/person.ts'
import type {
  ApiKeyView,
  InvitedView,
  MadeKeyView,
  NewUser,
  OrganisationView,
  UserView,
} from '../ports/people.ts'
import { pageFrom, pageQuery, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation, type Operation } from './operation.ts'
import {
  ADD_ORGANISATION,
  ADD_USER,
  API_KEY,
  API_KEYS,
  CHANGE_USER,
  GRANT,
  INVITED,
  MADE_KEY,
  MAKE_KEY,
  ORGANISATION,
  ORGANISATIONS,
  SWITCH_USER,
  USER,
  USERS,
} from './people-schemas.ts'
import { tagOfView } from './tag-of-view.ts'

const TAG = 'people'

/** Of an operation on one user. */
export interface OfUser {
  readonly params: { readonly user: string }
}

interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

export const LIST_USERS = operation<{ query: PageQuery }, Page<UserView>>({
  ...{ id: 'listUsers', method: 'get', path: '/v1/users', tag: TAG, act: 'read-users' },
  summary: 'Users who have a role on a list whose users one may read; by name',
  query: pageQuery(),
  answer: USERS,
  faults: ['user/refused'],
  run: (desk, { person, query: { cursor, limit } }) => {
    const [behind = null] = readCursor<[string]>(cursor, ['string']) ?? []
    const found = desk.people.users(person, { behind, limit: limit + 1 })
    return pageFrom(found, limit, ({ name }) => [name])
  },
})

export const ADD_USER_TO = operation<{ body: NewUser }, InvitedView>({
  ...{ id: 'addUser', method: 'post', path: '/v1/users', tag: TAG, act: 'manage-users' },
  summary: 'Adds a user; tells, this once, the code to choose a password with',
  body: ADD_USER,
  answer: INVITED,
  isSecret: true,
  faults: ['user/refused', 'user/invalid', 'user/exists', 'organisation/not-found'],
  places: {
    'user/refused': '/lists',
    'user/invalid': '/name',
    'user/exists': '/name',
    'organisation/not-found': '/organisation',
  },
  run: (desk, { person, body, at }) => desk.people.addUser(person, body, at),
})

export const SHOW_USER = operation<OfUser, UserView>({
  ...{ id: 'showUser', method: 'get', path: '/v1/users/{user}', tag: TAG, act: 'read-users' },
  summary: 'A user',
  answer: USER,
  faults: ['user/not-found'],
  tagOf: tagOfView,
  run: (desk, { person, params }) => desk.people.user(person, params.user),
})

/** What operations that change a user have in common. */
export const CHANGING_USER = {
  ...{ tag: TAG, act: 'manage-users', needsTag: true },
  faults: ['user/not-found', 'user/refused', 'user/last-administrator', 'request/changed'],
} as const satisfies Partial<Operation>

export const CHANGE_USER_TERMS = operation<
  OfUser & { body: { readonly email?: string; readonly organisation?: string } },
  UserView
>({
  ...CHANGING_USER,
  ...{ id: 'changeUser', method: 'patch', path: '/v1/users/{user}' },
  summary: 'Changes the address or the organisation of a user',
  body: CHANGE_USER,
  answer: USER,
  faults: [...CHANGING_USER.faults, 'user/invalid', 'organisation/not-found'],
  places: { 'user/invalid': '/email', 'organisation/not-found': '/organisation' },
  tagOf: tagOfView,
  run: (desk, { person, params, body, tag, at }) =>
    desk.people.changeUser(person, { ...params, ...body, seen: tag }, at),
})

export const SWITCH_USER_TO = operation<
  OfUser & { body: { readonly status: UserView['status'] } },
  UserView
>({
  ...CHANGING_USER,
  ...{ id: 'switchUser', method: 'put', path: '/v1/users/{user}/status' },
  summary: 'Ends all sessions and API keys of a user, or lets it sign in again',
  body: SWITCH_USER,
  answer: USER,
  tagOf: tagOfView,
  run: (desk, { person, params, body, tag, at }) =>
    desk.people.switchUser(person, { ...params, ...body, seen: tag }, at),
})

export const INVITE_USER = operation<OfUser, InvitedView>({
  ...CHANGING_USER,
  ...{ id: 'inviteUser', method: 'post', path: '/v1/users/{user}/invitation' },
  summary:
    'Takes password, second factor, passkeys and sessions away, and tells, this once, a code',
  answer: INVITED,
  isSecret: true,
  faults: [...CHANGING_USER.faults, 'user/disabled'],
  run: (desk, { person, params, tag, at }) =>
    desk.people.inviteUser(person, { ...params, seen: tag }, at),
})

function changeRole(
  verb: 'give' | 'take',
  path: string,
): Operation<OfUser & { body: RoleGrant }, UserView> {
  return operation<OfUser & { body: RoleGrant }, UserView>({
    ...CHANGING_USER,
    ...{ id: `${verb}Role`, method: 'post', path, body: GRANT, answer: USER },
    summary: verb === 'give' ? 'Gives a role' : 'Takes a role',
    faults: [...CHANGING_USER.faults, 'user/invalid'],
    places: { 'user/invalid': '/list', 'user/refused': '/list' },
    tagOf: tagOfView,
    run: (desk, { person, params, body: grant, tag, at }) =>
      desk.people.changeRole(person, { ...params, grant, verb, seen: tag }, at),
  })
}

export const GIVE_ROLE = changeRole('give', '/v1/users/{user}/roles')
export const TAKE_ROLE = changeRole('take', '/v1/users/{user}/roles/taken')

export const LIST_ORGANISATIONS = operation<
  object,
  { readonly items: readonly OrganisationView[] }
>({
  ...{ id: 'listOrganisations', method: 'get', path: '/v1/organisations', tag: TAG },
  ...{ act: 'read-users', summary: 'All organisations' },
  answer: ORGANISATIONS,
  faults: ['user/refused'],
  run: (desk, { person }) => ({ items: desk.people.organisations(person) }),
})

export const ADD_ORGANISATION_TO = operation<
  { body: Pick<OrganisationView, 'name' | 'kind'> },
  OrganisationView
>({
  ...{ id: 'addOrganisation', method: 'post', path: '/v1/organisations', tag: TAG },
  ...{ act: 'manage-users', summary: 'Adds an organisation; it keeps its name for ever' },
  body: ADD_ORGANISATION,
  answer: ORGANISATION,
  faults: ['user/refused', 'organisation/invalid', 'organisation/exists'],
  places: { 'organisation/invalid': '/name', 'organisation/exists': '/name' },
  run: (desk, { person, body, at }) => desk.people.addOrganisation(person, body, at),
})

export const LIST_API_KEYS = operation<object, { readonly items: readonly ApiKeyView[] }>({
  ...{ id: 'listApiKeys', method: 'get', path: '/v1/api-keys', tag: TAG },
  summary: "One's own API keys, and those of lists whose users one may read; never what opens",
  answer: API_KEYS,
  run: (desk, { person }) => ({ items: desk.people.apiKeys(person) }),
})

interface NewKey {
  readonly name: string
  readonly role: RoleGrant['role']
  readonly list?: string
  readonly days: number
}

export const MAKE_API_KEY = operation<{ body: NewKey }, MadeKeyView>({
  ...{ id: 'makeApiKey', method: 'post', path: '/v1/api-keys', tag: TAG },
  summary: 'Makes a key that acts for whoever has signed in; tells it, this once',
  body: MAKE_KEY,
  answer: MADE_KEY,
  isSecret: true,
  faults: ['user/refused', 'user/invalid', 'api-key/exists'],
  places: { 'user/invalid': '/role', 'api-key/exists': '/name' },
  run: (desk, { person, body, at }) => desk.people.makeApiKey(person, body, at),
})

export const REVOKE_API_KEY = operation<{ params: { readonly key: string } }, ApiKeyView>({
  ...{ id: 'revokeApiKey', method: 'post', path: '/v1/api-keys/{key}/revocation', tag: TAG },
  summary: 'Refuses a key from now on',
  answer: API_KEY,
  faults: ['api-key/not-found', 'user/refused'],
  run: (desk, { person, params, at }) => desk.people.revokeApiKey(person, params.key, at),
})

export const PEOPLE_OPERATIONS: readonly AnyOperation[] = [
  ...[LIST_USERS, ADD_USER_TO, SHOW_USER, CHANGE_USER_TERMS, SWITCH_USER_TO, INVITE_USER],
  ...[GIVE_ROLE, TAKE_ROLE, LIST_ORGANISATIONS, ADD_ORGANISATION_TO],
  ...[LIST_API_KEYS, MAKE_API_KEY, REVOKE_API_KEY],
]
