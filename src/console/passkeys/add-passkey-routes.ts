import type { Context, Hono } from 'hono'
import { Fault } from '../../core/fault.ts'
import { compileBody, type BodyParser } from '../../platform/body-schema.ts'
import { assertFresh, assertNotWeaker } from '../assert-sure.ts'
import { CHALLENGES, MAX_PASSKEYS } from '../limits.ts'
import type { KnownPasskey } from '../ports.ts'
import { readBody } from '../read-body.ts'
import {
  assertOrigin,
  sessionUser,
  signedIn,
  withoutCookies,
  type SessionDeps,
} from '../session-routes.ts'
import { whenFree } from '../when-free.ts'
import type { Purpose } from './challenges.ts'
import { PASSKEY_BODIES, type PasskeyBodies } from './passkey-schemas.ts'
import { ALGORITHMS, verifyCreated, verifySigned, type Asked } from './verify-passkey.ts'

/** Adds `/v1/session/passkey`, by which somebody signs in, and `/v1/session/passkeys`, those of whoever has (`docs/spec/api.md` §4). */
export function addPasskeyRoutes(app: Hono, deps: SessionDeps): void {
  app.post('/v1/session/passkey/challenge', (c) => askToSign(deps, c))
  app.post('/v1/session/passkey', (c) => signIn(deps, c))
  app.get('/v1/session/passkeys', (c) => list(deps, c))
  app.post('/v1/session/passkeys/challenge', (c) => askToMake(deps, c))
  app.post('/v1/session/passkeys', (c) => add(deps, c))
  app.post('/v1/session/passkeys/:passkey/removal', (c) => remove(deps, c))
}

const parsers = Object.fromEntries(
  Object.entries(PASSKEY_BODIES).map(([name, schema]) => [name, compileBody(schema)]),
) as unknown as { readonly [K in keyof PasskeyBodies]: BodyParser<PasskeyBodies[K]> }

async function bodyOf<K extends keyof PasskeyBodies>(
  deps: SessionDeps,
  c: Context,
  name: K,
): Promise<PasskeyBodies[K]> {
  assertOrigin(deps, c)
  return parsers[name](await readBody(c))
}

function asked({ relyingParty, challenges }: SessionDeps, purpose: Purpose): Asked {
  const takeChallenge = (challenge: string): boolean => challenges.take(purpose, challenge)
  return { party: relyingParty, takeChallenge }
}

/** Web Authentication §5.5: without a name of a passkey, so that the browser offers all that it has for this server. */
function askToSign(deps: SessionDeps, c: Context): Response {
  assertOrigin(deps, c)
  const { relyingParty, challenges, addressOf } = deps
  return c.json({
    challenge: challenges.make('sign-in', addressOf(c)),
    ...{ rpId: relyingParty.id, timeout: CHALLENGES.lifeMs, userVerification: 'required' },
  })
}

async function signIn(deps: SessionDeps, c: Context): Promise<Response> {
  const signed = await bodyOf(deps, c, 'signIn')
  const { users, passkeys, attempts, addressOf, waiting, now } = deps
  const attempt = { account: null, address: addressOf(c) }
  attempts.begin(attempt)
  const passkey = passkeys.byCredential(signed.id)
  const user = passkey === null ? null : users.byId(passkey.userId)
  if (passkey === null || user?.status !== 'active') throw refused()
  // Web Authentication §7.2 step 6: the passkey is that of the user whom it was made for.
  if (signed.userHandle !== handleOf(user.id)) throw refused()
  const verified = await verifySigned(signed, passkey, asked(deps, 'sign-in'))
  if (verified === null) throw refused()
  const { counter } = verified
  // Before there is a session: the same counter never begins two.
  const use = await whenFree(waiting, () => passkeys.use(passkey.number, counter, now()))
  if (use !== 'used') throw refused()
  const step = await deps.signIn.beginBy(user.id, 'passkey', withoutCookies(c))
  if (step.outcome !== 'signed-in') throw refused()
  attempts.succeed(attempt)
  return signedIn(deps, c, step, 'passkey')
}

function refused(): Fault {
  return new Fault(
    'session/passkey',
    'expected what a passkey of this server has signed just now, got something else, or too late: begin again',
  )
}

/** What an authenticator keeps with a passkey (Web Authentication §5.4.3: nothing that tells who it is): ids are chance. */
function handleOf(userId: string): string {
  return Buffer.from(userId).toString('base64url')
}

async function list(deps: SessionDeps, c: Context): Promise<Response> {
  const { user } = await sessionUser(deps, c)
  return c.json({ items: deps.passkeys.ofUser(user.id).map(viewPasskey) })
}

/** A passkey as it is shown: nothing of it opens anything. */
function viewPasskey({ number, name, createdAt, lastUsedAt }: KnownPasskey): object {
  return {
    ...{ passkey: number, name, createdAt: createdAt.toISOString() },
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }
}

async function askToMake(deps: SessionDeps, c: Context): Promise<Response> {
  const { password } = await bodyOf(deps, c, 'begin')
  const { user, caller } = await sessionUser(deps, c)
  assertNotWeaker(deps, user, caller)
  await assertFresh(deps, { user, caller, password, address: deps.addressOf(c) })
  const owned = deps.passkeys.ofUser(user.id)
  if (owned.length >= MAX_PASSKEYS) throw tooMany()
  const { relyingParty, challenges, addressOf } = deps
  return c.json({
    challenge: challenges.make(`add ${user.id}`, addressOf(c)),
    rp: { id: relyingParty.id, name: relyingParty.name },
    user: { id: handleOf(user.id), name: user.name, displayName: user.name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    ...{ timeout: CHALLENGES.lifeMs, attestation: 'none' },
    authenticatorSelection: {
      ...{ residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    },
    // One for each authenticator: what it has already, it makes no second one of.
    excludeCredentials: owned.map(({ credentialId, transports }) => ({
      ...{ type: 'public-key', id: credentialId, transports },
    })),
  })
}

/** That the password was given, or the session is new, is known by the challenge: nobody else has one for this user. */
async function add(deps: SessionDeps, c: Context): Promise<Response> {
  const { name, ...created } = await bodyOf(deps, c, 'add')
  const { user, caller } = await sessionUser(deps, c)
  assertNotWeaker(deps, user, caller)
  const verified = await verifyCreated(created, asked(deps, `add ${user.id}`))
  if (verified === null) throw refused()
  const { passkeys, waiting, now } = deps
  const terms = { ...verified, userId: user.id, name: name.trim(), at: now() }
  const made = await whenFree(waiting, () => passkeys.add(terms, MAX_PASSKEYS))
  if (made === null) throw tooMany()
  return c.json(viewPasskey(made))
}

function tooMany(): Fault {
  return new Fault(
    'request/invalid',
    `expected a user with fewer than ${MAX_PASSKEYS} passkeys: remove one first`,
  )
}

async function remove(deps: SessionDeps, c: Context): Promise<Response> {
  const { password } = await bodyOf(deps, c, 'remove')
  const { user, caller } = await sessionUser(deps, c)
  assertNotWeaker(deps, user, caller)
  await assertFresh(deps, { user, caller, password, address: deps.addressOf(c) })
  const text = c.req.param('passkey') ?? ''
  const number = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0
  const { passkeys, waiting } = deps
  const removed = await whenFree(waiting, () => passkeys.remove(user.id, number, user.name))
  if (removed === null) throw noSuchPasskey(text)
  return c.body(null, 204)
}

function noSuchPasskey(text: string): Fault {
  return new Fault(
    'passkey/not-found',
    `expected the number of a passkey of yours, got ${JSON.stringify(text.slice(0, 20))}`,
  )
}
