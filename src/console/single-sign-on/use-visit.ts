import type { Context } from 'hono'
import { Fault } from '../../core/fault.ts'
import { assertNotWeaker } from '../assert-sure.ts'
import { FRESH_SESSION_MS } from '../limits.ts'
import type { SignInUser } from '../ports.ts'
import { sessionUser, signedIn, withoutCookies, type SessionDeps } from '../session-routes.ts'
import { whenFree } from '../when-free.ts'
import type { FinishedVisit } from './single-sign-on.ts'

/**
 * Signs in the user whose identity an issuer has told of; gives back what holds the session's cookies. Nobody becomes a user by an issuer's word.
 * Throws `session/unlinked`, `user/disabled`.
 */
export async function signInByVisit(
  deps: SessionDeps,
  c: Context,
  { issuer, subject, isTwoFactor }: FinishedVisit,
): Promise<Response> {
  const { identities, users, signIn, waiting } = deps
  const identity = { issuer: issuer.issuer, subject }
  const userId = await whenFree(waiting, () => identities.userOf(identity))
  const user = userId === null ? null : users.byId(userId)
  if (user === null) throw unlinked(issuer.id, subject)
  if (user.status !== 'active') throw disabled(user)
  const means = isTwoFactor ? 'single-sign-on-two-factors' : 'single-sign-on'
  const step = await signIn.beginBy(user.id, means, withoutCookies(c))
  // Disabled between the two.
  if (step.outcome !== 'signed-in') throw disabled(user)
  const how = `single sign-on by ${issuer.id}${isTwoFactor ? ' with two factors' : ''}`
  return signedIn(deps, c, step, how)
}

/** Links the identity that an issuer has told of to the user who had asked for it, and is still signed in. Throws `session/flow`, `identity/exists`. */
export async function linkByVisit(
  deps: SessionDeps,
  c: Context,
  { issuer, subject, purpose }: FinishedVisit,
): Promise<void> {
  const { user, caller: known } = await sessionUser(deps, c)
  if (purpose.kind !== 'link' || purpose.userId !== user.id) {
    throw new Fault(
      'session/flow',
      'expected the user who has begun this to be still signed in, got another: begin again',
    )
  }
  // What was begun in a session of one factor doesn't go on once there is a way in with two.
  assertNotWeaker(deps, user, known)
  const identity = { issuer: issuer.issuer, subject }
  const { identities, waiting, now } = deps
  await whenFree(waiting, () => identities.link(user.id, identity, { actor: user.name, at: now() }))
}

/**
 * That it is the user who wants to link an identity, and not somebody at a screen that was left: by the password, or of who has none by a session that has
 * just begun. A way in with one factor opens no other for who has one with two. Throws `session/none`, `session/one-factor`, `session/refused`, `request/too-many`.
 */
export async function assertProven(
  deps: SessionDeps,
  c: Context,
  password: string,
): Promise<SignInUser> {
  const { user, caller: known } = await sessionUser(deps, c)
  const { signIn, attempts, addressOf, now } = deps
  assertNotWeaker(deps, user, known)
  if (!user.hasPassword) {
    const age = now().getTime() - (known.beganAt?.getTime() ?? 0)
    if (age < FRESH_SESSION_MS) return user
    throw refused('a session that began in the last five minutes', 'an older one: sign in again')
  }
  const attempt = { account: user.name, address: addressOf(c) }
  attempts.begin(attempt)
  if (!(await signIn.isPassword(user.id, password))) throw refused('your password', 'another')
  attempts.succeed(attempt)
  return user
}

function refused(expected: string, got: string): Fault {
  return new Fault('session/refused', `expected ${expected}, got ${got}`)
}

/** The subject is a name that the issuer gives; it is told to nobody but who has just proven to have it. */
function unlinked(issuer: string, subject: string): Fault {
  return new Fault(
    'session/unlinked',
    `expected an identity that is linked to a user, got the subject ${JSON.stringify(subject)} of ${JSON.stringify(issuer)}: tell an administrator both («bailiwick user link NAME --issuer ${issuer} --subject SUBJECT»)`,
  )
}

function disabled({ name }: SignInUser): Fault {
  return new Fault(
    'user/disabled',
    `expected an active user, got ${JSON.stringify(name)}, who is disabled`,
  )
}
