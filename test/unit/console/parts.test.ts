import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clientAddress } from '../../../src/console/client-address.ts'
import { isConsolePath } from '../../../src/console/console-path.ts'
import * as limits from '../../../src/console/limits.ts'
import { needsHttps, readConsoleConfig } from '../../../src/console/read-config.ts'
import { Turns } from '../../../src/console/turns.ts'
import { UsedCodes } from '../../../src/console/used-codes.ts'
import { whenFree } from '../../../src/console/when-free.ts'
import { Fault } from '../../../src/core/fault.ts'
import { MAX_PEOPLE_URL_BYTES } from '../../../src/distribute/limits.ts'

describe('the address of a client', () => {
  const proxies = ['127.0.0.1', '2001:db8::1']
  it.each([
    ['192.0.2.1', undefined, '192.0.2.1'],
    // Whoever comes by no proxy may write there what he likes.
    ['192.0.2.1', '198.51.100.9', '192.0.2.1'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', '198.51.100.9', '198.51.100.9'],
    ['::ffff:127.0.0.1', '198.51.100.9', '198.51.100.9'],
    ['127.0.0.1', '203.0.113.7, 198.51.100.9', '198.51.100.9'],
    ['127.0.0.1', '203.0.113.7, 198.51.100.9, 2001:db8::1', '198.51.100.9'],
    ['127.0.0.1', '127.0.0.1, 127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '203.0.113.7,', '127.0.0.1'],
  ])('of %s, forwarded for %j, is %s', (remote, forwardedFor, address) => {
    expect(clientAddress({ remote, forwardedFor }, proxies)).toBe(address)
  })
})

describe('the paths of what people use', () => {
  it.each([
    ['/v1/session', true],
    ['/v1/session/code', true],
    ['/v1/openapi.json', true],
    ['/v1/openapi-json', false],
    ['/v1/sessions', false],
    ['/v1/me', true],
    ['/v1/mex', false],
    ['/v1/lists', false],
    ['/v1', false],
    ['/v10/session', false],
    ['/console', true],
    ['/console/', true],
    ['/console/queue', true],
    ['/consoles', false],
    ['/appeal', true],
    ['/appeal/x', true],
    ['/appeals', false],
    ['/auth', false],
    ['/healthz', false],
    ['/x/v1/me', false],
    ['//v1/me', false],
  ])('%s: %s', (path, isOne) => {
    expect(isConsolePath(path)).toBe(isOne)
  })
})

describe('codes that were used', () => {
  it('are used for as long as they could be right', () => {
    let at = 0
    const used = new UsedCodes(() => at)
    expect(used.use('anna', '123456')).toBe(true)
    expect(used.use('bela', '123456')).toBe(true)
    at = 89_999
    expect(used.use('anna', '123456')).toBe(false)
    at = 90_000
    expect(used.use('anna', '123456')).toBe(true)
  })
})

describe('turns', () => {
  it('let so many run, so many wait, and refuse the rest', async () => {
    const turns = new Turns({ atOnce: 2, waiting: 3 })
    const ends: (() => void)[] = []
    const begin = (): Promise<void> =>
      turns.take(() => new Promise<void>((resolve) => ends.push(resolve)))
    const taken = [begin(), begin(), begin(), begin(), begin()]
    await expect(begin()).rejects.toThrow(expect.objectContaining({ code: 'serve/busy' }))
    expect(ends).toHaveLength(2)
    for (let i = 0; i < taken.length; i++) {
      ends[i]?.()
      await taken[i]
      await Promise.resolve()
    }
    expect(ends).toHaveLength(5)
    const [one, two, three] = [begin(), begin(), begin()]
    expect(ends).toHaveLength(7)
    for (const end of ends) end()
    await Promise.all([one, two])
    ends.at(-1)?.()
    await three
  })

  it('pass on after what fails', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 1 })
    const failing = turns.take(() => Promise.reject(new Error('no')))
    const next = turns.take(() => Promise.resolve('yes'))
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('yes')
  })
})

describe('a write', () => {
  const busy = new Fault('store/busy', 'expected a free database, got another')
  function clock(): { now: () => number; pause: (ms: number) => Promise<void> } {
    let at = 0
    return {
      now: () => at,
      pause: (ms) => {
        at += ms
        return Promise.resolve()
      },
    }
  }

  it.each([
    ['a fault', busy],
    ['an error of the driver', Object.assign(new Error('busy'), { code: 'SQLITE_BUSY_SNAPSHOT' })],
    ['one inside of another', new Error('failed', { cause: busy })],
  ])('is tried again after %s', async (_, error) => {
    let tries = 0
    const work = (): string => {
      if (++tries < 3) throw error
      return 'done'
    }
    expect(await whenFree(clock(), work)).toBe('done')
    expect(tries).toBe(3)
  })

  it('gives up in the end', async () => {
    let tries = 0
    const always = (): never => {
      tries++
      throw busy
    }
    await expect(whenFree(clock(), always)).rejects.toBe(busy)
    expect(tries).toBe(limits.BUSY_WAIT_MS / limits.BUSY_PAUSE_MS + 1)
  })

  it('is not tried again after anything else', async () => {
    const other = new Fault('store/full', 'expected room, got none')
    let tries = 0
    const work = (): never => {
      tries++
      throw other
    }
    await expect(whenFree(clock(), work)).rejects.toBe(other)
    expect(tries).toBe(1)
  })
})

describe('console.json', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'console-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  const read = (value: unknown): unknown => {
    const file = join(folder, 'console.json')
    writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))
    return readConsoleConfig(file)
  }
  const DEFAULTS = {
    ...{ name: 'Bailiwick', trustedProxies: [], sessionHours: 12 },
    secondFactorRoles: ['approver', 'publisher', 'administrator'],
    singleSignOn: [],
  }
  const ISSUER = {
    ...{ id: 'university', title: 'Example University', clientId: 'bailiwick' },
    issuer: 'https://login.university.example/realm',
  }

  it('may be missing, or say little', () => {
    expect(readConsoleConfig(join(folder, 'none.json'))).toEqual(DEFAULTS)
    expect(read({ url: 'https://lists.cert.example' })).toEqual({
      ...DEFAULTS,
      url: 'https://lists.cert.example',
    })
  })

  it.each([
    'https://lists.cert.example:8443',
    'http://localhost:8080',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
  ])('takes %s', (url) => {
    expect(read({ url })).toMatchObject({ url })
  })

  it('has issuers, which never count as two factors by themselves', () => {
    expect(read({ singleSignOn: [ISSUER] })).toMatchObject({
      singleSignOn: [
        {
          ...{ ...ISSUER, scopes: ['openid'], allowHttpOnLoopback: false },
          twoFactor: { acr: [], amr: [] },
        },
      ],
    })
    const onThisHost = { ...ISSUER, issuer: 'http://127.0.0.1:9000', allowHttpOnLoopback: true }
    expect(read({ singleSignOn: [onThisHost] })).toMatchObject({ singleSignOn: [onThisHost] })
  })

  it.each([
    [{ issuer: 'http://login.university.example' }, /expected as the issuer/],
    [{ issuer: 'http://127.0.0.1:9000' }, /allowHttpOnLoopback/],
    [{ issuer: 'http://192.0.2.1', allowHttpOnLoopback: true }, /of this very host/],
    [{ issuer: 'http://localhost.evil.example', allowHttpOnLoopback: true }, /of this very host/],
    [{ issuer: 'https://login.university.example/?a=b' }, /without query/],
    [{ issuer: 'https://me@login.university.example' }, /expected as the issuer/],
    [{ issuer: 'ftp://login.university.example' }, /issuer/],
    [{ id: 'A B' }, /id/],
    [{ scopes: ['profile'] }, /scopes/],
    [{ clientSecret: 'never here' }, /did you mean "clientSecretFile"/],
  ])('does not take an issuer with %j', (change, message) => {
    expect(() => read({ singleSignOn: [{ ...ISSUER, ...change }] })).toThrow(
      expect.objectContaining({
        code: 'console/config',
        message: expect.stringMatching(message) as string,
      }),
    )
  })

  it.each([
    [{ ...ISSUER, issuer: 'https://other.example' }, /another id/],
    [{ ...ISSUER, id: 'other' }, /another issuer/],
  ])('does not take two issuers as one: %j', (other, message) => {
    expect(() => read({ singleSignOn: [ISSUER, other] })).toThrow(message)
  })

  it.each([
    ['{', /console\.json/],
    [{ url: 'http://lists.cert.example' }, /expected https/],
    [{ url: 'http://localhost.evil.example' }, /expected https/],
    [{ url: 'https://lists.cert.example/' }, /url/],
    [{ url: 'https://lists.cert.example/console' }, /url/],
    [{ url: 'https://Lists.cert.example' }, /expected an origin/],
    [{ sessionHours: 0 }, /sessionHours/],
    [{ sessionHours: 169 }, /sessionHours/],
    [{ secondFactorRoles: ['admin'] }, /secondFactorRoles/],
    [{ secondFactorRole: [] }, /did you mean "secondFactorRoles"/],
  ])('does not take %j', (value, message) => {
    expect(() => read(value)).toThrow(
      expect.objectContaining({
        code: 'console/config',
        message: expect.stringMatching(message) as string,
      }),
    )
  })

  it.each([
    ['https://127.0.0.1', true],
    ['http://127.0.0.1:8080', false],
    ['http://127.1.2.3', false],
    ['http://[::1]:80', false],
    ['http://localhost', false],
    ['http://0.0.0.0:8080', true],
    ['http://192.0.2.1:8080', true],
    ['http://elsewhere.invalid', true],
  ])('cookies of %s are for HTTPS alone: %s', (url, isNeeded) => {
    expect(needsHttps(url)).toBe(isNeeded)
  })
})

it('the limits are those of docs/spec/api.md', () => {
  const page = readFileSync(new URL('../../../docs/spec/api.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| .* \| `([a-zA-Z0-9]+)` \| (\d+) \|$/gm)]
  expect(Object.fromEntries(rows.map(([, name, value]) => [name, Number(value)]))).toEqual({
    bodyBytes: limits.MAX_BODY_BYTES,
    uploadBytes: limits.MAX_UPLOAD_BYTES,
    bodyGraceSeconds: limits.BODY_PACE.graceMs / 1000,
    bodyBytesPerSecond: limits.BODY_PACE.bytesPerSecond,
    bodySeconds: limits.BODY_PACE.maxMs / 1000,
    requestsWaiting: limits.MAX_REQUESTS_WAITING,
    answerIdleSeconds: limits.ANSWER_IDLE_MS / 1000,
    minPassword: limits.MIN_PASSWORD_LENGTH,
    maxPassword: limits.MAX_PASSWORD_LENGTH,
    perAddressAndAccount: limits.PER_ADDRESS_AND_ACCOUNT.tries,
    perAddressAndAccountSeconds: limits.PER_ADDRESS_AND_ACCOUNT.everyMs / 1000,
    perAddress: limits.PER_ADDRESS.tries,
    perAddressSeconds: limits.PER_ADDRESS.everyMs / 1000,
    perAccount: limits.PER_ACCOUNT.tries,
    perAccountSeconds: limits.PER_ACCOUNT.everyMs / 1000,
    passkeys: limits.MAX_PASSKEYS,
    passkeyName: limits.MAX_PASSKEY_NAME_LENGTH,
    challengeSeconds: limits.CHALLENGES.lifeMs / 1000,
    challengesPerNetwork: limits.CHALLENGES.perNetwork,
    challenges: limits.CHALLENGES.atOnce,
    freshSessionSeconds: limits.FRESH_SESSION_MS / 1000,
    visitsPerAddress: limits.VISITS_PER_ADDRESS.tries,
    visitsPerAddressSeconds: limits.VISITS_PER_ADDRESS.everyMs / 1000,
    visitMinutes: limits.FLOW_LIFE_MS / 60_000,
    visitsWaiting: limits.MAX_FLOWS,
    visitsWaitingPerAddress: limits.MAX_FLOWS_PER_ADDRESS,
    issuerBytes: limits.ISSUER_BYTES,
    issuerSeconds: limits.ISSUER_TIMEOUT_MS / 1000,
    peopleUrlBytes: MAX_PEOPLE_URL_BYTES,
  })
})
