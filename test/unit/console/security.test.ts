import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  MAX_BODY_BYTES,
  PER_ACCOUNT,
  PER_ADDRESS,
  PER_ADDRESS_AND_ACCOUNT,
} from '../../../src/console/limits.ts'
import {
  ADMINISTRATOR,
  APPROVER,
  CURATOR,
  openSignInHost,
  ORIGIN,
  OWN,
  PASSWORD,
  totp,
  type Answer,
  type SignInHost,
} from '../../support/sign-in-host.ts'

let host: SignInHost

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-01T00:00:00.000Z') })
  host = openSignInHost()
  await host.addWithPassword('anna', ADMINISTRATOR)
  await host.addWithPassword('bela', CURATOR)
})

afterEach(() => {
  expect(host.faults).toEqual([])
  host.close()
  vi.useRealTimers()
})

const WRONG = 'not the password at all'
const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms)

describe('who guesses', () => {
  it('has so many tries at one account, then one a minute', async () => {
    const browser = host.browser()
    const { tries, everyMs } = PER_ADDRESS_AND_ACCOUNT
    for (let i = 0; i < tries; i++) expect((await browser.signIn('bela', WRONG)).status).toBe(401)
    // Also with the right one, or it would be found out all the same.
    const refused = await browser.signIn('bela')
    expect(refused).toMatchObject({ status: 429, body: { code: 'request/too-many' } })
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    pass(everyMs)
    expect((await browser.signIn('bela')).status).toBe(200)
  })

  it('can not do better by asking for many at once', async () => {
    const browser = host.browser()
    const asked = Array.from({ length: 12 }, () => browser.signIn('bela', WRONG))
    const refused = (await Promise.all(asked)).filter(({ status }) => status === 401)
    expect(refused).toHaveLength(PER_ADDRESS_AND_ACCOUNT.tries)
  })

  it('keeps nobody else out', async () => {
    const guesser = host.browser('198.51.100.1')
    for (let i = 0; i < 30; i++) await guesser.signIn('bela', WRONG)
    expect((await host.browser('192.0.2.1').signIn('bela')).status).toBe(200)
  })

  it('does not get more by other names', async () => {
    const browser = host.browser()
    for (let i = 0; i < PER_ADDRESS.tries; i++) await browser.signIn(`name-${i}`, WRONG)
    expect((await browser.signIn('bela')).status).toBe(429)
    pass(PER_ADDRESS.everyMs)
    expect((await browser.signIn('bela')).status).toBe(200)
  })

  it('from many places is held up, but not who was here before', async () => {
    await host.browser('192.0.2.1').signIn('bela')
    const guess = (i: number): Promise<Answer> =>
      host.browser(`198.51.100.${i}`).signIn('bela', 'short')
    for (let i = 0; i < PER_ACCOUNT.tries; i++) await guess(i)
    expect((await guess(250)).status).toBe(429)
    expect((await host.browser('192.0.2.1').signIn('bela')).status).toBe(200)
    expect((await host.browser('198.51.100.251').signIn('anna')).status).toBe(200)
    pass(PER_ACCOUNT.everyMs)
    expect((await host.browser('203.0.113.1').signIn('bela')).status).toBe(200)
  }, 60_000)

  it('codes has five for each sign-in', async () => {
    const first = host.browser('203.0.113.9')
    await first.signIn('bela')
    const { secret } = await first.makeSecondFactor()
    pass(90_000)
    const browser = host.browser()
    await browser.signIn('bela')
    const right = totp(secret)
    const wrong = right === '000000' ? '111111' : '000000'
    for (let i = 0; i < PER_ADDRESS_AND_ACCOUNT.tries; i++) {
      expect((await browser.post('/v1/session/code', { code: wrong })).status).toBe(401)
    }
    expect((await browser.post('/v1/session/code', { code: right })).status).toBe(429)
    pass(PER_ADDRESS_AND_ACCOUNT.everyMs)
    // The sign-in itself has used up its tries.
    expect((await browser.post('/v1/session/code', { code: totp(secret) })).status).toBe(401)
  })
})

describe('when too many sign in at once', () => {
  it.each(['bela', 'carl'])('%s is asked to come again', async (name) => {
    host.holdUp()
    const answer = await host.browser().signIn(name)
    expect(answer).toMatchObject({ status: 503, body: { code: 'serve/busy' } })
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(answer.headers.getSetCookie()).toEqual([])
  })
})

describe('who asks for names', () => {
  it.each([
    ['that nobody has', 'carl', () => undefined],
    ['that nobody can have', 'no body', () => undefined],
    ['that somebody has', 'bela', () => undefined],
    ['without a password yet', 'dora', () => void host.add('dora')],
    ['that are disabled', 'bela', () => void host.store.users.disable('bela', new Date())],
  ])('hears the same of those %s', async (_, name, prepare) => {
    prepare()
    const before = host.hashed()
    const { status, body, headers } = await host.browser().signIn(name, WRONG)
    // As long, too: the hash is what takes the time.
    expect(host.hashed() - before).toBe(1)
    expect({ status, body, cookies: headers.getSetCookie() }).toEqual({
      status: 401,
      body: {
        type: 'urn:bailiwick:error:session/refused',
        title: 'Unauthorized',
        ...{ status: 401, code: 'session/refused' },
        detail: 'expected the name of a user and its password, got others',
      },
      cookies: [],
    })
  })
})

describe('a session', () => {
  it('is never one that the browser brought', async () => {
    const browser = host.browser()
    const fixed = `${'f'.repeat(32)}.${'f'.repeat(43)}%3D`
    browser.cookies.set('__Host-bailiwick.session_token', fixed)
    await browser.signIn('bela')
    expect(browser.cookies.get('__Host-bailiwick.session_token')).not.toBe(fixed)
    const attacker = host.browser()
    attacker.cookies.set('__Host-bailiwick.session_token', fixed)
    expect((await attacker.get('/v1/me')).status).toBe(401)
  })

  it('is a new one with each sign-in, and the one before is over', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    const before = host.browser()
    for (const [name, value] of browser.cookies) before.cookies.set(name, value)
    await browser.signIn('anna')
    expect((await before.get('/v1/me')).status).toBe(401)
    expect((await browser.get('/v1/me')).body).toMatchObject({ user: 'anna' })
  })

  it('changes with the second factor', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    const before = host.browser()
    for (const [name, value] of browser.cookies) before.cookies.set(name, value)
    await browser.makeSecondFactor()
    expect((await before.get('/v1/me')).status).toBe(401)
  })

  it('is worth nothing with a signature of somebody else', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    for (const [name, value] of browser.cookies) {
      browser.cookies.set(name, value.replace(/\.[^.]*$/, `.${'A'.repeat(43)}%3D`))
    }
    expect((await browser.get('/v1/me')).status).toBe(401)
  })
})

describe('another site', () => {
  const FOREIGN: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['with its origin', { origin: 'https://evil.test' }],
    ['with none, as from a frame', { origin: 'null' }],
    ['of the same domain', { 'sec-fetch-site': 'same-site' }],
    ['by Fetch Metadata alone', { 'sec-fetch-site': 'cross-site' }],
    ['with an origin that begins alike', { origin: `${ORIGIN}.evil.test` }],
    ['over plain HTTP', { origin: ORIGIN.replace('https', 'http') }],
    ['that contradicts itself', { origin: ORIGIN, 'sec-fetch-site': 'cross-site' }],
  ]
  const WRITES = [
    ['DELETE', '/v1/session', null],
    ['POST', '/v1/session', { user: 'bela', password: PASSWORD }],
    ['POST', '/v1/session/code', { code: '123456' }],
    ['POST', '/v1/session/invitation', { code: 'x', password: PASSWORD }],
    ['PUT', '/v1/session/password', { password: PASSWORD, newPassword: PASSWORD }],
    ['POST', '/v1/session/second-factor', { password: PASSWORD }],
    ['PUT', '/v1/session/second-factor', { code: '123456' }],
  ] as const

  it.each(FOREIGN)('%s makes a browser do nothing', async (_, headers) => {
    const browser = host.browser()
    await browser.signIn('bela')
    for (const [method, path, body] of WRITES) {
      const { status, body: problem } = await browser.send(method, path, body, headers)
      expect({ path, status, code: problem['code'] }).toEqual({
        ...{ path, status: 403, code: 'session/origin' },
      })
    }
    expect((await browser.get('/v1/me')).status).toBe(200)
  })

  it('can not be hidden by saying nothing, where there is a cookie', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    for (const [method, path, body] of WRITES) {
      expect((await browser.send(method, path, body, {})).status).toBe(403)
    }
  })

  it('can not sign a browser in as somebody else', async () => {
    const body = { user: 'bela', password: PASSWORD }
    const answer = await host.browser().post('/v1/session', body, { origin: 'https://evil.test' })
    expect(answer.status).toBe(403)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
  ])('sends forms as %j, which are not read', async (type) => {
    const body = JSON.stringify({ user: 'bela', password: PASSWORD })
    const answer = await host.browser().post('/v1/session', body, { ...OWN, 'content-type': type })
    expect(answer).toMatchObject({ status: 400, body: { code: 'request/invalid' } })
  })

  it('is told nothing that its page could read', async () => {
    const { headers } = await host.browser().get('/v1/me', { origin: 'https://evil.test' })
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('a body', () => {
  const begin = (body: unknown): Promise<Answer> => host.browser().post('/v1/session', body)

  it('is read up to its limit and no further', async () => {
    const text = (length: number): string => {
      const start = '{"user":"bela","password":"'
      return `${start}${'x'.repeat(length - start.length - 2)}"}`
    }
    expect((await begin(text(MAX_BODY_BYTES))).body).toMatchObject({ code: 'request/invalid' })
    expect(await begin(text(MAX_BODY_BYTES + 1))).toMatchObject({
      status: 413,
      body: { code: 'request/body' },
    })
  })

  it('without an end is left where the limit is', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1024
        controller.enqueue(new Uint8Array(1024))
      },
    })
    const init = { method: 'POST', body: endless, duplex: 'half' }
    const headers = { ...OWN, 'content-type': 'application/json' }
    const response = await host.app.request('/v1/session', { ...init, headers } as RequestInit)
    expect(response.status).toBe(413)
    expect(pulled).toBeLessThan(MAX_BODY_BYTES + 10 * 1024)
  })

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['no UTF-8', '{"user":"\ud800"}'],
    ['a list', []],
    ['null', null],
    ['a number for a name', { user: 1, password: PASSWORD }],
    ['an object for a password', { user: 'bela', password: { $ne: '' } }],
    ['no password', { user: 'bela' }],
    ['one member more', { user: 'bela', password: PASSWORD, rememberMe: true }],
    ['a prototype', '{"user":"bela","password":"x","__proto__":{"role":"administrator"}}'],
    ['a longer name', { user: 'b'.repeat(65), password: PASSWORD }],
  ])('with %s is refused', async (_, body) => {
    const answer = await begin(body ?? 'null')
    expect(answer).toMatchObject({ status: 400, body: { code: 'request/invalid' } })
  })
})

describe('more than one is', () => {
  it.each([
    ['POST', '/v1/session/sign-up/email'],
    ['POST', '/v1/session/update-user'],
    ['POST', '/v1/session/change-email'],
    ['POST', '/v1/session/delete-user'],
    ['POST', '/v1/session/request-password-reset'],
    ['POST', '/v1/session/two-factor/disable'],
    ['POST', '/api/auth/sign-up/email'],
    ['POST', '/api/auth/update-user'],
    ['GET', '/api/auth/get-session'],
    ['POST', '/v1/me'],
    ['PUT', '/v1/me'],
    ['PATCH', '/v1/session'],
  ])('nobody becomes by %s %s, which is not there', async (method, path) => {
    const browser = host.browser()
    await browser.signIn('bela')
    const body = { name: 'x', email: 'x@x.test', password: PASSWORD, roles: [ADMINISTRATOR] }
    expect((await browser.send(method, path, method === 'GET' ? null : body)).status).toBe(404)
    expect(host.store.users.find('bela')).toMatchObject({ roles: [CURATOR] })
  })

  it.each(['roles', 'role', 'status', 'secondFactor', 'twoFactorEnabled', 'emailVerified', 'id'])(
    'nobody becomes by handing in %s as well',
    async (member) => {
      const body = {
        code: host.add('carl', CURATOR),
        password: PASSWORD,
        [member]: 'administrator',
      }
      const answer = await host.browser().post('/v1/session/invitation', body)
      expect(answer).toMatchObject({ status: 400, body: { code: 'request/invalid' } })
      expect(host.store.users.find('carl')).toMatchObject({ roles: [CURATOR], hasPassword: false })
    },
  )
})

describe('an API key', () => {
  const asKey = (key: string): Promise<Answer> =>
    host.browser().get('/v1/me', { authorization: `Bearer ${key}` })

  it('acts in its one role', async () => {
    host.store.users.giveRole('bela', APPROVER)
    const key = host.makeKey('import', 'bela', CURATOR)
    expect((await asKey(key)).body).toEqual({
      ...{ user: 'bela', organisation: 'Example CERT', roles: [CURATOR], withheld: [] },
      ...{ by: 'api-key', key: 'import', expiresAt: '2030-01-02T00:00:00.000Z' },
    })
    expect(host.store.apiKeys.all()[0]?.lastUsedAt).toEqual(new Date())
  })

  it('ends when it was said to', async () => {
    const key = host.makeKey('import', 'bela', CURATOR, 1)
    pass(86_400_000 - 1)
    expect((await asKey(key)).status).toBe(200)
    pass(1)
    expect((await asKey(key)).status).toBe(401)
  })

  it.each([
    ['revoked', () => void host.store.apiKeys.revoke('import', new Date())],
    ['of somebody disabled', () => void host.store.users.disable('bela', new Date())],
  ])('is nobody when it is %s', async (_, end) => {
    const key = host.makeKey('import', 'bela', CURATOR)
    expect((await asKey(key)).status).toBe(200)
    end()
    expect((await asKey(key)).status).toBe(401)
  })

  it('can do nothing more when its user has lost the role', async () => {
    const key = host.makeKey('import', 'bela', CURATOR)
    host.store.users.takeRole('bela', CURATOR)
    expect((await asKey(key)).body).toMatchObject({ roles: [] })
  })

  it.each(['', 'blk_', `blk_${'A'.repeat(43)}`, `blw_${'A'.repeat(43)}`, `bli_${'A'.repeat(43)}`])(
    'is not %j',
    async (key) => {
      expect((await asKey(key)).status).toBe(401)
    },
  )

  it('that does not work is not made up for by a cookie', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    const authorization = `Bearer blk_${'A'.repeat(43)}`
    expect((await browser.get('/v1/me', { authorization })).status).toBe(401)
  })

  it('can not change how its user signs in', async () => {
    const authorization = `Bearer ${host.makeKey('import', 'bela', CURATOR)}`
    const body = { password: PASSWORD, newPassword: 'another long password' }
    const answer = await host.browser().put('/v1/session/password', body, { authorization })
    expect(answer).toMatchObject({ status: 401, body: { code: 'session/none' } })
    const factor = { password: PASSWORD }
    const made = await host.browser().post('/v1/session/second-factor', factor, { authorization })
    expect(made.status).toBe(401)
  })

  it('is stored as a hash alone, as invitations are', () => {
    const key = host.makeKey('import', 'bela', CURATOR)
    const code = host.add('carl')
    const rows = JSON.stringify([host.store.apiKeys.all(), [...host.store.events.all()]])
    expect(rows).not.toContain(key)
    expect(rows).not.toContain(code)
  })
})
