import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CHALLENGES, FRESH_SESSION_MS, MAX_PASSKEYS } from '../../../src/console/limits.ts'
import {
  SoftAuthenticator,
  type CreationQuestion,
  type RequestQuestion,
  type Wrong,
} from '../../support/soft-authenticator.ts'
import {
  ADMINISTRATOR,
  APPROVER,
  CURATOR,
  openSignInHost,
  PASSWORD,
  totp,
  type Answer,
  type Browser,
  type SignInHost,
} from '../../support/sign-in-host.ts'

let host: SignInHost

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-01T00:00:00.000Z') })
  host = openSignInHost()
  await host.addWithPassword('anna', ADMINISTRATOR)
  await host.addWithPassword('bela', CURATOR, APPROVER)
})

afterEach(() => {
  expect(host.faults).toEqual([])
  host.close()
  vi.useRealTimers()
})

const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms)

async function signedIn(user = 'bela'): Promise<Browser> {
  const browser = host.browser()
  await browser.signIn(user)
  return browser
}

async function askToMake(browser: Browser, body: object = {}): Promise<CreationQuestion> {
  const { status, body: options } = await browser.post('/v1/session/passkeys/challenge', body)
  if (status !== 200) throw new Error(`expected 200, got ${status}`)
  return options as unknown as CreationQuestion
}

async function askToSign(browser: Browser): Promise<RequestQuestion> {
  return (await browser.post('/v1/session/passkey/challenge', {}))
    .body as unknown as RequestQuestion
}

async function add(
  browser: Browser,
  authenticator = new SoftAuthenticator(),
  wrong: Wrong = {},
): Promise<Answer> {
  const created = authenticator.create(await askToMake(browser), wrong)
  return browser.post('/v1/session/passkeys', { name: 'Laptop', ...created })
}

async function passkeyOf(user = 'bela', terms = {}): Promise<SoftAuthenticator> {
  const authenticator = new SoftAuthenticator(terms)
  const added = await add(await signedIn(user), authenticator)
  if (added.status !== 200) throw new Error(`expected 200, got ${added.text}`)
  return authenticator
}

async function signIn(
  authenticator: SoftAuthenticator,
  wrong: Wrong = {},
  browser = host.browser(),
): Promise<Answer> {
  const signed = authenticator.sign(await askToSign(browser), wrong)
  return browser.post('/v1/session/passkey', signed)
}

function told(act: string): unknown[] {
  return [...host.store.events.all()].flatMap((event) =>
    event.act === act ? [{ actor: event.actor, ...event.subject }] : [],
  )
}

const REFUSED = { status: 401, body: { code: 'session/passkey' } }

describe('a passkey', () => {
  it('is asked for so that it verifies its user, names the user, and tells nothing of its maker', async () => {
    expect(await askToMake(await signedIn())).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      rp: { id: 'lists.cert.test', name: 'Example CERT' },
      user: {
        ...{ id: Buffer.from('id-of-bela').toString('base64url') },
        ...{ name: 'bela', displayName: 'bela' },
      },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
      ...{ timeout: 300_000, attestation: 'none', excludeCredentials: [] },
      authenticatorSelection: {
        ...{ residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      },
    })
  })

  it.each(['ES256', 'EdDSA', 'RS256'] as const)(
    'signs in by %s without a name',
    async (algorithm) => {
      const authenticator = await passkeyOf('bela', { algorithm })
      const browser = host.browser()
      expect(await askToSign(browser)).toEqual({
        challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
        ...{ rpId: 'lists.cert.test', timeout: 300_000, userVerification: 'required' },
      })
      const answer = await signIn(authenticator, {}, browser)
      expect(answer).toMatchObject({ status: 200, body: { state: 'signed-in' } })
      expect((await browser.get('/v1/me')).body).toMatchObject({
        ...{ user: 'bela', means: 'passkey', roles: [APPROVER, CURATOR], withheld: [] },
        hasSecondFactor: false,
      })
      expect(told('signed-in').at(-1)).toMatchObject({ actor: 'bela', user: 'bela', by: 'passkey' })
    },
  )

  it('is told of when it is added, and of the user without the name that it was given', async () => {
    await passkeyOf()
    expect(told('passkey-added')).toEqual([
      {
        ...{ actor: 'bela', user: 'bela', organisation: 'Example CERT', status: 'active' },
        ...{ roles: [APPROVER, CURATOR], passkey: 1 },
      },
    ])
  })

  it('is listed to its user alone, with when it was used last', async () => {
    const authenticator = await passkeyOf()
    pass(60_000)
    await signIn(authenticator)
    expect((await (await signedIn()).get('/v1/session/passkeys')).body).toEqual({
      items: [
        {
          ...{ passkey: 1, name: 'Laptop', createdAt: '2030-01-01T00:00:00.000Z' },
          lastUsedAt: '2030-01-01T00:01:00.000Z',
        },
      ],
    })
    expect((await (await signedIn('anna')).get('/v1/session/passkeys')).body).toEqual({ items: [] })
    expect((await host.browser().get('/v1/session/passkeys')).status).toBe(401)
  })

  it('goes on where it counts, and where it does not', async () => {
    const counting = await passkeyOf('bela', { counter: 5 })
    const other = await passkeyOf('anna')
    for (const authenticator of [counting, counting, other, other]) {
      expect((await signIn(authenticator)).status).toBe(200)
    }
  })
})

describe('an answer to sign in', () => {
  it.each<[string, Wrong]>([
    ['another origin', { origin: 'https://lists.cert.test.evil.example' }],
    ['plain HTTP', { origin: 'http://lists.cert.test' }],
    ['another port', { origin: 'https://lists.cert.test:8443' }],
    ['another relying party', { rpId: 'cert.test' }],
    ['a frame in a page of another', { isFramed: true }],
    ['a user who was not verified', { isUnverified: true }],
    ['a user who was not present', { isAbsent: true }],
    ['the making of a passkey', { type: 'webauthn.create' }],
    ['another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['a wrong signature', { signature: true }],
    ["another's handle", { userHandle: Buffer.from('id-of-anna').toString('base64url') }],
  ])('from %s is refused', async (_, wrong) => {
    const authenticator = await passkeyOf()
    const browser = host.browser()
    expect(await signIn(authenticator, wrong, browser)).toMatchObject(REFUSED)
    expect((await browser.get('/v1/me')).status).toBe(401)
    expect(told('passkey-refused')).toEqual([])
    // The same without what was wrong is right.
    expect((await signIn(authenticator)).status).toBe(200)
  })

  it('counts once', async () => {
    const authenticator = await passkeyOf()
    const browser = host.browser()
    const signed = authenticator.sign(await askToSign(browser))
    expect((await browser.post('/v1/session/passkey', signed)).status).toBe(200)
    expect(await host.browser().post('/v1/session/passkey', signed)).toMatchObject(REFUSED)
    const [one, two] = [host.browser(), host.browser()]
    const again = authenticator.sign(await askToSign(one))
    const both = await Promise.all([
      one.post('/v1/session/passkey', again),
      two.post('/v1/session/passkey', again),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401])
  })

  it.each([
    [CHALLENGES.lifeMs - 1, 200],
    [CHALLENGES.lifeMs, 401],
  ])('after %i ms is answered %i', async (ms, status) => {
    const authenticator = await passkeyOf()
    const browser = host.browser()
    const question = await askToSign(browser)
    pass(ms)
    const answer = await browser.post('/v1/session/passkey', authenticator.sign(question))
    expect(answer.status).toBe(status)
  })

  it('to a question for a new passkey is none to sign in', async () => {
    const authenticator = await passkeyOf()
    const { challenge } = await askToMake(await signInAgain(authenticator))
    const signed = authenticator.sign({ challenge, rpId: 'lists.cert.test' })
    expect(await host.browser().post('/v1/session/passkey', signed)).toMatchObject(REFUSED)
  })

  it('of a passkey that nobody has is refused as a wrong one is', async () => {
    const stranger = new SoftAuthenticator()
    stranger.userHandle = Buffer.from('id-of-bela').toString('base64url')
    expect(await signIn(stranger)).toMatchObject(REFUSED)
  })

  it.each([
    [6, 401],
    [7, 401],
    [8, 200],
  ])(
    'with counter %i behind 7 is answered %i, and one that went back is told',
    async (counter, status) => {
      const authenticator = await passkeyOf('bela', { counter: 5 })
      authenticator.counter = 6
      expect((await signIn(authenticator)).status).toBe(200)
      expect((await signIn(authenticator, { counter })).status).toBe(status)
      expect(told('passkey-refused')).toHaveLength(status === 200 ? 0 : 1)
      for (const event of told('passkey-refused')) {
        expect(event).toMatchObject({ actor: 'anna', user: 'bela', passkey: 1 })
      }
    },
  )

  it('with a counter that went back, but signed by another, tells nothing', async () => {
    const authenticator = await passkeyOf('bela', { counter: 5 })
    expect(await signIn(authenticator, { counter: 1, signature: true })).toMatchObject(REFUSED)
    expect(told('passkey-refused')).toEqual([])
  })

  it('of somebody disabled is refused, and right again when enabled', async () => {
    const authenticator = await passkeyOf()
    host.store.users.disable('bela', new Date())
    expect(await signIn(authenticator)).toMatchObject(REFUSED)
    host.store.users.enable('bela', new Date())
    expect((await signIn(authenticator)).status).toBe(200)
  })

  it('from a page of another site is not even looked at', async () => {
    const authenticator = await passkeyOf()
    const browser = host.browser()
    const signed = authenticator.sign(await askToSign(browser))
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect(await browser.post('/v1/session/passkey', signed, foreign)).toMatchObject({
      ...{ status: 403, body: { code: 'session/origin' } },
    })
    expect((await browser.post('/v1/session/passkey/challenge', {}, foreign)).status).toBe(403)
  })

  it('is held up when too many are wrong', async () => {
    const authenticator = await passkeyOf()
    const browser = host.browser('198.51.100.7')
    const statuses: number[] = []
    for (let n = 0; n < 6; n++) {
      statuses.push((await signIn(authenticator, { signature: true }, browser)).status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  })

  it('with a member more, or that is no base64url, is invalid', async () => {
    const authenticator = await passkeyOf()
    const browser = host.browser()
    const signed = authenticator.sign(await askToSign(browser))
    for (const body of [
      { ...signed, user: 'anna' },
      { ...signed, means: 'passkey' },
      { ...signed, signature: `${signed.signature}=` },
      { ...signed, id: '' },
    ]) {
      expect((await browser.post('/v1/session/passkey', body)).status).toBe(400)
    }
  })

  it('that is not what it should be inside is refused', async () => {
    const authenticator = await passkeyOf()
    for (const bad of ['AA', 'bnVsbA', 'e30', Buffer.from('[1]').toString('base64url')]) {
      for (const member of ['clientDataJSON', 'authenticatorData', 'signature']) {
        const browser = host.browser(`198.51.100.${bad.length}`)
        const signed = authenticator.sign(await askToSign(browser))
        const answer = await browser.post('/v1/session/passkey', { ...signed, [member]: bad })
        expect([401, 429]).toContain(answer.status)
      }
    }
  })
})

async function signInAgain(authenticator: SoftAuthenticator): Promise<Browser> {
  const browser = host.browser()
  const { status } = await signIn(authenticator, {}, browser)
  if (status !== 200) throw new Error(`expected 200, got ${status}`)
  return browser
}

describe('a new passkey', () => {
  it.each<[string, Wrong]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['a frame in a page of another', { isFramed: true }],
    ['a user who was not verified', { isUnverified: true }],
    ['a user who was not present', { isAbsent: true }],
    ['a signature', { type: 'webauthn.get' }],
    ['another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
  ])('from %s is refused', async (_, wrong) => {
    const browser = await signedIn()
    expect(await add(browser, new SoftAuthenticator(), wrong)).toMatchObject(REFUSED)
    expect((await browser.get('/v1/session/passkeys')).body).toEqual({ items: [] })
  })

  it('is made once for a question, in time, and by whom it was asked', async () => {
    const browser = await signedIn()
    const question = await askToMake(browser)
    const body = { name: 'Laptop', ...new SoftAuthenticator().create(question) }
    const other = await signedIn('anna')
    expect(await other.post('/v1/session/passkeys', body)).toMatchObject(REFUSED)
    expect(await browser.post('/v1/session/passkeys', body)).toMatchObject(REFUSED)
    const late = new SoftAuthenticator().create(await askToMake(browser))
    pass(CHALLENGES.lifeMs)
    expect(await browser.post('/v1/session/passkeys', { name: 'x', ...late })).toMatchObject(
      REFUSED,
    )
  })

  it('is not made of one that another user has', async () => {
    const authenticator = await passkeyOf('anna')
    expect(await add(await signedIn(), authenticator)).toMatchObject(REFUSED)
    expect(host.store.passkeys.byCredential(authenticator.id)).toMatchObject({
      userId: 'id-of-anna',
    })
  })

  it('needs the password, unless the session has just begun', async () => {
    const browser = await signedIn()
    pass(FRESH_SESSION_MS - 1)
    await askToMake(browser)
    pass(1)
    const ask = (body: object): Promise<Answer> =>
      browser.post('/v1/session/passkeys/challenge', body)
    expect(await ask({})).toMatchObject({ status: 403, body: { code: 'session/stale' } })
    expect(await ask({ password: 'not the password at all' })).toMatchObject({
      ...{ status: 401, body: { code: 'session/refused' } },
    })
    expect((await ask({ password: PASSWORD })).status).toBe(200)
  })

  it('counts wrong passwords as signing in does', async () => {
    const browser = await signedIn()
    const statuses: number[] = []
    for (let n = 0; n < 6; n++) {
      const body = { password: 'not the password at all' }
      statuses.push((await browser.post('/v1/session/passkeys/challenge', body)).status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  })

  it('is for who has signed in, not for an API key', async () => {
    const key = host.makeKey('key', 'bela', CURATOR)
    const path = '/v1/session/passkeys/challenge'
    const answer = await host.browser().post(path, {}, { authorization: `Bearer ${key}` })
    expect(answer).toMatchObject({ status: 401, body: { code: 'session/none' } })
  })

  it('is one of so many', async () => {
    const browser = await signedIn()
    await add(browser)
    const both = [new SoftAuthenticator(), new SoftAuthenticator()]
    const again = await signInAgain(await passkeyAmong(browser, MAX_PASSKEYS - 2))
    const questions = [await askToMake(again), await askToMake(again)]
    const answers = await Promise.all(
      questions.map((question, n) =>
        again.post('/v1/session/passkeys', { name: 'Last', ...both[n]!.create(question) }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    expect((await again.post('/v1/session/passkeys/challenge', {})).status).toBe(400)
  })

  it('excludes those that there are', async () => {
    const authenticator = await passkeyOf()
    const browser = await signInAgain(authenticator)
    expect(await askToMake(browser)).toMatchObject({
      excludeCredentials: [{ type: 'public-key', id: authenticator.id, transports: ['internal'] }],
    })
  })
})

/** Adds as many more behind the API. */
async function passkeyAmong(browser: Browser, more: number): Promise<SoftAuthenticator> {
  const [first] = host.store.passkeys.ofUser('id-of-bela')
  if (first === undefined) throw new Error('expected a passkey, got none')
  for (let n = 0; n < more; n++) {
    const terms = { ...first, credentialId: `more-${n}`, at: new Date() }
    const { userId, credentialId, publicKey, counter, transports, name, at } = terms
    host.store.passkeys.add(
      { userId, credentialId, publicKey, counter, transports, name, at },
      MAX_PASSKEYS,
    )
  }
  // One that can sign: the first is removed for it.
  host.store.passkeys.remove('id-of-bela', first.number)
  const authenticator = new SoftAuthenticator()
  const created = authenticator.create({
    challenge: '',
    rp: { id: 'lists.cert.test' },
    user: { id: Buffer.from('id-of-bela').toString('base64url'), name: 'bela' },
  })
  await Promise.resolve(browser)
  return insert(authenticator, created.attestationObject)
}

/** The key is behind the last of the credential's id. */
function insert(authenticator: SoftAuthenticator, attestationObject: string): SoftAuthenticator {
  const object = Buffer.from(attestationObject, 'base64url')
  const id = Buffer.from(authenticator.id, 'base64url')
  const publicKey = object.subarray(object.indexOf(id) + id.length)
  const terms = { credentialId: authenticator.id, publicKey, counter: 0, transports: [] }
  host.store.passkeys.add(
    { ...terms, userId: 'id-of-bela', name: 'Own', at: new Date() },
    MAX_PASSKEYS,
  )
  return authenticator
}

describe('whoever has a passkey or a second factor', () => {
  const ONE_FACTOR = { status: 403, body: { code: 'session/one-factor' } }

  it('changes neither in a session by the password alone', async () => {
    const authenticator = await passkeyOf()
    const browser = await signedIn()
    expect((await browser.get('/v1/me')).body).toMatchObject({ withheld: [APPROVER] })
    const password = { password: PASSWORD }
    for (const path of ['passkeys/challenge', 'passkeys/1/removal', 'second-factor']) {
      expect(await browser.post(`/v1/session/${path}`, password)).toMatchObject(ONE_FACTOR)
    }
    const strong = await signInAgain(authenticator)
    expect((await add(strong)).status).toBe(200)
    expect((await strong.makeSecondFactor()).backupCodes).not.toEqual([])
  })

  it('has no second factor confirmed that was begun before the passkey', async () => {
    const other = await signedIn()
    const made = await other.post('/v1/session/second-factor', { password: PASSWORD })
    await passkeyOf()
    const secret = new URL(made.body['uri'] as string).searchParams.get('secret') ?? ''
    const code = { code: totp(secret) }
    expect(await other.put('/v1/session/second-factor', code)).toMatchObject(ONE_FACTOR)
  })

  it('gets no passkey by a question from before the second factor', async () => {
    const weak = host.browser()
    const step = await host.signIn.beginBy('id-of-bela', 'single-sign-on', new Headers())
    if (step.outcome === 'signed-in') weak.keep(step.cookies)
    const question = await askToMake(weak, { password: PASSWORD })
    await (await signedIn()).makeSecondFactor()
    const body = { name: 'Laptop', ...new SoftAuthenticator().create(question) }
    expect(await weak.post('/v1/session/passkeys', body)).toMatchObject(ONE_FACTOR)
  })
})

describe('a passkey that was removed', () => {
  it('signs in no more, is told of, and ends what passkeys began', async () => {
    const authenticator = await passkeyOf()
    const [browser, other] = [await signInAgain(authenticator), await signInAgain(authenticator)]
    const byPassword = await signedIn()
    expect((await browser.post('/v1/session/passkeys/1/removal', {})).status).toBe(204)
    expect(told('passkey-removed')).toEqual([
      expect.objectContaining({ actor: 'bela', user: 'bela', passkey: 1 }),
    ])
    expect(await signIn(authenticator)).toMatchObject(REFUSED)
    for (const ended of [browser, other]) expect((await ended.get('/v1/me')).status).toBe(401)
    expect((await byPassword.get('/v1/me')).status).toBe(200)
  })

  it('must be one of the own', async () => {
    await passkeyOf('anna')
    const browser = await signInAgain(await passkeyOf())
    for (const number of ['1', '3', '0', '-1', 'x', '2.0', '999999999999999999']) {
      const answer = await browser.post(`/v1/session/passkeys/${number}/removal`, {})
      expect(answer).toMatchObject({ status: 404 })
    }
    expect(host.store.passkeys.ofUser('id-of-anna')).toHaveLength(1)
  })

  it('needs the password, unless the session has just begun', async () => {
    const browser = await signInAgain(await passkeyOf())
    pass(FRESH_SESSION_MS)
    const remove = (body: object): Promise<Answer> =>
      browser.post('/v1/session/passkeys/1/removal', body)
    expect((await remove({})).status).toBe(403)
    expect((await remove({ password: PASSWORD })).status).toBe(204)
  })

  it('goes with everything else when its user is invited anew', async () => {
    const authenticator = await passkeyOf()
    const until = new Date(Date.now() + 3_600_000)
    host.store.users.invite('bela', { hash: 'none', until }, new Date())
    expect(await signIn(authenticator)).toMatchObject(REFUSED)
    expect(host.store.passkeys.ofUser('id-of-bela')).toEqual([])
  })
})
