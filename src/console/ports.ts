import type { KnownUser } from '../curation/person-of.ts'
import type { RoleGrant } from '../core/person.ts'

/** A user, as far as signing in needs to know. */
export interface SignInUser extends KnownUser {
  readonly status: 'active' | 'disabled'
  readonly hasSecondFactor: boolean
  readonly hasPassword: boolean
}

/** The users of the authority. Each method may throw `store/busy`, and is then called again. */
export interface Users {
  readonly find: (name: string) => SignInUser | null
  readonly byId: (id: string) => SignInUser | null
  /** The active user whose invitation has that hash and has not ended. */
  readonly byInvitation: (hash: string, at: Date) => SignInUser | null
  /** Uses the invitation up, once; false when it is none any more. Durable when it returns. */
  readonly acceptInvitation: (id: string, hash: string, at: Date) => boolean
  /** Records it in the chain of decisions, durable when it returns. */
  readonly noteSignIn: (id: string, act: 'signed-in' | 'user-changed', how: string) => void
}

/** A passkey, as far as signing in needs to know. */
export interface KnownPasskey {
  readonly number: number
  readonly userId: string
  readonly credentialId: string
  /** COSE. */
  readonly publicKey: Uint8Array
  readonly transports: readonly string[]
  readonly name: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

export interface NewPasskey {
  readonly userId: string
  readonly credentialId: string
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly string[]
  readonly name: string
  readonly at: Date
}

/** The users' passkeys. What changes is recorded in the chain of decisions, durable when it returns; each method may throw `store/busy`. */
export interface Passkeys {
  readonly ofUser: (userId: string) => readonly KnownPasskey[]
  readonly byCredential: (credentialId: string) => KnownPasskey | null
  /** Null where the user has `most` already. Faults: `session/passkey` where somebody has it. */
  readonly add: (passkey: NewPasskey, most: number) => KnownPasskey | null
  /** Notes that it signed. `back`: its counter was at least that high before; `gone`: it was removed. */
  readonly use: (number: number, counter: number, at: Date) => 'used' | 'back' | 'gone'
  /** By `actor`; ends the user's sessions that a passkey has begun. Null where the user has no such passkey. */
  readonly remove: (userId: string, number: number, actor: string) => KnownPasskey | null
}

/** Somebody as an issuer of OpenID Connect knows them: its URL, and its `sub`. */
export interface Identity {
  readonly issuer: string
  readonly subject: string
}

/** Whose identities are whose. Each method may throw `store/busy`, and is then called again; what is recorded is durable when it returns. */
export interface Identities {
  /** The id of a user, who may be disabled. */
  readonly userOf: (identity: Identity) => string | null
  /** Throws `identity/exists`, `user/disabled`. */
  readonly link: (
    userId: string,
    identity: Identity,
    linking: { readonly actor: string; readonly at: Date },
  ) => void
  /** Throws `identity/not-found`. */
  readonly unlink: (userId: string, identity: Identity, actor: string) => void
}

export interface ApiKeys {
  /** The key of that hash, if it works at that time. */
  readonly byHash: (hash: string, at: Date) => KnownKey | null
  readonly touch: (name: string, at: Date) => void
}

export interface KnownKey {
  readonly name: string
  readonly userId: string
  readonly grant: RoleGrant
  readonly expiresAt: Date
  readonly lastUsedAt: Date | null
}
