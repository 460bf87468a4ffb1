import { Fault } from '../core/fault.ts'
import type { Caller } from './authenticate.ts'
import { FRESH_SESSION_MS } from './limits.ts'
import type { Clock } from '../platform/clock.ts'
import type { Attempts } from './attempts.ts'
import type { Passkeys, SignInUser } from './ports.ts'
import type { SignIn } from './sign-in/open-sign-in.ts'

/**
 * Whoever has a second factor or a passkey changes no way to sign in, nor adds one, in a session that was begun without: else the weaker of
 * two ways would lead to whatever the stronger one is asked for. What an issuer may tell of counts here for nothing: whether somebody has two
 * factors there isn't known before he has come by them, and who has none there must be able to make one here. Throws `session/one-factor`.
 */
export function assertNotWeaker(
  { passkeys }: { readonly passkeys: Pick<Passkeys, 'ofUser'> },
  user: SignInUser,
  { isTwoFactor }: Caller,
): void {
  const hasMore = user.hasSecondFactor || passkeys.ofUser(user.id).length > 0
  if (isTwoFactor || !hasMore) return
  throw new Fault(
    'session/one-factor',
    'expected a session begun by a passkey, or by the password and a code, got one begun without: sign in by these, or ask an administrator for an invitation',
  )
}

interface Sureness {
  readonly user: SignInUser
  readonly caller: Caller
  readonly password: string | undefined
  /** Where it comes from. */
  readonly address: string
}

export interface FreshDeps {
  readonly signIn: Pick<SignIn, 'isPassword'>
  readonly attempts: Attempts
  readonly now: Clock
}

/**
 * Whoever finds a session open can't change how its user signs in: the password is right, or, where none is given, the session has just
 * begun. Throws `session/refused`, `session/stale`, `request/too-many`.
 */
export async function assertFresh(
  { signIn, attempts, now }: FreshDeps,
  { user, caller, password, address }: Sureness,
): Promise<void> {
  // Another's word alone is no proof of whoever has a password here.
  const isOthersWord = caller.means === 'single-sign-on' && user.hasPassword
  if (password === undefined && !isOthersWord) {
    const ageMs = now().getTime() - (caller.beganAt?.getTime() ?? 0)
    if (ageMs < FRESH_SESSION_MS) return
    throw new Fault(
      'session/stale',
      `expected the password, or a session of less than ${FRESH_SESSION_MS / 60_000} minutes, got neither`,
    )
  }
  const attempt = { account: user.name, address }
  attempts.begin(attempt)
  if (password === undefined || !(await signIn.isPassword(user.id, password))) {
    throw new Fault(
      'session/refused',
      'expected the password of whoever has signed in, got another',
    )
  }
  attempts.succeed(attempt)
}
