import type { KnownUser } from '../curation/person-of.ts'
import type { RoleGrant } from '../core/person.ts'

/** A user, as far as signing in needs to know. */
export interface SignInUser extends KnownUser {
  readonly status: 'active' | 'disabled'
  readonly hasSecondFactor: boolean
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
