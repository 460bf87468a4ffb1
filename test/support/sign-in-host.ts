import { createHmac, randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { eq } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { Hono } from 'hono'
import { Attempts } from '../../src/console/attempts.ts'
import type { ApiDocument } from '../../src/console/api/describe-api.ts'
import { openConsole } from '../../src/console/open-console.ts'
import type { IssuerTerms } from '../../src/console/single-sign-on/issuer-terms.ts'
import { openSingleSignOn } from '../../src/console/single-sign-on/single-sign-on.ts'
import { openSignIn, type SignIn } from '../../src/console/sign-in/open-sign-in.ts'
import { Challenges } from '../../src/console/passkeys/challenges.ts'
import { relyingParty } from '../../src/console/passkeys/relying-party.ts'
import { HASHES } from '../../src/console/limits.ts'
import { Turns } from '../../src/console/turns.ts'
import { UsedCodes } from '../../src/console/used-codes.ts'
import type { Role, RoleGrant } from '../../src/core/person.ts'
import {
  API_KEY_PREFIX,
  hashToken,
  INVITATION_PREFIX,
  printToken,
} from '../../src/platform/http-auth.ts'
import { openApiDocument } from '../../src/distribute/openapi.ts'
import { openDesk } from '../../src/main/console/open-desk.ts'
import { openStore, type Store } from '../../src/store/open-store.ts'
import type { signInWays } from '../../src/store/people-schema.ts'
import { signInName } from '../../src/store/user-store.ts'
import { checkAnswers } from './check-answers.ts'

export const ORIGIN = 'https://lists.cert.test'
export const PASSWORD = 'correct horse battery staple'

/** What people use of a server, without the server: real store, real sign-in, a clock that is moved. */
export interface SignInHost {
  readonly store: Store
  readonly signIn: SignIn
  readonly app: Hono
  /** What went wrong behind the scenes. */
  readonly faults: unknown[]
  /** Adds an active user of Example CERT and gives back the invitation's code. */
  readonly add: (name: string, ...roles: RoleGrant[]) => string
  /** The same, of another organisation. */
  readonly addTo: (organisation: string, name: string, ...roles: RoleGrant[]) => string
  /** Adds a user with the password `PASSWORD`. */
  readonly addWithPassword: (name: string, ...roles: RoleGrant[]) => Promise<void>
  readonly makeKey: (name: string, user: string, grant: RoleGrant, days?: number) => string
  readonly browser: (address?: string) => Browser
  /** From now on as if too many signed in at once. */
  readonly holdUp: () => void
  /** How often a password was hashed. */
  readonly hashed: () => number
  readonly close: () => void
}

export const ADMINISTRATOR = { list: '*', role: 'administrator' } as const
export const CURATOR = { list: 'phishing', role: 'curator' } as const
export const APPROVER = { list: 'phishing', role: 'approver' } as const

export function openSignInHost(
  secondFactorRoles: readonly Role[] = ['approver', 'publisher', 'administrator'],
  path = ':memory:',
  issuers: readonly IssuerTerms[] = [],
): SignInHost {
  const store = openStore(path, { create: true, actor: 'anna', busyTimeoutMs: 5 })
  const now = (): number => Date.now()
  const waiting = { now, pause: () => Promise.resolve() }
  const faults: unknown[] = []
  let hashed = 0
  let turns = new Turns(HASHES)
  const hashes: Pick<Turns, 'take'> = {
    take: (work) => {
      hashed++
      return turns.take(work)
    },
  }
  const signIn = openSignIn({
    ...{ database: store.signIn, waiting, accountOf: signInName, isSecure: true, hashes },
    ...{ secret: '5f'.repeat(32), sessionHours: 12, issuer: 'Example CERT' },
  })
  const app = checkAnswers(
    openConsole({
      ...{ users: store.users, apiKeys: store.apiKeys, signIn, waiting, secondFactorRoles },
      ...{ now: () => new Date(), onFault: (error) => faults.push(error) },
      ...{ attempts: new Attempts(now), usedCodes: new UsedCodes(now) },
      ...{ passkeys: store.passkeys, challenges: new Challenges(now) },
      relyingParty: relyingParty({ url: ORIGIN, name: 'Example CERT' }, [ORIGIN]),
      ...{ singleSignOn: openSingleSignOn(issuers, now), identities: store.identities },
      isSecure: true,
      desk: openDesk({
        ...{ data: dirname(path), store, issuers, onFault: (error) => faults.push(error) },
      }),
      publicApi: () => openApiDocument('0.0.0') as ApiDocument,
      origins: () => [ORIGIN],
      addressOf: (c) => c.req.header('x-test-address') ?? '',
    }),
  )
  const addTo: SignInHost['addTo'] = (organisation, name, ...roles) => {
    const code = printToken(randomBytes(32), INVITATION_PREFIX)
    const at = new Date()
    const known = store.organisations.find(organisation)
    const { id } = known ?? store.organisations.add({ name: organisation, kind: 'cert', at })
    const invitation = { hash: hashToken(code), until: new Date(at.getTime() + 3_600_000) }
    const terms = { name, organisationId: id, email: null, roles, invitation, at }
    store.users.add({ id: `id-of-${name}`, ...terms })
    return code
  }
  const add: SignInHost['add'] = (name, ...roles) => addTo('Example CERT', name, ...roles)
  const browser = (address = '192.0.2.1'): Browser => new Browser(app, address)
  return {
    ...{ store, signIn, app, faults, add, addTo, browser },
    addWithPassword: async (name, ...roles) => {
      const code = add(name, ...roles)
      if (hashOfPassword !== null) {
        store.users.acceptInvitation(`id-of-${name}`, hashToken(code), new Date())
        insertPassword(store, `id-of-${name}`, hashOfPassword)
        return
      }
      const { status } = await browser('192.0.2.99').post('/v1/session/invitation', {
        code,
        password: PASSWORD,
      })
      if (status !== 200) throw new Error(`expected a password to be set, got ${status}`)
      hashOfPassword = readPassword(store, `id-of-${name}`)
    },
    makeKey: (name, user, grant, days = 1) => {
      const key = printToken(randomBytes(32), API_KEY_PREFIX)
      const at = new Date()
      const expiresAt = new Date(at.getTime() + days * 86_400_000)
      const terms = { userId: `id-of-${user}`, keyHash: hashToken(key), grant, expiresAt, at }
      store.apiKeys.make({ name, ...terms })
      return key
    },
    holdUp: () => void (turns = new Turns({ atOnce: 0, waiting: 0 })),
    hashed: () => hashed,
    close: () => store.close(),
  }
}

/** Of `PASSWORD`, as it came out the first time: making it is slow by design. */
let hashOfPassword: string | null = null

type Ways = typeof signInWays
type Db = BetterSQLite3Database

function readPassword({ signIn }: Store, userId: string): string | null {
  const db = signIn.db as unknown as Db
  const ways = signIn.tables['account'] as Ways
  return db.select().from(ways).where(eq(ways.userId, userId)).get()?.password ?? null
}

function insertPassword({ signIn }: Store, userId: string, password: string): void {
  const db = signIn.db as unknown as Db
  const at = new Date()
  const way = { id: userId, accountId: userId, providerId: 'credential', userId, password }
  db.insert(signIn.tables['account'] as Ways)
    .values({ ...way, createdAt: at, updatedAt: at })
    .run()
}

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Headers
  readonly text: string
}

/** A browser on a page of the server itself: keeps cookies, says where it comes from. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #app: Hono
  readonly #address: string

  constructor(app: Hono, address: string) {
    this.#app = app
    this.#address = address
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send('GET', path, null, headers)
  }

  post(path: string, body: unknown, headers = OWN): Promise<Answer> {
    return this.send('POST', path, body, headers)
  }

  put(path: string, body: unknown, headers = OWN): Promise<Answer> {
    return this.send('PUT', path, body, headers)
  }

  async send(
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = OWN,
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await this.#app.request(path, {
      method,
      headers: {
        'x-test-address': this.#address,
        ...(cookie !== '' && { cookie }),
        ...(body !== null && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== null && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    this.keep(response.headers.getSetCookie())
    const text = await response.text()
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    const value = isJson ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status: response.status, body: value, headers: response.headers, text }
  }

  /** Sends the fields of a form, with the token that its pages have for this session. */
  async submit(
    path: string,
    fields: Readonly<Record<string, string | readonly string[]>>,
    headers = OWN,
  ): Promise<Answer> {
    const body = new URLSearchParams()
    const token = fields['token'] ?? (await this.formToken())
    for (const [name, value] of Object.entries({ ...fields, token })) {
      for (const one of [value].flat()) body.append(name, one)
    }
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.send('POST', path, body.toString(), { ...type, ...headers })
  }

  /** What stands in every form of this session. */
  async formToken(): Promise<string> {
    const { text } = await this.get('/console/sign-in')
    return /name="token" value="([^"]+)"/.exec(text)?.[1] ?? ''
  }

  /** By a password, and a code where one is asked for. */
  async signIn(user: string, password = PASSWORD): Promise<Answer> {
    return this.post('/v1/session', { user, password })
  }

  /** Makes a second factor, confirms it, and gives back its secret and the codes for when it is lost. */
  async makeSecondFactor(): Promise<{ secret: string; backupCodes: string[] }> {
    const made = await this.post('/v1/session/second-factor', { password: PASSWORD })
    const secret = new URL(made.body['uri'] as string).searchParams.get('secret') ?? ''
    const confirmed = await this.put('/v1/session/second-factor', { code: totp(secret) })
    if (confirmed.status !== 200) throw new Error(`expected 200, got ${confirmed.status}`)
    return { secret, backupCodes: made.body['backupCodes'] as string[] }
  }

  /** As if they came with an answer. */
  keep(lines: readonly string[]): void {
    for (const line of lines) this.#keep(line)
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/max-age=0/i.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

export const OWN: Readonly<Record<string, string>> = {
  origin: ORIGIN,
  'sec-fetch-site': 'same-origin',
}

/** RFC 6238, as authenticators reckon it. */
export function totp(secret: string, atMs = Date.now()): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)))
  const mac = createHmac('sha1', base32(secret)).update(counter).digest()
  const offset = (mac[19] ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** RFC 4648 §6. */
function base32(text: string): Buffer {
  const bits = text
    .replace(/=+$/, '')
    .split('')
    .map((letter) =>
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
    )
    .join('')
  return Buffer.from(bits.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? [])
}
