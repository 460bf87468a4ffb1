import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ACTIONS } from '../../../src/console/pages/all-pages.ts'
import { ownPath } from '../../../src/console/pages/own-path.ts'
import { MAX_BODY_BYTES, PER_ADDRESS_AND_ACCOUNT } from '../../../src/console/limits.ts'
import { THERE } from '../../support/api-request.ts'
import {
  openConsoleWorld,
  OURS,
  proposalOf,
  type ConsoleWorld,
} from '../../support/console-world.ts'
import { readPage } from '../../support/read-page.ts'
import { OWN, PASSWORD, type Answer, type Browser } from '../../support/sign-in-host.ts'

let world: ConsoleWorld
let bela: Browser

async function open(): Promise<void> {
  world = openConsoleWorld()
  const roles = ['curator', 'approver'] as const
  await world.host.addWithPassword('bela', ...roles.map((role) => ({ list: OURS, role })))
  bela = world.host.browser()
  await bela.signIn('bela')
}

function close(): void {
  expect(world.host.faults).toEqual([])
  world.host.close()
}

const FIELDS = {
  ...{ act: 'add', list: OURS, values: 'bad.example\nworse.example', reason: 'it imitates a bank' },
  ...{ acknowledge: 'guard/popular-missing', once: 'once-'.padEnd(22, 'x') },
}
const proposals = (): number => world.host.store.proposals.all().length
const location = ({ headers }: Answer): string => headers.get('location') ?? ''

describe('a form', () => {
  beforeEach(open)
  afterEach(close)

  it('is done, and sends the browser on to what became of it', async () => {
    const answer = await bela.submit('/console/propose', FIELDS)
    expect([answer.status, location(answer)]).toEqual([303, '/console/proposals/p1?done=proposed'])
    expect(world.host.store.proposals.find(1)).toMatchObject({ added: 2, reason: FIELDS.reason })
    const find = readPage((await bela.get(location(answer))).text)
    expect(find('[role=status]')[0]!.textContent).toBe('Proposed.')
  })

  it('tells nothing that a link made up', async () => {
    for (const done of ['<b>Bought', 'constructor', '__proto__', 'toString']) {
      const { text } = await bela.get(`/console/queue?done=${encodeURIComponent(done)}`)
      expect(readPage(text)('[role=status]')[0]!.textContent).toBe('')
    }
  })

  it('that is wrong comes back with what was typed, and what is wrong beside the fields', async () => {
    const typed = {
      ...FIELDS,
      values: ' <b>no name</b>\n"x" & y',
      reason: ' ',
      evidence: '&lt;"\'',
    }
    const answer = await bela.submit('/console/propose', { ...typed, evidenceSha256: 'zz' })
    expect(answer.status).toBe(400)
    const find = readPage(answer.text)
    expect(answer.text).toContain('&lt;b&gt;no name&lt;/b&gt;\n&quot;x&quot; &amp; y</textarea>')
    expect(find('input[name=evidence]')[0]!.getAttribute('value')).toBe('&lt;"\'')
    expect(find('main b')).toEqual([])
    for (const name of ['reason', 'evidenceSha256']) {
      const field = find(`form[action="/console/propose"] [name=${name}]`)[0]!
      expect(field.getAttribute('aria-invalid')).toBe('true')
      const notes = field.getAttribute('aria-describedby')!.split(' ')
      const error = notes.flatMap((id) => find(`#${id}.error`))
      expect(error.map(({ textContent }) => textContent).join()).toMatch(/^expected /)
    }
    expect(find('[role=alert]')).toHaveLength(1)
    expect(proposals()).toBe(0)
  })

  it('that names a bad entry says which, and what would be right', async () => {
    const answer = await bela.submit('/console/propose', {
      ...FIELDS,
      values: 'good.example\nbad..example',
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    const error = readPage(answer.text)('.error')
      .map(({ textContent }) => textContent)
      .join()
    expect(error).toMatch(/bad\.\.example/)
    expect(proposals()).toBe(0)
  })

  it('is done once, however often it is sent', async () => {
    const first = await bela.submit('/console/propose', FIELDS)
    const again = await bela.submit('/console/propose', FIELDS)
    expect([again.status, location(again)]).toEqual([first.status, location(first)])
    expect(proposals()).toBe(1)
    const once = FIELDS.once.replace('once', 'then')
    const values = 'third.example'
    const both = [1, 2].map(() => bela.submit('/console/propose', { ...FIELDS, values, once }))
    for (const { status } of await Promise.all(both)) expect([303, 409]).toContain(status)
    expect(proposals()).toBe(2)
  })

  it('comes back with a new key, so that the next try is one', async () => {
    const wrong = await bela.submit('/console/propose', { ...FIELDS, reason: '' })
    const key = readPage(wrong.text)('form[action="/console/propose"] [name=once]')[0]!
    expect(key.getAttribute('value')).not.toBe(FIELDS.once)
    expect((await bela.submit('/console/propose', FIELDS)).status).toBe(303)
  })
})

describe('a form of somebody else', () => {
  beforeAll(open)
  afterAll(close)

  const posts = [
    ...ACTIONS.map(({ path }) => path),
    ...['/console/sign-in', '/console/sign-in/code', '/console/invitation', '/console/sign-out'],
    ...['/console/account/password', '/console/account/second-factor', '/console/language'],
    '/console/account/passkeys/removed',
    ...['/console/account/second-factor/confirmed', '/console/import'],
    ...['/console/account/identities/:issuer', '/console/account/unlinked-identities'],
    '/console/sign-in/with/:issuer',
  ].map((path) => path.replaceAll(/:(\w+)/g, (_, name: string) => THERE[name] ?? '1'))

  let stranger: Browser
  beforeAll(async () => {
    await world.fill()
    stranger = world.host.browser('192.0.2.7')
    await stranger.signIn('bela')
  })

  const isDone = async (): Promise<unknown[]> => [
    proposals(),
    [...world.host.store.events.all()].length,
    (await bela.get('/v1/me')).status,
  ]

  it('every path that takes one is tried here', () => {
    const known = world.host.app.routes
      .filter(({ method, path }) => method === 'POST' && !path.startsWith('/v1'))
      // Takes nothing but files; `register.test.ts` has its tokens.
      .filter(({ path }) => path !== '/console/register/files')
      .map(({ path }) => path.replaceAll(/:(\w+)/g, (_, name: string) => THERE[name] ?? '1'))
    expect([...new Set(known)].sort()).toEqual([...new Set(posts)].sort())
  })

  it.each(posts)('does nothing at %s', async (path) => {
    const before = await isDone()
    const others = [
      ['without a token', { token: '' }, OWN],
      ['with another token', { token: 'x'.repeat(43) }, OWN],
      ['with the token of another session', { token: await stranger.formToken() }, OWN],
      ['with the token of nobody', { token: await world.host.browser().formToken() }, OWN],
      ['from another site', {}, { origin: 'https://evil.test' }],
      ['from another site, by Fetch Metadata', {}, { 'sec-fetch-site': 'cross-site' }],
      ['from another host of the domain', {}, { 'sec-fetch-site': 'same-site' }],
      ['that does not say where it is from', {}, {}],
    ] as const
    for (const [what, token, headers] of others) {
      const fields = { ...FIELDS, tag: 'r1', user: 'bela', password: PASSWORD, ...token }
      const answer = await bela.submit(path, fields, headers)
      expect([what, answer.status]).toEqual([what, 403])
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    expect(await isDone()).toEqual(before)
  })

  it.each(posts)('at %s is not read as JSON, as text, or when it is too large', async (path) => {
    const before = proposals()
    const token = await bela.formToken()
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', '']) {
      const answer = await bela.submit(path, { ...FIELDS, token }, { ...OWN, 'content-type': type })
      expect([400, 403]).toContain(answer.status)
    }
    const action = ACTIONS.find(
      (one) => one.path.replaceAll(/:(\w+)/g, (_, name: string) => THERE[name] ?? '1') === path,
    )
    const most = 3 * (action?.operation.maxBodyBytes ?? MAX_BODY_BYTES)
    const large = await bela.submit(path, { token, reason: 'x'.repeat(most) })
    expect(large.status).toBe(413)
    expect(proposals()).toBe(before)
  })

  it('sends whoever is not signed in to sign in, and does nothing', async () => {
    const before = proposals()
    const nobody = world.host.browser('192.0.2.8')
    for (const { path, isOpen } of ACTIONS) {
      if (isOpen === true) continue
      const answer = await nobody.submit(
        path.replaceAll(/:(\w+)/g, (_, name: string) => THERE[name] ?? '1'),
        FIELDS,
      )
      expect([path, answer.status]).toEqual([path, 303])
      expect(location(answer)).toMatch(/^\/console\/sign-in/)
    }
    for (const path of ['/console/account/password', '/console/account/second-factor']) {
      const answer = await nobody.submit(path, { password: PASSWORD, newPassword: PASSWORD })
      expect([path, answer.status]).toEqual([path, 303])
    }
    expect(proposals()).toBe(before)
  })
})

describe('the form to sign in', () => {
  beforeAll(open)
  afterAll(close)

  it('keeps the name and not the password, and says nothing of who there is', async () => {
    const texts = []
    for (const user of ['bela', 'nobody-here']) {
      const browser = world.host.browser('192.0.2.9')
      const answer = await browser.submit('/console/sign-in', {
        user,
        password: 'a wrong "password"',
      })
      expect(answer.status).toBe(401)
      expect(answer.text).not.toContain('a wrong')
      const find = readPage(answer.text)
      expect(find('[name=user]')[0]!.getAttribute('value')).toBe(user)
      texts.push(find('[role=alert]')[0]!.textContent)
    }
    expect(texts[0]).toBe(texts[1])
  })

  it('has as few tries as the API, counted with it', async () => {
    const browser = world.host.browser('192.0.2.10')
    const wrong = { user: 'bela', password: 'not the password at all' }
    for (let i = 0; i < PER_ADDRESS_AND_ACCOUNT.tries; i++) {
      const answer =
        i % 2 === 0 ? browser.submit('/console/sign-in', wrong) : browser.post('/v1/session', wrong)
      expect((await answer).status).toBe(401)
    }
    const right = { user: 'bela', password: PASSWORD }
    expect((await browser.submit('/console/sign-in', right)).status).toBe(429)
  })

  it('takes no session over that the browser brought', async () => {
    const name = [...bela.cookies.keys()].find((key) => key.includes('session_token'))!
    const before = bela.cookies.get(name)!
    await bela.submit('/console/sign-in', { user: 'bela', password: PASSWORD })
    expect(bela.cookies.get(name)).not.toBe(before)
    const old = world.host.browser()
    old.cookies.set(name, before)
    expect((await old.get('/v1/me')).status).toBe(401)
  })

  it.each([
    ...[
      'https://evil.test/',
      '//evil.test',
      '/\\evil.test',
      '/console//evil.test',
      'javascript:alert(1)',
    ],
    ...[
      '/v1/me',
      '/',
      '',
      '/consolex',
      '/console/x"y',
      '/console\n/x',
      '/console/x#y',
      '/console?a=//b',
    ],
  ])('does not send anybody on to %j', (then) => expect(ownPath(then)).toBe('/console'))

  it('sends nobody on to another host', async () => {
    const browser = world.host.browser('192.0.2.11')
    const fields = { user: 'bela', password: PASSWORD, then: '//evil.test' }
    const answer = await browser.submit('/console/sign-in', fields)
    expect([answer.status, location(answer)]).toEqual([303, '/console'])
  })

  it.each([
    '/console',
    '/console/queue?state=open&list=a',
    '/console/proposals/p1',
    '/appeal/x',
    '/console?x=1',
  ])('sends people on to %s', (then) => expect(ownPath(then)).toBe(then))
})

describe('the language', () => {
  beforeAll(open)
  afterAll(close)

  const languageOf = async (
    headers: Readonly<Record<string, string>>,
    browser = bela,
  ): Promise<string> =>
    (await browser.get('/console/account', headers)).headers.get('content-language') ?? ''

  it.each([
    ['de', 'de'],
    ['de-AT,en;q=0.5', 'de'],
    ['fr,de', 'de'],
    ['fr', 'en'],
    ['', 'en'],
    ['constructor', 'en'],
    ['en-GB,de', 'en'],
    [`${'x,'.repeat(400)}de`, 'en'],
  ])('asked for by %j is %s', async (accepted, language) => {
    expect(await languageOf({ 'accept-language': accepted })).toBe(language)
  })

  it('is what was chosen, whatever the browser asks for, and one goes on where one was', async () => {
    const back = '/console/queue?state=open'
    const answer = await bela.submit('/console/language', { language: 'de', back })
    expect([answer.status, location(answer)]).toEqual([303, back])
    expect(answer.headers.getSetCookie().join()).toMatch(/HttpOnly; SameSite=Lax/)
    expect(await languageOf({ 'accept-language': 'en' })).toBe('de')
    await bela.submit('/console/language', { language: 'xx', back: 'https://evil.test' })
    expect(await languageOf({ 'accept-language': 'de' })).toBe('en')
  })

  it('of a form that came back leads back to a page', async () => {
    const wrong = await bela.submit('/console/propose', { ...FIELDS, reason: '' })
    const find = readPage(wrong.text)
    const back = find('form[action="/console/language"] [name=back]')[0]!.getAttribute('value')!
    expect((await bela.get(back)).status).toBe(200)
    await world.propose(OURS, 'bad.example')
    const comment = await bela.submit('/console/proposals/p1/comment', { tag: 'r1', reason: '' })
    expect(comment.status).toBe(400)
    const there = readPage(comment.text)('form[action="/console/language"] [name=back]')[0]!
    expect((await bela.get(there.getAttribute('value')!)).status).toBe(200)
  })
})

describe('several approvals at once', () => {
  beforeEach(open)
  afterEach(close)

  beforeEach(async () => {
    for (const i of [1, 2]) {
      const body = { ...proposalOf(OURS, `n${i}.example`) }
      await world.send('other-curator', 'POST', '/v1/proposals', { body })
    }
  })

  it('of what has changed say so', async () => {
    const change = { note: 'another', acknowledge: ['guard/popular-missing'] }
    await world.send('other-curator', 'POST', '/v1/proposals/p2/revisions', {
      tag: 'r1',
      body: change,
    })
    const answer = await bela.submit('/console/queue/approvals', {
      approve: ['p1 1', 'p2 1', 'p99 1'],
    })
    const text = answer.status === 303 ? (await bela.get(location(answer))).text : answer.text
    const main = readPage(text)('main')[0]!.textContent
    expect(main).toMatch(/p2\D.*changed/s)
    expect(main).toMatch(/p99/)
  })

  it('of nothing say what to tick', async () => {
    const answer = await bela.submit('/console/queue/approvals', {})
    expect(answer.status).toBe(400)
    const find = readPage(answer.text)
    expect(find('.error')[0]!.textContent).toBe('Tick at least one of them.')
  })
})
