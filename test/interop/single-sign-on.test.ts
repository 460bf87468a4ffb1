import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { IssuerTerms } from '../../src/console/single-sign-on/issuer-terms.ts'
import { CLIENT_SECRET, openOpenIdIssuer, type OpenIdIssuer } from '../support/openid-issuer.ts'
import { readPage } from '../support/read-page.ts'
import {
  ADMINISTRATOR,
  APPROVER,
  CURATOR,
  openSignInHost,
  ORIGIN,
  PASSWORD,
  type Answer,
  type Browser,
  type SignInHost,
} from '../support/sign-in-host.ts'

/** Signing in by the word of a real issuer of OpenID Connect (oidc-provider), on loopback. */
vi.setConfig({ testTimeout: 30_000 })

const RETURN = '/console/sign-in/with/uni/return'
const BEGIN = '/console/sign-in/with/uni'
const LINK = '/console/account/identities/uni'
const CROSS = { 'sec-fetch-site': 'cross-site' }

let issuer: OpenIdIssuer
let host: SignInHost
/** Codes of faults that were logged and are looked at by the test. */
let logged: readonly string[]

beforeAll(async () => {
  issuer = await openOpenIdIssuer(() => [`${ORIGIN}${RETURN}`])
})

afterAll(() => issuer.stop())

function termsOf(more: Partial<IssuerTerms> = {}): IssuerTerms {
  return {
    ...{ id: 'uni', title: 'Example <University>', issuer: issuer.url, clientId: 'bailiwick' },
    ...{ clientSecret: CLIENT_SECRET, scopes: ['openid'], allowHttpOnLoopback: true },
    twoFactor: { acr: ['urn:test:two'], amr: ['mfa'] },
    ...more,
  }
}

function openHost(more: Partial<IssuerTerms> = {}): void {
  host = openSignInHost(undefined, ':memory:', [termsOf(more)])
  host.add('anna', ADMINISTRATOR)
  host.add('bela', CURATOR, APPROVER)
}

beforeEach(() => {
  issuer.become('sub-of-bela')
  issuer.tamper(null)
  issuer.forge(false)
  issuer.answer(null)
  logged = []
  openHost()
})

afterEach(() => {
  vi.useRealTimers()
  expect(host.faults.map((fault) => (fault as { code?: string }).code ?? fault)).toEqual(logged)
  expect(host.store.events.check()).toEqual([])
  host.close()
})

function link(user: string, subject: string): void {
  const identity = { issuer: issuer.url, subject }
  host.store.identities.link(`id-of-${user}`, identity, { at: new Date() })
}

/** Where the page that was answered leads. */
function leadsTo(answer: Answer): string {
  const found = /<meta http-equiv="refresh" content="0; url=([^"]+)"/.exec(answer.text)?.[1]
  if (found === undefined) throw new Error(`${answer.status}: ${codeOf(answer)}`)
  return found.replaceAll('&amp;', '&')
}

async function begin(browser: Browser, then = ''): Promise<string> {
  return leadsTo(await browser.submit(BEGIN, { then }))
}

function comeBack(browser: Browser, { pathname, search }: URL): Promise<Answer> {
  return browser.get(`${pathname}${search}`, CROSS)
}

async function signInBy(browser: Browser, then = ''): Promise<Answer> {
  return comeBack(browser, await issuer.visit(await begin(browser, then)))
}

const mainOf = ({ text }: Answer): string => readPage(text)('main')[0]?.textContent ?? ''

const codeOf = ({ text }: Answer): string | undefined =>
  /<p class="code">([^<]+)<\/p>/.exec(text)?.[1]

const me = (browser: Browser): Promise<Answer> => browser.get('/v1/me')

function newest(): { act: string; actor: string; subject: Readonly<Record<string, unknown>> } {
  const { events } = host.store
  const [event] = events.all(events.head().number, 1)
  return { act: event!.act, actor: event!.actor, subject: event!.subject }
}

describe('whoever is linked', () => {
  beforeEach(() => link('bela', 'sub-of-bela'))

  it('signs in, is sent on to an own path, and it is recorded', async () => {
    const browser = host.browser()
    const answer = await signInBy(browser, '/console/queue')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/queue'])
    expect((await me(browser)).body).toMatchObject({
      ...{ user: 'bela', means: 'single-sign-on', roles: [CURATOR], withheld: [APPROVER] },
    })
    expect(newest()).toMatchObject({
      ...{ act: 'signed-in', actor: 'bela', subject: { by: 'single sign-on by uni' } },
    })
    expect([...browser.cookies.keys()]).not.toContain('__Host-bailiwick.sso')
  })

  it('is never sent to another host', async () => {
    const answer = await signInBy(host.browser(), 'https://evil.example/console')
    expect(answer.headers.get('location')).toBe('/console')
    const slashes = await signInBy(host.browser(), '//evil.example')
    expect(slashes.headers.get('location')).toBe('/console')
  })

  it('has two factors when the issuer says what the operator has named, and else not', async () => {
    const withheldAt = async (): Promise<unknown[]> => {
      const browser = host.browser()
      expect((await signInBy(browser)).status).toBe(303)
      const { body } = await me(browser)
      return [body['means'], body['withheld']]
    }
    const [one, two] = ['single-sign-on', 'single-sign-on-two-factors']
    issuer.become('sub-of-bela', 'urn:test:one')
    expect(await withheldAt()).toEqual([one, [APPROVER]])
    issuer.become('sub-of-bela', 'urn:test:two')
    expect(await withheldAt()).toEqual([two, []])
    expect(newest().subject['by']).toBe('single sign-on by uni with two factors')
    issuer.become('sub-of-bela')
    issuer.tamper((claims) => ({ ...claims, amr: ['pwd', 'mfa'] }))
    expect(await withheldAt()).toEqual([two, []])
    for (const amr of [['pwd'], 'mfa', { mfa: true }, [['mfa']]]) {
      issuer.tamper((claims) => ({ ...claims, amr, acr: 'mfa' }))
      const seen = await withheldAt().catch(() => [one, [APPROVER]])
      expect(seen).toEqual([one, [APPROVER]])
    }
    logged = host.faults.map(() => 'session/answer')
  })

  it('never has two factors where the operator has named nothing', async () => {
    host.close()
    openHost({ twoFactor: { acr: [], amr: [] } })
    link('bela', 'sub-of-bela')
    issuer.tamper((claims) => ({ ...claims, acr: 'urn:test:two', amr: ['mfa'] }))
    const browser = host.browser()
    await signInBy(browser)
    expect((await me(browser)).body).toMatchObject({
      means: 'single-sign-on',
      withheld: [APPROVER],
    })
  })

  it("doesn't get by the own second factor what the issuer's word doesn't give", async () => {
    await host.addWithPassword('dora', APPROVER)
    const browser = host.browser()
    await browser.signIn('dora')
    await browser.makeSecondFactor()
    link('dora', 'sub-of-dora')
    issuer.become('sub-of-dora')
    const other = host.browser()
    await signInBy(other)
    expect((await me(other)).body).toMatchObject({ hasSecondFactor: true, withheld: [APPROVER] })
    const refused = await other.submit(LINK, { password: PASSWORD })
    expect([refused.status, codeOf(refused)]).toEqual([403, 'session/one-factor'])
  })

  it('and disabled is refused, and told so', async () => {
    host.store.users.disable('bela', new Date())
    const browser = host.browser()
    const answer = await signInBy(browser)
    expect([answer.status, codeOf(answer)]).toEqual([409, 'user/disabled'])
    expect((await me(browser)).status).toBe(401)
  })

  it('is out with the link, sessions begun so included', async () => {
    const browser = host.browser()
    await signInBy(browser)
    host.store.identities.unlink('id-of-bela', { issuer: issuer.url, subject: 'sub-of-bela' })
    expect((await me(browser)).status).toBe(401)
    const again = await signInBy(browser)
    expect([again.status, codeOf(again)]).toEqual([403, 'session/unlinked'])
  })

  it('loses the link when invited anew', () => {
    const invitation = { hash: 'f'.repeat(64), until: new Date(Date.now() + 1000) }
    host.store.users.invite('bela', invitation, new Date())
    expect(host.store.identities.ofUser('id-of-bela')).toEqual([])
  })
})

describe('whoever is not linked', () => {
  it('is refused, told the subject, and becomes nobody', async () => {
    issuer.become('<b>"who"</b>')
    const before = host.store.users.all().length
    const answer = await signInBy(host.browser())
    expect([answer.status, codeOf(answer)]).toEqual([403, 'session/unlinked'])
    expect(answer.text).not.toContain('<b>')
    expect(mainOf(answer)).toContain('\\"who\\"')
    expect(mainOf(answer)).toContain('bailiwick user link NAME --issuer uni')
    expect(host.store.users.all()).toHaveLength(before)
  })

  it.each([
    ['longer than 255', 'x'.repeat(256)],
    ['not of ASCII', 'bél\u202ea'],
    ['empty', ''],
  ])('has no subject that is %s', async (_, sub) => {
    issuer.tamper((claims) => ({ ...claims, sub }))
    const answer = await signInBy(host.browser())
    expect([answer.status, codeOf(answer)]).toEqual([401, 'session/answer'])
    logged = ['session/answer']
  })
})

describe('an answer is refused', () => {
  beforeEach(() => link('bela', 'sub-of-bela'))

  const refusedBy = async (back: (at: URL) => URL | Promise<URL>): Promise<unknown[]> => {
    const browser = host.browser()
    const answer = await comeBack(browser, await back(await issuer.visit(await begin(browser))))
    expect((await me(browser)).status).toBe(401)
    return [answer.status, codeOf(answer)]
  }
  const withParam = (name: string, value: string | null) => (at: URL) => {
    if (value === null) at.searchParams.delete(name)
    else at.searchParams.set(name, value)
    return at
  }

  it.each([
    ['nonce', (claims: object) => ({ ...claims, nonce: 'another' })],
    ['no nonce', (claims: object) => ({ ...claims, nonce: undefined })],
    ['iss', (claims: object) => ({ ...claims, iss: 'https://other.example' })],
    ['aud', (claims: object) => ({ ...claims, aud: 'another' })],
    ['azp', (claims: object) => ({ ...claims, aud: ['bailiwick', 'x'], azp: 'x' })],
    ['exp', (claims: object) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 31 })],
  ])('for what its ID token says: %s', async (_, change) => {
    issuer.tamper(change)
    expect(await refusedBy((at) => at)).toEqual([401, 'session/answer'])
    logged = ['session/answer']
  })

  it('for a signature of another, over whatever connection it came', async () => {
    issuer.forge(true)
    expect(await refusedBy((at) => at)).toEqual([401, 'session/answer'])
    logged = ['session/answer']
  })

  it.each([['https://other.example'], [null]])('for its iss (RFC 9207): %s', async (iss) => {
    expect(await refusedBy(withParam('iss', iss))).toEqual([401, 'session/answer'])
    logged = ['session/answer']
  })

  it('for a code that is none', async () => {
    expect(await refusedBy(withParam('code', 'x'.repeat(43)))).toEqual([401, 'session/answer'])
    logged = ['session/answer']
  })

  it.each([['another'], [null], ['']])('for its state: %s', async (state) => {
    expect(await refusedBy(withParam('state', state))).toEqual([401, 'session/flow'])
  })

  it('after ten minutes', async () => {
    expect(
      await refusedBy((at) => {
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 })
        return at
      }),
    ).toEqual([401, 'session/flow'])
  })

  it('in another browser, and then still taken in its own', async () => {
    const [browser, other] = [host.browser(), host.browser()]
    const back = await issuer.visit(await begin(browser))
    const stolen = await comeBack(other, back)
    expect([stolen.status, codeOf(stolen)]).toEqual([401, 'session/flow'])
    await begin(other)
    const mixed = await comeBack(other, back)
    expect([mixed.status, codeOf(mixed)]).toEqual([401, 'session/flow'])
    expect((await comeBack(browser, back)).status).toBe(303)
  })

  it('the second time', async () => {
    const browser = host.browser()
    const back = await issuer.visit(await begin(browser))
    expect((await comeBack(browser, back)).status).toBe(303)
    const cookie = [...browser.cookies]
    browser.cookies.clear()
    const again = await comeBack(browser, back)
    expect([again.status, codeOf(again)]).toEqual([401, 'session/flow'])
    expect(cookie).not.toEqual([])
  })

  it("at another issuer's path", async () => {
    host.close()
    host = openSignInHost(undefined, ':memory:', [
      termsOf(),
      termsOf({ id: 'other', issuer: 'http://127.0.0.1:1' }),
    ])
    const browser = host.browser()
    const back = await issuer.visit(await begin(browser))
    back.pathname = '/console/sign-in/with/other/return'
    const answer = await comeBack(browser, back)
    expect([answer.status, codeOf(answer)]).toEqual([401, 'session/flow'])
  })

  it('when the issuer has refused, and nothing of its words is shown', async () => {
    const said = '<script>alert(1)</script>'
    const back = (at: URL): URL => {
      at.searchParams.delete('code')
      at.searchParams.set('error', 'access_denied')
      at.searchParams.set('error_description', said)
      return at
    }
    const browser = host.browser()
    const answer = await comeBack(browser, back(await issuer.visit(await begin(browser))))
    expect([answer.status, codeOf(answer)]).toEqual([401, 'session/answer'])
    expect(answer.text).not.toContain('alert(1)')
    logged = ['session/answer']
  })
})

describe('an issuer that is down', () => {
  const down = (_: string, response: { destroy: () => void }): boolean => {
    response.destroy()
    return true
  }

  it('keeps nobody out who has a password, is told of plainly, and is asked again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await host.addWithPassword('dora', CURATOR)
    link('bela', 'sub-of-bela')
    issuer.answer(down)
    const browser = host.browser()
    const answer = await browser.submit(BEGIN, { then: '' })
    expect([answer.status, codeOf(answer)]).toEqual([503, 'session/issuer'])
    expect(mainOf(answer)).toContain('sign in by your password, or try again later')
    expect(mainOf(answer)).toContain('Password')
    expect((await browser.signIn('dora')).status).toBe(200)
    const asked = issuer.asked.length
    expect((await browser.submit(BEGIN, { then: '' })).status).toBe(503)
    expect(issuer.asked).toHaveLength(asked)
    issuer.answer(null)
    vi.setSystemTime(Date.now() + 5_000)
    expect((await signInBy(host.browser())).status).toBe(303)
    logged = ['session/issuer', 'session/issuer']
  })

  it.each([
    ['with status 500', (response: Answering) => response.writeHead(500).end('no')],
    ['with what is no JSON', (response: Answering) => response.writeHead(200).end('no')],
    [
      'without end',
      (response: Answering) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(`{"issuer":"${'x'.repeat(300_000)}"}`),
    ],
    [
      'by leading elsewhere',
      (response: Answering) => response.writeHead(302, { location: 'https://evil.example' }).end(),
    ],
  ])('or answers %s', async (_, answer) => {
    issuer.answer((__, response) => {
      answer(response as unknown as Answering)
      return true
    })
    const got = await host.browser().submit(BEGIN, { then: '' })
    expect([got.status, codeOf(got)]).toEqual([503, 'session/issuer'])
    logged = ['session/issuer']
  })

  it('when the code is to be exchanged', async () => {
    link('bela', 'sub-of-bela')
    const browser = host.browser()
    const back = await issuer.visit(await begin(browser))
    issuer.answer(down)
    const answer = await comeBack(browser, back)
    expect([answer.status, codeOf(answer)]).toEqual([503, 'session/issuer'])
    logged = ['session/issuer']
  })

  it('or knows another secret', async () => {
    host.close()
    openHost({ clientSecret: 'another' })
    link('bela', 'sub-of-bela')
    const answer = await signInBy(host.browser())
    expect([answer.status, codeOf(answer)]).toEqual([503, 'session/issuer'])
    logged = ['session/issuer']
  })

  it('or is of another name than it says', async () => {
    host.close()
    openHost({ issuer: issuer.url.replace('127.0.0.1', 'localhost') })
    const answer = await host.browser().submit(BEGIN, { then: '' })
    expect([answer.status, codeOf(answer)]).toEqual([503, 'session/issuer'])
    logged = ['session/issuer']
  })

  it('or would be asked without TLS', async () => {
    host.close()
    openHost({ allowHttpOnLoopback: false })
    const asked = issuer.asked.length
    const answer = await host.browser().submit(BEGIN, { then: '' })
    expect([answer.status, codeOf(answer)]).toEqual([503, 'session/issuer'])
    expect(issuer.asked).toHaveLength(asked)
    logged = ['session/issuer']
  })
})

interface Answering {
  readonly writeHead: (
    status: number,
    headers?: object,
  ) => { readonly end: (text?: string) => void }
}

describe('a visit to an issuer', () => {
  it('begins by a form of this server alone, with PKCE, state and nonce', async () => {
    const browser = host.browser()
    const to = new URL(await begin(browser))
    expect(Object.fromEntries(to.searchParams)).toMatchObject({
      ...{ response_type: 'code', client_id: 'bailiwick', scope: 'openid' },
      ...{ code_challenge_method: 'S256', redirect_uri: `${ORIGIN}${RETURN}` },
      acr_values: 'urn:test:two',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(to.searchParams.get(name)).toMatch(/^[\w-]{43}$/)
    }
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const refused = await browser.submit(BEGIN, { then: '' }, foreign)
    expect([refused.status, codeOf(refused)]).toEqual([403, 'session/origin'])
  })

  it('sets a cookie for this host alone, that comes back with the issuer', async () => {
    const answer = await host.browser().submit(BEGIN, { then: '' })
    expect(answer.headers.getSetCookie().join()).toMatch(
      /^__Host-bailiwick\.sso=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect(answer.headers.get('content-security-policy')).toContain("form-action 'self';")
    expect(answer.text).not.toContain('<University>')
  })

  it('is counted for each address', async () => {
    const browser = host.browser('198.51.100.7')
    const statuses: number[] = []
    for (let i = 0; i < 21; i++) statuses.push((await browser.submit(BEGIN, {})).status)
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429])
    expect((await host.browser('198.51.100.8').submit(BEGIN, {})).status).toBe(200)
  })

  it('asks the issuer what it is once in an hour', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const asks = (): number => issuer.asked.filter((path) => path.includes('well-known')).length
    const before = asks()
    await begin(host.browser())
    await begin(host.browser())
    expect(asks() - before).toBe(1)
    vi.setSystemTime(Date.now() + 60 * 60_000)
    await begin(host.browser())
    expect(asks() - before).toBe(2)
  })

  it('goes to no issuer that the configuration has not', async () => {
    const answer = await host.browser().submit('/console/sign-in/with/nobody', { then: '' })
    expect(answer.status).toBe(404)
  })
})

describe('linking by whoever has signed in', () => {
  async function signedIn(): Promise<Browser> {
    await host.addWithPassword('dora', CURATOR)
    const browser = host.browser()
    expect((await browser.signIn('dora')).status).toBe(200)
    return browser
  }

  it('takes the password, is recorded, and opens from then on', async () => {
    const browser = await signedIn()
    const page = await browser.get('/console/account')
    expect(mainOf(page)).toContain('Link with Example <University>')
    const to = leadsTo(await browser.submit(LINK, { password: PASSWORD }))
    issuer.become('sub-of-dora')
    const answer = await comeBack(browser, await issuer.visit(to))
    expect(answer.headers.get('location')).toBe('/console/account?done=linked')
    expect(newest()).toMatchObject({
      ...{ act: 'identity-linked', actor: 'dora' },
      subject: { user: 'dora', issuer: issuer.url },
    })
    expect(JSON.stringify(newest().subject)).not.toContain('sub-of-dora')
    const other = host.browser()
    expect((await signInBy(other)).status).toBe(303)
    expect((await me(other)).body['user']).toBe('dora')
    const fields = { issuer: 'uni', subject: 'sub-of-dora' }
    const gone = await browser.submit('/console/account/unlinked-identities', fields)
    expect(gone.headers.get('location')).toBe('/console/account?done=unlinked')
    expect(newest()).toMatchObject({ act: 'identity-unlinked', actor: 'dora' })
    expect((await me(other)).status).toBe(401)
    expect((await me(browser)).status).toBe(200)
    const twice = await browser.submit('/console/account/unlinked-identities', fields)
    expect(twice.status).toBe(404)
  })

  it('is refused without the password, and without a session', async () => {
    const browser = await signedIn()
    for (const password of ['', 'another password']) {
      const answer = await browser.submit(LINK, { password })
      expect([answer.status, codeOf(answer)]).toEqual([401, 'session/refused'])
    }
    const nobody = await host.browser().submit(LINK, { password: PASSWORD })
    expect(nobody.headers.get('location')).toMatch(/^\/console\/sign-in/)
    expect(host.store.identities.ofUser('id-of-dora')).toEqual([])
  })

  it('is refused for an identity of somebody else, who is not named', async () => {
    link('bela', 'sub-of-bela')
    const browser = await signedIn()
    const to = leadsTo(await browser.submit(LINK, { password: PASSWORD }))
    const answer = await comeBack(browser, await issuer.visit(to))
    expect([answer.status, codeOf(answer)]).toEqual([409, 'identity/exists'])
    expect(mainOf(answer)).not.toContain('"bela"')
  })

  it('is refused when somebody else has signed in meanwhile', async () => {
    const browser = await signedIn()
    await host.addWithPassword('emil', CURATOR)
    const to = leadsTo(await browser.submit(LINK, { password: PASSWORD }))
    const back = await issuer.visit(to)
    await browser.signIn('emil')
    const answer = await comeBack(browser, back)
    expect([answer.status, codeOf(answer)]).toEqual([401, 'session/flow'])
    expect(host.store.identities.ofUser('id-of-emil')).toEqual([])
  })

  it('does not end in a session of one factor once there is a passkey', async () => {
    const browser = await signedIn()
    const to = leadsTo(await browser.submit(LINK, { password: PASSWORD }))
    const passkey = { credentialId: 'c', publicKey: new Uint8Array(1), counter: 0, transports: [] }
    const own = { ...passkey, userId: 'id-of-dora', name: 'Own', at: new Date() }
    host.store.passkeys.add(own, 10)
    issuer.become('sub-of-dora')
    const answer = await comeBack(browser, await issuer.visit(to))
    expect([answer.status, codeOf(answer)]).toEqual([403, 'session/one-factor'])
    expect(host.store.identities.ofUser('id-of-dora')).toEqual([])
  })

  it('takes a session that has just begun, of who has no password', async () => {
    link('bela', 'sub-of-bela')
    const browser = host.browser()
    await signInBy(browser)
    issuer.become('another-of-bela')
    const to = leadsTo(await browser.submit(LINK, {}))
    expect((await comeBack(browser, await issuer.visit(to))).status).toBe(303)
    expect(host.store.identities.ofUser('id-of-bela')).toHaveLength(2)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 })
    const late = await browser.submit(LINK, {})
    expect([late.status, codeOf(late)]).toEqual([401, 'session/refused'])
  })
})
