import type { Person, Role } from '../core/person.ts'
import type { SignInMeans } from '../core/sign-in-means.ts'
import { personOf, personOfKey } from '../curation/person-of.ts'
import type { Clock } from '../platform/clock.ts'
import { API_KEY_PREFIX, bearerToken, hashToken } from '../platform/http-auth.ts'
import { isFault } from '../core/fault.ts'
import { TOUCH_INTERVAL_MS } from './limits.ts'
import type { ApiKeys, KnownKey, SignInUser, Users } from './ports.ts'
import type { SignIn } from './sign-in/open-sign-in.ts'

/** Who makes a request, and by what. */
export interface Caller {
  readonly person: Person
  readonly by: 'session' | 'api-key'
  /** Of an API key its name. */
  readonly key: string | null
  readonly expiresAt: Date
  readonly hasSecondFactor: boolean
  /** Of a session by what it was begun, and when. */
  readonly means: SignInMeans | null
  readonly beganAt: Date | null
  readonly isTwoFactor: boolean
}

export interface AuthenticateDeps {
  readonly users: Users
  readonly apiKeys: ApiKeys
  readonly signIn: Pick<SignIn, 'session'>
  /** Roles that count in a session only after a sign-in with a second factor. */
  readonly secondFactorRoles: readonly Role[]
  readonly now: Clock
}

/**
 * Who makes a request, by its API key or else by its session; null for nobody. Looked up anew with every request: who was disabled, and
 * whatever was revoked or taken, counts no more from the next one on. A request with credentials that don't work is nobody's, whatever
 * else it brings.
 */
export async function authenticate(
  deps: AuthenticateDeps,
  headers: Headers,
): Promise<Caller | null> {
  const authorization = headers.get('authorization')
  if (authorization !== null) return byApiKey(deps, authorization)
  return headers.has('cookie') ? bySession(deps, headers) : null
}

function byApiKey({ users, apiKeys, now }: AuthenticateDeps, authorization: string): Caller | null {
  const token = bearerToken(authorization, API_KEY_PREFIX)
  if (token === null) return null
  const at = now()
  const key = apiKeys.byHash(hashToken(token), at)
  const user = key === null ? null : activeUser(users, key.userId)
  if (key === null || user === null) return null
  noteUse(apiKeys, key, at)
  return {
    person: personOfKey(user, key.grant),
    ...{ by: 'api-key', key: key.name, expiresAt: key.expiresAt },
    hasSecondFactor: false,
    ...{ means: null, beganAt: null, isTwoFactor: false },
  }
}

/** Now and then: what reads should not have to write each time. */
function noteUse(apiKeys: ApiKeys, { name, lastUsedAt }: KnownKey, at: Date): void {
  if (lastUsedAt !== null && at.getTime() - lastUsedAt.getTime() < TOUCH_INTERVAL_MS) return
  try {
    apiKeys.touch(name, at)
  } catch (error) {
    // The next use is noted instead.
    if (!isFault(error, 'store/busy')) throw error
  }
}

async function bySession(
  { users, signIn, secondFactorRoles, now }: AuthenticateDeps,
  headers: Headers,
): Promise<Caller | null> {
  const session = await signIn.session(headers)
  const user = session === null ? null : activeUser(users, session.userId)
  if (session === null || user === null || session.expiresAt <= now()) return null
  return {
    person: session.isTwoFactor ? personOf(user) : withheld(user, secondFactorRoles),
    ...{ by: 'session', key: null, expiresAt: session.expiresAt },
    hasSecondFactor: user.hasSecondFactor,
    ...{ means: session.means, beganAt: session.beganAt, isTwoFactor: session.isTwoFactor },
  }
}

function activeUser(users: Users, id: string): SignInUser | null {
  const user = users.byId(id)
  return user?.status === 'active' ? user : null
}

/** What counts of somebody who has signed in with one factor. */
function withheld(user: SignInUser, secondFactorRoles: readonly Role[]): Person {
  const person = personOf(user)
  const isHeldBack = ({ role }: Person['roles'][number]): boolean =>
    secondFactorRoles.includes(role)
  return {
    ...person,
    roles: person.roles.filter((grant) => !isHeldBack(grant)),
    withheld: person.roles.filter(isHeldBack),
  }
}
