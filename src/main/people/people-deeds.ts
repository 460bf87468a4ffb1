import type { ApiKey } from '../../store/api-key-store.ts'
import type { Organisation } from '../../store/organisation-store.ts'
import type { User } from '../../store/user-store.ts'
import type { NamedIdentity } from './manage-identities.ts'
import type { NewKeyRequest } from './manage-keys.ts'
import type { NewUserRequest, UserChange } from './manage-users.ts'
import type { ListOptions } from '../user-lists.ts'

/**
 * What commands do with users, organisations and API keys: on a data folder as a named actor (`local-people.ts`), or at a server as whoever the key
 * is of (`server-people.ts`), who is shown what he may see. Faults are those of the use cases on both.
 */
export interface PeopleDeeds {
  readonly addUser: (request: NewUserRequest) => Promise<InvitedUser>
  readonly changeUser: (request: UserChange & { readonly name: string }) => Promise<ToldUser>
  readonly switchUser: (verb: 'disable' | 'enable', name: string) => Promise<ToldUser>
  readonly inviteUser: (name: string) => Promise<InvitedUser>
  readonly changeRoles: (
    verb: 'give' | 'take',
    request: ListOptions & { readonly name: string; readonly role: string },
  ) => Promise<ToldUser>
  readonly users: () => Promise<readonly ToldUser[]>
  /** A user, with the API keys that act for it, and by whose word it may sign in. */
  readonly user: (name: string) => Promise<{
    readonly user: ToldUser
    readonly apiKeys: readonly ToldKey[]
    readonly identities: readonly ToldIdentity[]
  }>
  readonly changeIdentity: (verb: 'link' | 'unlink', identity: NamedIdentity) => Promise<ToldUser>
  readonly passkeys: (user: string) => Promise<readonly ToldPasskey[]>
  /** Gives back those that are left. */
  readonly removePasskey: (user: string, passkey: number) => Promise<readonly ToldPasskey[]>
  readonly addOrganisation: (request: {
    readonly name: string
    readonly kind: string
  }) => Promise<ToldOrganisation>
  readonly organisations: () => Promise<readonly ToldOrganisation[]>
  readonly makeKey: (
    request: NewKeyRequest,
  ) => Promise<{ readonly key: ToldKey; readonly secret: string }>
  readonly keys: () => Promise<readonly ToldKey[]>
  readonly revokeKey: (name: string) => Promise<ToldKey>
}

/** A user as it is shown outside. */
export interface ToldUser extends Omit<User, 'id' | 'organisation'> {
  readonly organisation: string
}

/** A user with the code to choose a password with, which is told once. */
export interface InvitedUser {
  readonly user: ToldUser
  readonly code: string
  readonly until: Date
}

/** An identity as it is shown outside: the issuer by its id, or by its URL where the configuration has it no more. */
export interface ToldIdentity {
  readonly issuer: string
  readonly subject: string
  readonly linkedAt: Date
}

/** A passkey as it is shown outside. */
export interface ToldPasskey {
  /** Its number, of this user's. */
  readonly passkey: number
  readonly name: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

export type ToldOrganisation = Omit<Organisation, 'id'>

/** A key as it is shown outside; what it opens with is stored nowhere. */
export type ToldKey = Omit<ApiKey, 'userId'>
