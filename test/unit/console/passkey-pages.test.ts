import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPage } from '../../support/read-page.ts'
import {
  ADMINISTRATOR,
  APPROVER,
  CURATOR,
  openSignInHost,
  PASSWORD,
  type Browser,
  type SignInHost,
} from '../../support/sign-in-host.ts'

let host: SignInHost

beforeEach(async () => {
  host = openSignInHost([])
  await host.addWithPassword('anna', ADMINISTRATOR)
  await host.addWithPassword('bela', CURATOR)
  await host.addWithPassword('carl', APPROVER)
})

afterEach(() => {
  expect(host.faults).toEqual([])
  host.close()
})

async function signedIn(user: string): Promise<Browser> {
  const browser = host.browser()
  await browser.signIn(user)
  return browser
}

/** A passkey that nothing signs with: what it is called, and goes. */
function give(user: string, name: string): void {
  const terms = { publicKey: Buffer.from([1]), counter: 0, transports: [], at: new Date() }
  host.store.passkeys.add(
    { ...terms, userId: `id-of-${user}`, credentialId: `${user} ${name}`, name },
    20,
  )
}

const left = (user: string): string[] =>
  host.store.passkeys.ofUser(`id-of-${user}`).map(({ name }) => name)

describe('the pages', () => {
  it('show nothing that needs a script until there is one, and load it where it is needed', async () => {
    const browser = await signedIn('bela')
    for (const [path, kind] of [
      ['/console/sign-in?then=/console/queue', 'sign-in'],
      ['/console/account', 'add'],
    ] as const) {
      const { text } = await browser.get(path)
      const form = readPage(text)('form[data-passkey]')[0]
      expect(form?.getAttribute('data-passkey')).toBe(kind)
      expect(form?.getAttribute('hidden')).not.toBe(null)
      expect(text).toMatch(/<script src="\/console\/assets\/[0-9a-f]{16}\/passkeys\.js" nonce=/)
    }
    expect((await browser.get('/console')).text).not.toContain('passkeys.js')
  })

  it.each([
    ['/console/queue', '/console/queue'],
    ['https://evil.example/', '/console'],
    ['//evil.example', '/console'],
    ['javascript:alert(1)', '/console'],
  ])('send whoever signs in from %s to %s', async (then, to) => {
    const path = `/console/sign-in?then=${encodeURIComponent(then)}`
    const { text } = await host.browser().get(path)
    const form = readPage(text)('form[data-passkey]')[0]
    expect(form?.getAttribute('data-then')).toBe(to)
  })

  it("list one's own, and escape their names", async () => {
    give('bela', '<b>Laptop</b>')
    give('carl', 'Phone')
    const { text } = await (await signedIn('bela')).get('/console/account')
    expect(text).toContain('&lt;b&gt;Laptop')
    expect(text).not.toContain('Phone')
  })

  it('remove one by the password, in a session of two factors', async () => {
    give('bela', 'Laptop')
    const weak = await signedIn('bela')
    const form = { passkey: '1', password: PASSWORD }
    const refused = await weak.submit('/console/account/passkeys/removed', form)
    expect(refused).toMatchObject({ status: 403 })
    expect(refused.text).toContain('session/one-factor')
    const strong = host.browser()
    const step = await host.signIn.beginBy('id-of-bela', 'passkey', new Headers())
    if (step.outcome === 'signed-in') strong.keep(step.cookies)
    const answer = await strong.submit('/console/account/passkeys/removed', form)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/console/account?done=passkeyRemoved')
    expect(left('bela')).toEqual([])
  })
})

describe('an administrator', () => {
  it('sees the passkeys of users, removes a lost one, and is told to have', async () => {
    give('bela', 'Laptop')
    give('bela', 'Phone')
    const step = await host.signIn.beginBy('id-of-bela', 'passkey', new Headers())
    const thief = host.browser()
    if (step.outcome === 'signed-in') thief.keep(step.cookies)
    const browser = await signedIn('anna')
    const { text } = await browser.get('/console/users/bela')
    for (const name of ['Laptop', 'Phone']) expect(text).toContain(name)
    const answer = await browser.submit('/console/users/bela/passkey', { passkey: '1' })
    expect(answer.status).toBe(303)
    expect(left('bela')).toEqual(['Phone'])
    expect((await thief.get('/v1/me')).status).toBe(401)
    const [event] = [...host.store.events.all()].filter(({ act }) => act === 'passkey-removed')
    expect(event).toMatchObject({ actor: 'anna', subject: { user: 'bela', passkey: 1 } })
  })

  it.each(['2', '9'])('is refused %s, which is none of the user', async (number) => {
    give('bela', 'Laptop')
    give('carl', 'Phone')
    const path = `/v1/users/bela/passkeys/${number}/removal`
    expect(await (await signedIn('anna')).post(path, null)).toMatchObject({
      ...{ status: 404, body: { code: 'passkey/not-found' } },
    })
    expect([left('bela'), left('carl')]).toEqual([['Laptop'], ['Phone']])
  })

  it('is not everybody', async () => {
    give('bela', 'Laptop')
    const carl = await signedIn('carl')
    expect((await carl.get('/v1/users/bela/passkeys')).status).toBe(404)
    expect((await carl.post('/v1/users/bela/passkeys/1/removal', null)).status).toBe(404)
    const bela = await signedIn('bela')
    expect((await bela.get('/v1/users/bela/passkeys')).body['items']).toHaveLength(1)
    // One's own go by the way that asks for the password.
    expect((await bela.post('/v1/users/bela/passkeys/1/removal', null)).status).toBe(403)
    expect(left('bela')).toEqual(['Laptop'])
  })
})
