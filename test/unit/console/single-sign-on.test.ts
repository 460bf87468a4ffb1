import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as limits from '../../../src/console/limits.ts'
import { Flows, type Flow } from '../../../src/console/single-sign-on/flows.ts'
import type { IssuerTerms } from '../../../src/console/single-sign-on/issuer-terms.ts'
import { readIssuers } from '../../../src/console/single-sign-on/read-issuers.ts'
import { digestIdentity } from '../../../src/store/identity-store.ts'
import { readPage } from '../../support/read-page.ts'
import { openConsoleWorld, OURS, type ConsoleWorld } from '../../support/console-world.ts'
import {
  ADMINISTRATOR,
  APPROVER,
  CURATOR,
  openSignInHost,
  PASSWORD,
  type Answer,
  type Browser,
  type SignInHost,
} from '../../support/sign-in-host.ts'

const TERMS = {
  ...{ id: 'the-uni', title: 'U', issuer: 'https://u.example', clientId: 'b', scopes: [] },
  ...{ twoFactor: { acr: [], amr: [] }, allowHttpOnLoopback: false },
}

describe('client secrets', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'console-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  const readAll = (clientSecretFile?: string, env = {}): string[] =>
    readIssuers([{ ...TERMS, ...(clientSecretFile !== undefined && { clientSecretFile }) }], {
      ...{ folder, env },
    }).map(({ clientSecret }) => clientSecret)
  const refused = (message: RegExp): unknown =>
    expect.objectContaining({
      code: 'console/config',
      message: expect.stringMatching(message) as string,
    })

  it('come from a file of the data folder, the environment, or a credential', () => {
    writeFileSync(join(folder, 'secret'), 'from a file\n', { mode: 0o600 })
    expect(readAll('secret')).toEqual(['from a file'])
    expect(readAll(join(folder, 'secret'))).toEqual(['from a file'])
    expect(readAll(undefined, { BAILIWICK_SSO_SECRET_THE_UNI: 'x' })).toEqual(['x'])
    writeFileSync(join(folder, 'bailiwick-sso-secret-the-uni'), 'y\n')
    expect(readAll(undefined, { CREDENTIALS_DIRECTORY: folder })).toEqual(['y'])
  })

  it('keep the server from starting where there is none, or others may read it', () => {
    expect(() => readAll()).toThrow(refused(/BAILIWICK_SSO_SECRET_THE_UNI/))
    expect(() => readAll('none')).toThrow(refused(/ENOENT/))
    writeFileSync(join(folder, 'open'), 'x', { mode: 0o640 })
    expect(() => readAll('open')).toThrow(refused(/mode 0640/))
    writeFileSync(join(folder, 'long'), 'x'.repeat(1025), { mode: 0o600 })
    expect(() => readAll('long')).toThrow(refused(/1024 bytes/))
    writeFileSync(join(folder, 'empty'), '\n', { mode: 0o600 })
    expect(() => readAll('empty')).toThrow(refused(/got none/))
  })
})

describe('visits to issuers', () => {
  const flowOf = (issuer = 'uni'): Flow => ({
    ...{ issuer, redirectUri: '', nonce: '', verifier: '', purpose: { kind: 'sign-in', then: '' } },
  })
  const own = { browser: 'own', issuer: 'uni' }

  it('are kept ten minutes, and taken once', () => {
    let now = 0
    const flows = new Flows(() => now)
    for (const state of ['a', 'b']) {
      flows.add(state, flowOf(), { browser: 'own', address: '192.0.2.1' })
    }
    now = limits.FLOW_LIFE_MS - 1
    expect(flows.take('a', { ...own, browser: 'another' })).toBeNull()
    expect(flows.take('a', { ...own, issuer: 'another' })).toBeNull()
    expect(flows.take('a', own)).not.toBeNull()
    expect(flows.take('a', own)).toBeNull()
    now = limits.FLOW_LIFE_MS
    expect(flows.take('b', own)).toBeNull()
  })

  it('of one address push out its own alone, and never those of others', () => {
    const flows = new Flows(() => 0)
    flows.add('first', flowOf(), { browser: 'own', address: '192.0.2.1' })
    for (let i = 0; i < 100; i++) {
      flows.add(`a${i}`, flowOf(), { browser: 'own', address: `2001:db8::${i}` })
    }
    expect(flows.peek('first', own)).not.toBeNull()
    expect(flows.peek(`a${99 - limits.MAX_FLOWS_PER_ADDRESS}`, own)).toBeNull()
    expect(flows.peek(`a${100 - limits.MAX_FLOWS_PER_ADDRESS}`, own)).not.toBeNull()
  })

  it('are of a number that has an end', () => {
    const flows = new Flows(() => 0)
    for (let i = 0; i <= limits.MAX_FLOWS; i++) {
      const address = `198.51.${i >> 8}.${i & 255}`
      flows.add(`a${i}`, flowOf(), { browser: 'own', address })
    }
    expect(flows.peek('a0', own)).toBeNull()
    expect(flows.peek('a1', own)).not.toBeNull()
  })
})

describe('identities by the API', () => {
  const issuers: IssuerTerms[] = [{ ...TERMS, clientSecret: 'x' }]
  const IDENTITY = { issuer: 'the-uni', subject: 'sub-1' }
  let world: ConsoleWorld
  beforeEach(() => (world = openConsoleWorld(undefined, issuers)))
  afterEach(() => {
    expect(world.host.faults).toEqual([])
    expect(world.host.store.events.check()).toEqual([])
    world.host.close()
  })

  const change = async (
    user: string,
    of: string,
    { path = '', body = IDENTITY }: { path?: string; body?: object } = {},
  ): Promise<Answer> => {
    const seen = await world.send('chief-administrator', 'GET', `/v1/users/${of}`)
    const tag = seen.headers.get('etag')?.slice(1, -1) ?? ''
    return world.send(user, 'POST', `/v1/users/${of}/identities${path}`, { body, tag })
  }
  const newest = (): unknown => {
    const { events } = world.host.store
    return [...events.all(events.head().number, 1)][0]
  }

  it('are linked and unlinked by whoever manages the user, and it is recorded without the subject', async () => {
    const linked = await change('administrator', 'curator')
    expect(linked.body).toMatchObject({ identities: [IDENTITY] })
    const identity = digestIdentity({ issuer: TERMS.issuer, subject: 'sub-1' })
    const subject = { user: 'curator', issuer: TERMS.issuer, identity }
    expect(newest()).toMatchObject({ act: 'identity-linked', actor: 'administrator', subject })
    const before = world.host.store.events.head().number
    expect((await change('administrator', 'curator')).status).toBe(200)
    expect(world.host.store.events.head().number).toBe(before)
    const unlinked = await change('administrator', 'curator', { path: '/unlinked' })
    expect(unlinked.body).toMatchObject({ identities: [] })
    expect(newest()).toMatchObject({ act: 'identity-unlinked', actor: 'administrator', subject })
    const again = await change('administrator', 'curator', { path: '/unlinked' })
    expect([again.status, again.body['code']]).toEqual([404, 'identity/not-found'])
  })

  it('belong to one user, and say nothing of whose they are', async () => {
    await change('administrator', 'curator')
    const other = await change('administrator', 'approver')
    expect([other.status, other.body['code']]).toEqual([409, 'identity/exists'])
    expect(other.text).not.toContain('"curator')
  })

  it.each(['curator', 'auditor', 'gambling-administrator'])('are not for a %s', async (user) => {
    const answer = await change(user, 'curator')
    expect([403, 404]).toContain(answer.status)
    expect(world.host.store.identities.ofUser('id-of-curator')).toEqual([])
  })

  it.each([
    [{ issuer: 'nobody', subject: 'sub-1' }, 'user/invalid'],
    [{ issuer: 'https://u.example', subject: 'sub-1' }, 'user/invalid'],
    [{ issuer: 'the-uni', subject: ' x' }, 'user/invalid'],
    [{ issuer: 'the-uni', subject: 'b\u00e9la' }, 'user/invalid'],
    [{ issuer: 'the-uni', subject: 'x'.repeat(256) }, 'request/invalid'],
    [{ issuer: 'the-uni' }, 'request/invalid'],
  ])('are none of %j', async (body, code) => {
    expect((await change('administrator', 'curator', { body })).body['code']).toBe(code)
  })

  it('of a disabled user are not linked', async () => {
    world.host.store.users.disable('curator', new Date())
    expect((await change('administrator', 'curator')).body['code']).toBe('user/disabled')
  })

  it('of an issuer that is configured no more are told and unlinked by its URL', async () => {
    const { identities, users } = world.host.store
    const gone = { issuer: 'https://gone.example', subject: 'sub-2' }
    identities.link(users.find('curator')!.id, gone, { at: new Date() })
    const seen = await world.send('administrator', 'GET', '/v1/users/curator')
    expect(seen.body).toMatchObject({ identities: [gone], roles: [{ list: OURS }] })
    const unlinked = await change('administrator', 'curator', { path: '/unlinked', body: gone })
    expect(unlinked.body).toMatchObject({ identities: [] })
  })

  it('never come to mean another, whoever writes', () => {
    const { identities, signIn } = world.host.store
    identities.link('id-of-curator', { issuer: 'i', subject: 's' }, { at: new Date() })
    const db = signIn.db as unknown as { run: (text: string) => unknown }
    expect(() => db.run("UPDATE user_identities SET user_id = 'id-of-approver'")).toThrow()
  })
})

describe('whoever has a way in with two factors', () => {
  const TELLING: IssuerTerms = {
    ...{ ...TERMS, id: 'uni', clientSecret: 'x', scopes: ['openid'] },
    twoFactor: { acr: ['two'], amr: [] },
  }
  const identity = { issuer: TELLING.issuer, subject: 's' }
  let host: SignInHost
  let browser: Browser
  beforeEach(async () => {
    host = openSignInHost(undefined, ':memory:', [TELLING])
    await host.addWithPassword('anna', ADMINISTRATOR)
    await host.addWithPassword('bela', CURATOR, APPROVER)
    browser = host.browser()
    await browser.signIn('bela')
  })
  afterEach(() => host.close())

  it('unlinks in a session that is not new by the password alone', async () => {
    host.store.identities.link('id-of-bela', identity, { at: new Date() })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + limits.FRESH_SESSION_MS })
    try {
      const page = await browser.get('/console/account')
      const form = readPage(page.text)('form[action="/console/account/unlinked-identities"]')[0]!
      expect(form.querySelector('[name=password]')).not.toBeNull()
      const fields = { issuer: 'uni', subject: 's' }
      const submit = (password: string): Promise<Answer> =>
        browser.submit('/console/account/unlinked-identities', { ...fields, password })
      expect((await submit('')).text).toContain('session/stale')
      expect((await submit('another password')).status).toBe(401)
      expect(host.store.identities.ofUser('id-of-bela')).toHaveLength(1)
      expect((await submit(PASSWORD)).status).toBe(303)
      expect(host.store.identities.ofUser('id-of-bela')).toEqual([])
    } finally {
      vi.useRealTimers()
    }
  })

  it('has none linked, nor unlinked, where a passkey is the way', async () => {
    const passkey = { credentialId: 'c', publicKey: new Uint8Array(1), counter: 0, transports: [] }
    const own = { ...passkey, userId: 'id-of-bela', name: 'Own', at: new Date() }
    host.store.passkeys.add(own, limits.MAX_PASSKEYS)
    host.store.identities.link('id-of-bela', identity, { at: new Date() })
    const link = await browser.submit('/console/account/identities/uni', { password: PASSWORD })
    const fields = { issuer: 'uni', subject: 's', password: PASSWORD }
    const unlink = await browser.submit('/console/account/unlinked-identities', fields)
    for (const answer of [link, unlink]) {
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('one-factor')])
    }
    expect(host.store.identities.ofUser('id-of-bela')).toHaveLength(1)
  })
})
