import type { OrganisationKind, Person, RoleGrant } from '../../core/person.ts'

/** A user, as whoever may read users sees it: of another list's administrator only the roles that he may know of. */
export interface UserView {
  readonly name: string
  readonly organisation: string
  readonly email: string | null
  readonly status: 'active' | 'disabled'
  readonly roles: readonly RoleGrant[]
  readonly hasPassword: boolean
  readonly hasSecondFactor: boolean
  /** By whose word the user may sign in. */
  readonly identities: readonly IdentityView[]
  readonly invitedUntil: string | null
  readonly createdAt: string
  readonly disabledAt: string | null
}

/** An identity by which a user may sign in. */
export interface IdentityView {
  /** The id of an issuer of the configuration; of one that is there no more its URL. */
  readonly issuer: string
  readonly subject: string
  readonly linkedAt: string
}

/** A user with a code to choose a password with, which is told once. */
export interface InvitedView {
  readonly user: UserView
  readonly code: string
  readonly until: string
}

export interface OrganisationView {
  readonly name: string
  readonly kind: OrganisationKind
  readonly createdAt: string
}

/** An API key, without what opens. */
export interface ApiKeyView {
  readonly name: string
  readonly user: string
  readonly role: RoleGrant['role']
  readonly list: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly lastUsedAt: string | null
  readonly revokedAt: string | null
}

/** A passkey; nothing of it opens anything. */
export interface PasskeyView {
  readonly passkey: number
  /** The user's own. */
  readonly name: string
  readonly createdAt: string
  readonly lastUsedAt: string | null
}

/** A key, and what opens with it, which is told once. */
export interface MadeKeyView {
  readonly apiKey: ApiKeyView
  readonly key: string
}

export interface NewUser {
  readonly name: string
  readonly organisation: string
  readonly role: RoleGrant['role']
  /** Left out: all lists, which only an administrator and an auditor may be for. */
  readonly lists?: readonly string[]
  readonly email?: string
}

/** A change of what was seen: the tag of the user as it was; null for whatever it is. */
export interface SeenUser {
  readonly user: string
  readonly seen: string | null
}

/**
 * Users, organisations and API keys. A user whom somebody may not know of is not found: `user/not-found`; else what is refused is the fault of the
 * rule, as on the command line. Of what has changed since it was seen: `request/changed`.
 */
export interface PeopleDesk {
  /** By name, behind a name. */
  readonly users: (
    person: Person,
    page: { readonly behind: string | null; readonly limit: number },
  ) => readonly UserView[]
  readonly user: (person: Person, name: string) => UserView
  readonly addUser: (person: Person, request: NewUser, at: Date) => InvitedView
  readonly changeUser: (
    person: Person,
    request: SeenUser & { readonly email?: string; readonly organisation?: string },
    at: Date,
  ) => UserView
  readonly switchUser: (
    person: Person,
    request: SeenUser & { readonly status: UserView['status'] },
    at: Date,
  ) => UserView
  readonly inviteUser: (person: Person, request: SeenUser, at: Date) => InvitedView
  readonly changeRole: (
    person: Person,
    request: SeenUser & { readonly verb: 'give' | 'take'; readonly grant: RoleGrant },
    at: Date,
  ) => UserView
  /** Of a user whom one may know of; of oneself too. */
  readonly passkeys: (person: Person, user: string) => readonly PasskeyView[]
  /** Ends what passkeys of the user began. Faults: `passkey/not-found`. */
  readonly removePasskey: (
    person: Person,
    request: { readonly user: string; readonly passkey: number },
    at: Date,
  ) => void
  /** Faults: `user/invalid` for an issuer that the configuration hasn't, or a subject that none may be; `identity/exists`, `identity/not-found`. */
  readonly changeIdentity: (
    person: Person,
    request: SeenUser & {
      readonly verb: 'link' | 'unlink'
      readonly identity: Pick<IdentityView, 'issuer' | 'subject'>
    },
    at: Date,
  ) => UserView
  readonly organisations: (person: Person) => readonly OrganisationView[]
  readonly addOrganisation: (
    person: Person,
    request: { readonly name: string; readonly kind: OrganisationKind },
    at: Date,
  ) => OrganisationView
  /** One's own, and those of lists whose users one may read. */
  readonly apiKeys: (person: Person) => readonly ApiKeyView[]
  readonly makeApiKey: (
    person: Person,
    request: {
      readonly name: string
      readonly role: RoleGrant['role']
      /** Left out: all lists. */
      readonly list?: string
      readonly days: number
    },
    at: Date,
  ) => MadeKeyView
  readonly revokeApiKey: (person: Person, name: string, at: Date) => ApiKeyView
}
