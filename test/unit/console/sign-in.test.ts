import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  ADMINISTRATOR,
  APPROVER,
  CURATOR,
  openSignInHost,
  PASSWORD,
  totp,
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

const HOUR = 3_600_000
const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms)

function told(act: string): unknown[] {
  return [...host.store.events.all()].flatMap((event) =>
    event.act === act ? [{ actor: event.actor, ...event.subject }] : [],
  )
}

describe('with a password', () => {
  it('somebody signs in, is known, and signs out', async () => {
    const browser = host.browser()
    expect((await browser.get('/v1/me')).status).toBe(401)
    expect(await browser.signIn('bela')).toMatchObject({
      status: 200,
      body: { state: 'signed-in' },
    })
    expect((await browser.get('/v1/me')).body).toEqual({
      ...{ user: 'bela', organisation: 'Example CERT', roles: [CURATOR], withheld: [] },
      ...{ by: 'session', means: 'password', hasSecondFactor: false },
      expiresAt: '2030-01-01T12:00:00.000Z',
    })
    const stolen = new Map(browser.cookies)
    expect((await browser.send('DELETE', '/v1/session', null)).status).toBe(204)
    expect(browser.cookies.size).toBe(0)
    // The cookie is worth nothing either, wherever it was kept.
    for (const [name, value] of stolen) browser.cookies.set(name, value)
    expect((await browser.get('/v1/me')).status).toBe(401)
  })

  it.each(['a', 'a..b', 'a.', 'a-_', `a${'.'.repeat(63)}`])('%s signs in', async (name) => {
    await host.addWithPassword(name, CURATOR)
    expect((await host.browser().signIn(name)).status).toBe(200)
  })

  it('each sign-in is told in the chain, by whom and how, without an address', async () => {
    await host.browser().signIn('bela')
    expect(told('signed-in')).toEqual([
      {
        ...{ actor: 'bela', user: 'bela', organisation: 'Example CERT', status: 'active' },
        ...{ roles: [CURATOR], by: 'password' },
      },
    ])
  })

  it('the cookie is for this host alone, over HTTPS, and out of reach of scripts', async () => {
    const { headers } = await host.browser().signIn('bela')
    const [cookie = '', ...others] = headers
      .getSetCookie()
      .filter((line) => !line.includes('Max-Age=0'))
    expect(others).toEqual([])
    expect(cookie).toMatch(/^__Host-bailiwick\.session_token=/)
    for (const part of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax', 'Max-Age=43200']) {
      expect(cookie.split('; ')).toContain(part)
    }
    expect(cookie).not.toMatch(/domain/i)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('the answer has no token in it', async () => {
    const { body } = await host.browser().signIn('bela')
    expect(Object.keys(body)).toEqual(['state'])
  })

  it('a session ends after its hours, however much it is used', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    pass(12 * HOUR - 1)
    expect((await browser.get('/v1/me')).status).toBe(200)
    pass(1)
    expect((await browser.get('/v1/me')).status).toBe(401)
  })

  it('who is disabled is out at once, and stays out', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    host.store.users.disable('bela', new Date())
    expect((await browser.get('/v1/me')).status).toBe(401)
    expect((await browser.signIn('bela')).status).toBe(401)
  })

  it('who loses a role loses it at once', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    host.store.users.takeRole('bela', CURATOR)
    expect((await browser.get('/v1/me')).body).toMatchObject({ roles: [] })
  })
})

describe('a second factor', () => {
  it('is needed before the roles that decide count', async () => {
    host.store.users.giveRole('bela', APPROVER)
    const browser = host.browser()
    await browser.signIn('bela')
    expect((await browser.get('/v1/me')).body).toMatchObject({
      ...{ roles: [CURATOR], withheld: [APPROVER], hasSecondFactor: false },
    })
    await browser.makeSecondFactor()
    expect((await browser.get('/v1/me')).body).toMatchObject({
      ...{ roles: [APPROVER, CURATOR], withheld: [], hasSecondFactor: true },
    })
    expect(told('user-changed')).toContainEqual(
      expect.objectContaining({ actor: 'bela', change: 'second factor' }),
    )
  })

  it('is asked for at each sign-in from then on', async () => {
    const first = host.browser()
    await first.signIn('bela')
    const { secret } = await first.makeSecondFactor()
    pass(60_000)
    const browser = host.browser()
    expect((await browser.signIn('bela')).body).toEqual({ state: 'code-needed' })
    expect((await browser.get('/v1/me')).status).toBe(401)
    const given = await browser.post('/v1/session/code', { code: totp(secret) })
    expect(given).toMatchObject({ status: 200, body: { state: 'signed-in' } })
    expect((await browser.get('/v1/me')).status).toBe(200)
    expect(told('signed-in').at(-1)).toMatchObject({ by: 'password and code' })
  })

  it('has codes that count once, also within their half minute', async () => {
    const first = host.browser()
    await first.signIn('bela')
    const { secret } = await first.makeSecondFactor()
    pass(60_000)
    const code = totp(secret)
    const [one, two] = [host.browser(), host.browser()]
    await one.signIn('bela')
    await two.signIn('bela')
    expect((await one.post('/v1/session/code', { code })).status).toBe(200)
    expect((await two.post('/v1/session/code', { code })).status).toBe(401)
    expect((await two.get('/v1/me')).status).toBe(401)
  })

  it('has codes for when it is lost, each of which counts once', async () => {
    const first = host.browser()
    await first.signIn('bela')
    const { backupCodes } = await first.makeSecondFactor()
    const [backupCode] = backupCodes
    for (const status of [200, 401]) {
      const browser = host.browser()
      await browser.signIn('bela')
      expect((await browser.post('/v1/session/code', { backupCode })).status).toBe(status)
      expect((await browser.get('/v1/me')).status).toBe(status)
    }
    expect(told('signed-in').at(-1)).toMatchObject({ by: 'password and backup code' })
  })

  it('makes nothing of a session that was begun without it', async () => {
    const [own, stolen] = [host.browser(), host.browser()]
    await own.signIn('bela')
    await stolen.signIn('bela')
    await own.makeSecondFactor()
    expect((await own.get('/v1/me')).status).toBe(200)
    expect((await stolen.get('/v1/me')).status).toBe(401)
  })

  it('is not replaced by whoever finds a session open', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    const wrong = { password: 'not the password at all' }
    expect((await browser.post('/v1/session/second-factor', wrong)).status).toBe(401)
    await browser.makeSecondFactor()
    const again = await browser.post('/v1/session/second-factor', { password: PASSWORD })
    expect(again).toMatchObject({ status: 400, body: { code: 'request/invalid' } })
  })

  it('can not be left out by asking for trust in a device', async () => {
    const first = host.browser()
    await first.signIn('bela')
    const { secret } = await first.makeSecondFactor()
    pass(60_000)
    const browser = host.browser()
    await browser.signIn('bela')
    const body = { code: totp(secret), trustDevice: true }
    expect((await browser.post('/v1/session/code', body)).status).toBe(400)
  })

  it('is not known to a code without a sign-in that was begun', async () => {
    const browser = host.browser()
    expect((await browser.post('/v1/session/code', { code: '123456' })).status).toBe(401)
  })
})

describe('an invitation', () => {
  it('is good for one password, and for a while', async () => {
    const code = host.add('carl', CURATOR)
    const body = { code, password: PASSWORD }
    const [one, two] = await Promise.all([
      host.browser().post('/v1/session/invitation', body),
      host.browser().post('/v1/session/invitation', { ...body, password: `${PASSWORD} 2` }),
    ])
    expect([one.status, two.status].sort()).toEqual([200, 401])
    expect((await host.browser().post('/v1/session/invitation', body)).status).toBe(401)
    const late = host.add('dora', CURATOR)
    pass(HOUR)
    const tooLate = { code: late, password: PASSWORD }
    expect((await host.browser().post('/v1/session/invitation', tooLate)).status).toBe(401)
  })

  it.each([11, 257])('takes no password of %i characters', async (length) => {
    const body = { code: host.add('carl'), password: 'x'.repeat(length) }
    const answer = await host.browser().post('/v1/session/invitation', body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'request/invalid' } })
    expect(JSON.stringify(answer.body)).not.toContain('xxx')
    for (const right of [{ ...body, password: 'x'.repeat(length === 11 ? 12 : 256) }]) {
      expect((await host.browser().post('/v1/session/invitation', right)).status).toBe(200)
    }
  })

  it('takes everything away that was before', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    const { secret } = await browser.makeSecondFactor()
    const until = new Date(Date.now() + HOUR)
    host.store.users.invite('bela', { hash: 'none', until }, new Date())
    expect((await browser.get('/v1/me')).status).toBe(401)
    expect((await host.browser().signIn('bela')).status).toBe(401)
    const begun = host.browser()
    expect((await begun.post('/v1/session/code', { code: totp(secret) })).status).toBe(401)
    expect(host.store.users.find('bela')).toMatchObject({
      hasPassword: false,
      hasSecondFactor: false,
    })
  })

  it('ends a sign-in that waits for its code', async () => {
    const first = host.browser()
    await first.signIn('bela')
    const { secret } = await first.makeSecondFactor()
    pass(60_000)
    const waiting = host.browser()
    await waiting.signIn('bela')
    host.store.users.disable('bela', new Date())
    expect((await waiting.post('/v1/session/code', { code: totp(secret) })).status).toBe(401)
  })
})

describe('a new password', () => {
  const body = { password: PASSWORD, newPassword: 'another long password' }

  it('is chosen with the old one, and ends all sessions', async () => {
    const [browser, other] = [host.browser(), host.browser()]
    await browser.signIn('bela')
    await other.signIn('bela')
    expect((await browser.put('/v1/session/password', body)).status).toBe(204)
    for (const one of [browser, other]) expect((await one.get('/v1/me')).status).toBe(401)
    expect((await browser.signIn('bela')).status).toBe(401)
    expect((await browser.signIn('bela', body.newPassword)).status).toBe(200)
  })

  it('is not chosen without', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    const wrong = { ...body, password: 'not the password at all' }
    expect((await browser.put('/v1/session/password', wrong)).status).toBe(401)
    expect((await host.browser().put('/v1/session/password', body)).status).toBe(401)
    expect((await host.browser().signIn('bela')).status).toBe(200)
  })
})
