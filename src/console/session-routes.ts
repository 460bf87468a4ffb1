import type { Context, Hono } from 'hono'
import { Fault } from '../core/fault.ts'
import { compileBody, type BodyParser } from '../platform/body-schema.ts'
import { hashToken, INVITATION_PREFIX, isToken } from '../platform/http-auth.ts'
import { assertOwnOrigin } from './assert-own-origin.ts'
import type { Attempts } from './attempts.ts'
import { authenticate, type AuthenticateDeps, type Caller } from './authenticate.ts'
import { assertNotWeaker } from './assert-sure.ts'
import type { Challenges } from './passkeys/challenges.ts'
import type { RelyingParty } from './passkeys/relying-party.ts'
import type { Identities, Passkeys, SignInUser } from './ports.ts'
import { readBody } from './read-body.ts'
import { BODIES, type Bodies } from './session-schemas.ts'
import type { SignIn, SignInStep } from './sign-in/open-sign-in.ts'
import type { SingleSignOn } from './single-sign-on/single-sign-on.ts'
import type { UsedCodes } from './used-codes.ts'
import { whenFree, type Waiting } from './when-free.ts'

export interface SessionDeps extends AuthenticateDeps {
  readonly signIn: SignIn
  readonly singleSignOn: SingleSignOn
  readonly identities: Identities
  readonly attempts: Attempts
  readonly usedCodes: UsedCodes
  readonly passkeys: Passkeys
  readonly challenges: Challenges
  readonly relyingParty: RelyingParty
  readonly waiting: Waiting
  /** The origins of this server's own pages. */
  readonly origins: () => readonly string[]
  /** Whether browsers are to send cookies over HTTPS alone. */
  readonly isSecure: boolean
  readonly addressOf: (c: Context) => string
}

/** Adds `/v1/session` and what lies below it, and `/v1/me` (`docs/spec/api.md` §4). */
export function addSessionRoutes(app: Hono, deps: SessionDeps): void {
  app.post('/v1/session', (c) => begin(deps, c))
  app.post('/v1/session/code', (c) => giveCode(deps, c))
  app.delete('/v1/session', (c) => end(deps, c))
  app.post('/v1/session/invitation', (c) => acceptInvitation(deps, c))
  app.put('/v1/session/password', (c) => changePassword(deps, c))
  app.post('/v1/session/second-factor', (c) => makeSecondFactor(deps, c))
  app.put('/v1/session/second-factor', (c) => confirmSecondFactor(deps, c))
  app.get('/v1/me', async (c) => c.json(printCaller(await caller(deps, c))))
}

/** Somebody, or the fault `session/none`. */
export async function caller(deps: AuthenticateDeps, c: Context): Promise<Caller> {
  const found = await authenticate(deps, c.req.raw.headers)
  if (found !== null) return found
  throw new Fault('session/none', 'expected somebody who has signed in, or an API key, got neither')
}

function printCaller({ person, by, key, expiresAt, hasSecondFactor, means }: Caller): object {
  const { name, organisation, roles, withheld = [] } = person
  return {
    user: name,
    organisation: organisation.name,
    ...{ roles, withheld, by },
    ...(key === null ? { hasSecondFactor, means } : { key }),
    expiresAt: expiresAt.toISOString(),
  }
}

const parsers = Object.fromEntries(
  Object.entries(BODIES).map(([name, schema]) => [name, compileBody(schema)]),
) as unknown as { readonly [K in keyof Bodies]: BodyParser<Bodies[K]> }

/** What comes before every write: where it comes from, then what it says. */
async function bodyOf<K extends keyof Bodies>(
  deps: SessionDeps,
  c: Context,
  name: K,
): Promise<Bodies[K]> {
  assertOrigin(deps, c)
  return parsers[name](await readBody(c))
}

/** Refuses what another site made a browser send. Throws `session/origin`. */
export function assertOrigin({ origins }: Pick<SessionDeps, 'origins'>, c: Context): void {
  const headers = { origin: c.req.header('origin'), secFetchSite: c.req.header('sec-fetch-site') }
  const hasCookie = c.req.header('cookie') !== undefined
  assertOwnOrigin(headers, { hasCookie, origins: origins() })
}

async function begin(deps: SessionDeps, c: Context): Promise<Response> {
  const { user: account, password } = await bodyOf(deps, c, 'begin')
  const { signIn, users, attempts, addressOf } = deps
  const attempt = { account, address: addressOf(c) }
  attempts.begin(attempt)
  const known = users.find(account)
  // A name that nobody has, and one that may not sign in, take as long as a wrong password.
  const name = known?.status === 'active' ? known.name : NOBODY
  const step = await signIn.begin(name, password, withoutCookies(c))
  if (step.outcome === 'refused') throw refused()
  attempts.succeed(attempt)
  if (step.outcome === 'code-needed') return answer(c, step.cookies, { state: 'code-needed' })
  return signedIn(deps, c, step, 'password')
}

/** No user's name has a space. */
const NOBODY = 'no body'

function refused(): Fault {
  return new Fault('session/refused', 'expected the name of a user and its password, got others')
}

/** A sign-in never goes on with what the browser brought: each makes a session of its own. */
export function withoutCookies(c: Context): Headers {
  const headers = new Headers(c.req.raw.headers)
  headers.delete('cookie')
  return headers
}

async function giveCode(deps: SessionDeps, c: Context): Promise<Response> {
  const { code, backupCode } = await bodyOf(deps, c, 'code')
  const { signIn, attempts, addressOf } = deps
  // Whose code it is stands in a cookie that only the library reads; it counts tries for each sign-in and each user.
  const attempt = { account: null, address: addressOf(c) }
  attempts.begin(attempt)
  const given =
    code === undefined
      ? ({ kind: 'backup', code: backupCode ?? '' } as const)
      : ({ kind: 'authenticator', code } as const)
  const step = await signIn.giveCode(given, withoutSession(c))
  if (step.outcome !== 'signed-in') throw wrongCode()
  if (!(await isFirstUse(deps, step, given.code))) throw wrongCode()
  attempts.succeed(attempt)
  return signedIn(
    deps,
    c,
    step,
    given.kind === 'backup' ? 'password and backup code' : 'password and code',
  )
}

function wrongCode(): Fault {
  return new Fault(
    'session/code',
    'expected the newest code of the authenticator, got another, or too late: begin again',
  )
}

/** RFC 6238 §5.2: a code MUST NOT be accepted a second time. What was begun with it ends. */
async function isFirstUse(
  { usedCodes, signIn }: SessionDeps,
  { userId, cookies }: Extract<SignInStep, { outcome: 'signed-in' }>,
  code: string,
): Promise<boolean> {
  if (usedCodes.use(userId, code)) return true
  await signIn.end(cookieHeaders(cookies))
  return false
}

/** The code is for the sign-in that was begun, whoever else is signed in in this browser. */
function withoutSession(c: Context): Headers {
  const headers = new Headers(c.req.raw.headers)
  const kept = (c.req.header('cookie') ?? '')
    .split(';')
    .filter((cookie) => !cookie.includes('session_token='))
  headers.set('cookie', kept.join(';'))
  return headers
}

function cookieHeaders(cookies: readonly string[]): Headers {
  return new Headers({ cookie: cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ') })
}

/** Told in the chain before the browser has it: no session that nobody can know of. */
export async function signedIn(
  deps: SessionDeps,
  c: Context,
  { cookies, userId }: Extract<SignInStep, { outcome: 'signed-in' }>,
  by: string,
): Promise<Response> {
  const { signIn, users, waiting } = deps
  try {
    await whenFree(waiting, () => users.noteSignIn(userId, 'signed-in', by))
  } catch (error) {
    await signIn.end(cookieHeaders(cookies))
    throw error
  }
  // What was before in this browser is over.
  await signIn.end(c.req.raw.headers)
  return answer(c, cookies, { state: 'signed-in' })
}

async function end(deps: SessionDeps, c: Context): Promise<Response> {
  assertOrigin(deps, c)
  return answer(c, await deps.signIn.end(c.req.raw.headers), null)
}

async function acceptInvitation(deps: SessionDeps, c: Context): Promise<Response> {
  const { code, password } = await bodyOf(deps, c, 'invitation')
  const { users, signIn, attempts, addressOf, waiting, now } = deps
  const attempt = { account: null, address: addressOf(c) }
  attempts.begin(attempt)
  const hash = hashToken(code)
  const user = isToken(code, INVITATION_PREFIX) ? users.byInvitation(hash, now()) : null
  const isAccepted =
    user !== null && (await whenFree(waiting, () => users.acceptInvitation(user.id, hash, now())))
  if (!isAccepted) {
    throw new Fault(
      'session/invitation',
      'expected the code of an invitation that has not ended, got another',
    )
  }
  attempts.succeed(attempt)
  // After a crash here the invitation is used up and there is no password: an administrator invites again.
  await signIn.setPassword(user.id, password)
  await whenFree(waiting, () => users.noteSignIn(user.id, 'user-changed', 'password'))
  return answer(c, [], { user: user.name })
}

/** The user of a session; an API key can't change how its user signs in. Throws `session/none`. */
export async function sessionUser(
  deps: SessionDeps,
  c: Context,
): Promise<{ readonly user: SignInUser; readonly caller: Caller }> {
  const found = await caller(deps, c)
  const user = found.by === 'session' ? deps.users.byId(found.person.id) : null
  if (user !== null) return { user, caller: found }
  throw new Fault('session/none', 'expected somebody who has signed in, got an API key')
}

async function changePassword(deps: SessionDeps, c: Context): Promise<Response> {
  const { password, newPassword } = await bodyOf(deps, c, 'changePassword')
  const { user } = await sessionUser(deps, c)
  const { signIn, attempts, addressOf, users, waiting } = deps
  const attempt = { account: user.name, address: addressOf(c) }
  attempts.begin(attempt)
  if (!(await signIn.isPassword(user.id, password))) throw refused()
  attempts.succeed(attempt)
  await whenFree(waiting, () => users.noteSignIn(user.id, 'user-changed', 'password'))
  // Ends this session too: whoever has the old password, or the cookie, is out.
  await signIn.setPassword(user.id, newPassword)
  return answer(c, await signIn.end(c.req.raw.headers), null)
}

async function makeSecondFactor(deps: SessionDeps, c: Context): Promise<Response> {
  const { password } = await bodyOf(deps, c, 'makeSecondFactor')
  const { user, caller: by } = await sessionUser(deps, c)
  const { signIn, attempts, addressOf } = deps
  const attempt = { account: user.name, address: addressOf(c) }
  attempts.begin(attempt)
  if (user.hasSecondFactor) {
    throw new Fault(
      'request/invalid',
      'expected a user without a second factor, got one that has it: an administrator takes it away by inviting the user again',
    )
  }
  assertNotWeaker(deps, user, by)
  const made = await signIn.makeSecondFactor(password, c.req.raw.headers)
  if (made === null) throw refused()
  attempts.succeed(attempt)
  return answer(c, [], made)
}

async function confirmSecondFactor(deps: SessionDeps, c: Context): Promise<Response> {
  const { code } = await bodyOf(deps, c, 'confirmSecondFactor')
  const { user, caller: by } = await sessionUser(deps, c)
  assertNotWeaker(deps, user, by)
  const { signIn, attempts, addressOf, users, waiting } = deps
  const attempt = { account: user.name, address: addressOf(c) }
  attempts.begin(attempt)
  const step = await signIn.confirmSecondFactor(code, c.req.raw.headers)
  if (step.outcome !== 'signed-in') throw wrongCode()
  attempts.succeed(attempt)
  deps.usedCodes.use(user.id, code)
  await whenFree(waiting, () => users.noteSignIn(user.id, 'user-changed', 'second factor'))
  return answer(c, step.cookies, { state: 'signed-in' })
}

function answer(c: Context, cookies: readonly string[], body: object | null): Response {
  const response = body === null ? c.body(null, 204) : c.json(body)
  for (const cookie of cookies) response.headers.append('Set-Cookie', cookie)
  return response
}
