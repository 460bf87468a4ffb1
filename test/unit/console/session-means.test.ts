import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SignInMeans } from '../../../src/core/sign-in-means.ts'
import {
  APPROVER,
  CURATOR,
  openSignInHost,
  PASSWORD,
  totp,
  type Browser,
  type SignInHost,
} from '../../support/sign-in-host.ts'

let host: SignInHost

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-01T00:00:00.000Z') })
  host = openSignInHost(['approver', 'administrator'])
  host.add('anna', { list: '*', role: 'administrator' })
  await host.addWithPassword('bela', CURATOR, APPROVER)
})

afterEach(() => {
  expect(host.faults).toEqual([])
  host.close()
  vi.useRealTimers()
})

async function begunBy(means: Exclude<SignInMeans, 'password'>, user = 'bela'): Promise<Browser> {
  const browser = host.browser()
  const step = await host.signIn.beginBy(`id-of-${user}`, means, new Headers())
  if (step.outcome !== 'refused') browser.keep(step.cookies)
  return browser
}

async function me(browser: Browser): Promise<Readonly<Record<string, unknown>>> {
  return (await browser.get('/v1/me')).body
}

describe('a session that is begun without a password', () => {
  it.each(['passkey', 'single-sign-on'] as const)(
    'is one like others, and tells its means: %s',
    async (means) => {
      const step = await host.signIn.beginBy('id-of-bela', means, new Headers())
      if (step.outcome !== 'signed-in') throw new Error(`expected a session, got ${step.outcome}`)
      expect(step.userId).toBe('id-of-bela')
      expect(step.cookies).toHaveLength(1)
      for (const part of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax', 'Max-Age=43200']) {
        expect(step.cookies[0]?.split('; ')).toContain(part)
      }
      const browser = host.browser()
      browser.keep(step.cookies)
      expect(await me(browser)).toMatchObject({
        ...{ user: 'bela', by: 'session', means, expiresAt: '2030-01-01T12:00:00.000Z' },
      })
      vi.setSystemTime(Date.now() + 12 * 3_600_000)
      expect((await browser.get('/v1/me')).status).toBe(401)
    },
  )

  it('counts as two factors by a passkey', async () => {
    expect(await me(await begunBy('passkey'))).toMatchObject({
      ...{ roles: [APPROVER, CURATOR], withheld: [], hasSecondFactor: false },
    })
  })

  it("counts as one factor by another's word, whatever the user has", async () => {
    const withheld = { roles: [CURATOR], withheld: [APPROVER] }
    expect(await me(await begunBy('single-sign-on'))).toMatchObject(withheld)
    const browser = host.browser()
    await browser.signIn('bela')
    await browser.makeSecondFactor()
    expect(await me(await begunBy('single-sign-on'))).toMatchObject({
      ...{ ...withheld, hasSecondFactor: true },
    })
    expect(await me(browser)).toMatchObject({ roles: [APPROVER, CURATOR], means: 'password' })
  })

  it('keeps its means when a second factor is confirmed in it', async () => {
    const browser = await begunBy('single-sign-on')
    await browser.makeSecondFactor()
    expect(await me(browser)).toMatchObject({
      ...{ means: 'single-sign-on', hasSecondFactor: true, withheld: [APPROVER] },
    })
  })

  it('is none for nobody and for who is disabled', async () => {
    const refused = { outcome: 'refused' }
    expect(await host.signIn.beginBy('nobody', 'passkey', new Headers())).toEqual(refused)
    host.store.users.disable('bela', new Date())
    expect(await host.signIn.beginBy('id-of-bela', 'passkey', new Headers())).toEqual(refused)
    host.store.users.enable('bela', new Date())
    const { outcome } = await host.signIn.beginBy('id-of-bela', 'passkey', new Headers())
    expect(outcome).toBe('signed-in')
  })

  it('ends when its user is disabled', async () => {
    const browser = await begunBy('passkey')
    host.store.users.disable('bela', new Date())
    host.store.users.enable('bela', new Date())
    expect((await browser.get('/v1/me')).status).toBe(401)
  })
})

describe('a session by a password', () => {
  it('tells so, before and after its second factor', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    expect(await me(browser)).toMatchObject({ means: 'password', withheld: [APPROVER] })
    const { secret } = await browser.makeSecondFactor()
    expect(await me(browser)).toMatchObject({ means: 'password', withheld: [] })
    vi.setSystemTime(Date.now() + 60_000)
    const second = host.browser()
    await second.signIn('bela')
    await second.post('/v1/session/code', { code: totp(secret) })
    expect(await me(second)).toMatchObject({ means: 'password', withheld: [] })
  })

  it('takes no word of a client for what it was begun by', async () => {
    const body = { user: 'bela', password: PASSWORD, means: 'passkey' }
    expect((await host.browser().post('/v1/session', body)).status).toBe(400)
  })

  it('can not become one by something else, whoever writes', async () => {
    const browser = host.browser()
    await browser.signIn('bela')
    const { sqlite } = rawOf(host)
    expect(() => sqlite.exec(`UPDATE sessions SET means = 'passkey'`)).toThrow(
      'append-only: sessions',
    )
    expect(await me(browser)).toMatchObject({ means: 'password' })
  })
})

/** The database behind the library's adapter. */
function rawOf({ store }: SignInHost): { readonly sqlite: { exec: (sql: string) => void } } {
  const { $client } = store.signIn.db as { $client: { exec: (sql: string) => void } }
  return { sqlite: $client }
}
