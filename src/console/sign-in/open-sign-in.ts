import { betterAuth } from 'better-auth/minimal'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { hashPassword, verifyPassword } from 'better-auth/crypto'
import { twoFactor } from 'better-auth/plugins/two-factor'
import type { SignInMeans } from '../../core/sign-in-means.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../limits.ts'
import type { Turns } from '../turns.ts'
import { whenFree, type Waiting } from '../when-free.ts'
import { BEGIN_BY_MEANS } from './begin-by-means.ts'

/**
 * People's sign-in: passwords, second factors and sessions, by better-auth. This folder is the only one that knows it, and uses it as a
 * library of functions: none of its routes is ever reachable, so there is no sign-up, no change of a user and no reset but ours
 * (`docs/adr/029-signing-in.md`).
 */
export interface SignIn {
  /** By a password. */
  readonly begin: (account: string, password: string, headers: Headers) => Promise<SignInStep>
  /** By the code of an authenticator, or one of the codes for when that is lost, after `begin` has asked for it. */
  readonly giveCode: (code: Code, headers: Headers) => Promise<SignInStep>
  /**
   * Without a password, for whoever has been found by `means` to be that user; refused where there is no such user or it is disabled. To be called with
   * nothing that a client says but `headers`.
   */
  readonly beginBy: (
    userId: string,
    means: Exclude<SignInMeans, 'password'>,
    headers: Headers,
  ) => Promise<SignInStep>
  readonly session: (headers: Headers) => Promise<Session | null>
  /** Ends the session; gives back what makes the browser forget it. */
  readonly end: (headers: Headers) => Promise<readonly string[]>
  /** Sets a password, and ends every session of that user. */
  readonly setPassword: (userId: string, password: string) => Promise<void>
  readonly isPassword: (userId: string, password: string) => Promise<boolean>
  /** Makes a second factor, which counts from its first code on; null where the password is wrong or there is one already. */
  readonly makeSecondFactor: (password: string, headers: Headers) => Promise<SecondFactor | null>
  /** The first code of a new second factor; ends the user's other sessions by the password. */
  readonly confirmSecondFactor: (code: string, headers: Headers) => Promise<SignInStep>
}

export type SignInStep =
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'code-needed'; readonly cookies: readonly string[] }
  | { readonly outcome: 'signed-in'; readonly cookies: readonly string[]; readonly userId: string }

export interface Code {
  readonly kind: 'authenticator' | 'backup'
  readonly code: string
}

export interface Session {
  readonly userId: string
  readonly expiresAt: Date
  readonly beganAt: Date
  readonly means: SignInMeans
  /**
   * Whether it was begun with two factors: with a password and what is asked for beside it, or with a passkey, which is had and then opened by its user. Of
   * another's word nobody knows, but where the operator has named what in it tells.
   */
  readonly isTwoFactor: boolean
}

/** What is shown to a user once. */
export interface SecondFactor {
  /** For an authenticator, as `otpauth:` and mostly as a picture. */
  readonly uri: string
  readonly backupCodes: readonly string[]
}

export interface SignInOptions {
  readonly database: {
    readonly db: Readonly<Record<string, unknown>>
    readonly tables: Readonly<Record<string, unknown>>
  }
  readonly waiting: Waiting
  /** In which passwords are hashed. */
  readonly hashes: Pick<Turns, 'take'>
  /** The account of a user's name, as it lies in the database. */
  readonly accountOf: (name: string) => string
  /** 256 bits of chance in hex. */
  readonly secret: string
  /** Whether browsers send the cookies over HTTPS alone. */
  readonly isSecure: boolean
  readonly sessionHours: number
  /** The name that authenticators show. */
  readonly issuer: string
}

/** Opens it; reads and writes nothing yet. */
export function openSignIn(options: SignInOptions): SignIn {
  const auth = openAuth(options)
  const { api, $context } = auth
  return {
    begin: async (account, password, headers) =>
      stepOf(
        await api.signInEmail({
          body: { email: options.accountOf(account), password },
          headers,
          asResponse: true,
        }),
      ),
    giveCode: async ({ kind, code }, headers) =>
      stepOf(
        kind === 'authenticator'
          ? await api.verifyTOTP({ body: { code }, headers, asResponse: true })
          : await api.verifyBackupCode({ body: { code }, headers, asResponse: true }),
      ),
    beginBy: async (userId, means, headers) =>
      stepOf(await api.beginByMeans({ body: { userId, means }, headers, asResponse: true })),
    session: async (headers) => {
      const found = await api.getSession({ headers })
      if (found === null) return null
      const { userId, expiresAt, createdAt: beganAt } = found.session
      const means = found.session.means as SignInMeans
      const hasSecondFactor = found.user.twoFactorEnabled === true
      return { userId, expiresAt, beganAt, means, isTwoFactor: isTwoFactor(means, hasSecondFactor) }
    },
    end: async (headers) => {
      const response = await api.signOut({ headers, asResponse: true })
      return response.headers.getSetCookie()
    },
    setPassword: async (userId, password) => {
      const { internalAdapter, password: passwords } = await $context
      const hash = await passwords.hash(password)
      const known = await passwordOf(auth, userId)
      await internalAdapter.deleteUserSessions(userId)
      if (known !== null) await internalAdapter.updatePassword(userId, hash)
      else {
        const way = { userId, accountId: userId, providerId: 'credential', password: hash }
        await internalAdapter.createAccount(way)
      }
    },
    isPassword: async (userId, password) => {
      const { password: passwords } = await $context
      const hash = await passwordOf(auth, userId)
      return hash !== null && (await passwords.verify({ hash, password }))
    },
    makeSecondFactor: async (password, headers) => {
      const response = await api.enableTwoFactor({ body: { password }, headers, asResponse: true })
      if (!response.ok) return refusedOr(response, null)
      const made = (await response.json()) as { totpURI: string; backupCodes: string[] }
      return { uri: made.totpURI, backupCodes: made.backupCodes }
    },
    confirmSecondFactor: (code, headers) => confirmSecondFactor(auth, code, headers),
  }
}

/** Who has a second factor has no session by a password without it. */
function isTwoFactor(means: SignInMeans, hasSecondFactor: boolean): boolean {
  switch (means) {
    case 'passkey':
    case 'single-sign-on-two-factors':
      return true
    case 'password':
      return hasSecondFactor
    case 'single-sign-on':
      return false
  }
}

type Auth = ReturnType<typeof openAuth>

function openAuth(options: SignInOptions) {
  const { database, waiting, hashes, secret, isSecure, sessionHours, issuer } = options
  const adapterOf = drizzleAdapter(database.db, { provider: 'sqlite', schema: database.tables })
  return betterAuth({
    appName: issuer,
    // Only ever used to make links, of which we make none.
    baseURL: 'https://bailiwick.invalid',
    // As a list, for which no variable of the environment is looked at.
    secrets: [{ version: 1, value: secret }],
    database: (options: Parameters<typeof adapterOf>[0]) => patient(waiting, adapterOf(options)),
    emailAndPassword: {
      ...{ enabled: true, disableSignUp: true, autoSignIn: false },
      ...{ minPasswordLength: MIN_PASSWORD_LENGTH, maxPasswordLength: MAX_PASSWORD_LENGTH },
      password: {
        hash: (password) => hashes.take(() => hashPassword(password)),
        verify: (typed) => hashes.take(() => verifyPassword(typed)),
      },
    },
    user: { fields: { email: 'signIn' } },
    session: {
      expiresIn: sessionHours * 3600,
      // So that a session ends when it was said to, and asking for one writes nothing.
      disableSessionRefresh: true,
      // A session that was ended must be so at the next request.
      cookieCache: { enabled: false },
      // The default is the database's.
      additionalFields: { means: { type: 'string', required: false, input: false } },
    },
    advanced: {
      // RFC 6265bis §4.1.3.2: with this prefix a browser takes a cookie from this very host alone, over HTTPS.
      cookiePrefix: isSecure ? '__Host-bailiwick' : 'bailiwick',
      useSecureCookies: false,
      defaultCookieAttributes: { secure: isSecure, httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { disableIpTracking: true },
    },
    plugins: [
      twoFactor({ issuer, schema: { user: { fields: { twoFactorEnabled: 'secondFactor' } } } }),
      BEGIN_BY_MEANS,
    ],
    // Ours are in `../attempts.ts`: these see routes, and we have none.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  })
}

/** The adapter, each of whose methods waits for its turn without holding up the thread. */
function patient<T extends object>(waiting: Waiting, adapter: T): T {
  const methods = Object.entries(adapter).map(([name, method]: [string, unknown]) => [
    name,
    typeof method === 'function'
      ? (...args: unknown[]) =>
          whenFree(waiting, () => (method as (...args: unknown[]) => unknown)(...args))
      : method,
  ])
  return Object.fromEntries(methods) as T
}

/** By the password alone, sessions from before would count from now on as begun with the code, too: they end. */
async function confirmSecondFactor(
  { api, $context }: Auth,
  code: string,
  headers: Headers,
): Promise<SignInStep> {
  const found = await api.getSession({ headers })
  const { internalAdapter } = await $context
  const before = found === null ? [] : await internalAdapter.listSessions(found.session.userId)
  const step = await stepOf(await api.verifyTOTP({ body: { code }, headers, asResponse: true }))
  if (step.outcome !== 'signed-in') return step
  for (const { token, ...session } of before) {
    const { means } = session as { readonly means?: unknown }
    if (means === 'password') await internalAdapter.deleteSession(token)
  }
  return step
}

async function passwordOf({ $context }: Auth, userId: string): Promise<string | null> {
  const { internalAdapter } = await $context
  const ways = await internalAdapter.findAccounts(userId)
  return ways.find(({ providerId }) => providerId === 'credential')?.password ?? null
}

async function stepOf(response: Response): Promise<SignInStep> {
  if (!response.ok) return refusedOr(response, { outcome: 'refused' })
  const cookies = response.headers.getSetCookie()
  const body = (await response.json()) as {
    readonly twoFactorRedirect?: boolean
    readonly token?: string
    readonly user?: { readonly id: string }
  }
  if (body.twoFactorRedirect === true) return { outcome: 'code-needed', cookies }
  const { token, user } = body
  if (token === undefined || user === undefined) throw new Error('expected a session, got none')
  return { outcome: 'signed-in', cookies, userId: user.id }
}

/** What was wrong is never told further: each refusal looks like every other. */
function refusedOr<T>({ status }: Response, refused: T): T {
  if (status >= 500) throw new Error(`expected an answer of the sign-in, got status ${status}`)
  return refused
}
