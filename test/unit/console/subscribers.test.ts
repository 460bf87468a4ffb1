import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashToken } from '../../../src/platform/http-auth.ts'
import { MAX_OVERLAP_HOURS } from '../../../src/core/overlap-hours.ts'
import type { Subscriber } from '../../../src/store/subscriber-store.ts'
import {
  openConsoleWorld,
  OURS,
  SECRET,
  THEIRS,
  type ConsoleWorld,
} from '../../support/console-world.ts'
import { readPage } from '../../support/read-page.ts'
import type { Answer, Browser } from '../../support/sign-in-host.ts'
import { publish } from '../../support/store-builders.ts'

let world: ConsoleWorld

beforeEach(() => (world = openConsoleWorld()))

afterEach(() => {
  expect(world.host.faults).toEqual([])
  expect(world.host.store.events.check()).toEqual([])
  world.host.close()
})

const CHIEF = 'chief-administrator'
const PATH = '/v1/managed-subscribers'
const NEW = { name: 'isp-new', lists: [OURS] }

const ask = (user: string, path: string): Promise<Answer> => world.send(user, 'GET', PATH + path)
const stored = (name: string): Subscriber => world.host.store.subscribers.find(name)!
const newest = (): object => {
  const { events } = world.host.store
  const [event] = events.all(events.head().number, 1)
  return { act: event?.act, actor: event?.actor, subject: event?.subject }
}

async function names(user: string, query = ''): Promise<string[]> {
  const { body } = await ask(user, query)
  return (body['items'] as { subscriber: { name: string } }[]).map((one) => one.subscriber.name)
}

async function change(user: string, name: string, [method, path]: string[], body: object) {
  const tag = (await ask(CHIEF, `/${name}`)).headers.get('etag')?.slice(1, -1) ?? 'none'
  return world.send(user, method!, `${PATH}/${name}${path}`, { body, tag })
}

describe('subscribers', () => {
  beforeEach(() => {
    world.subscribe('isp-1', [OURS])
    world.subscribe('isp-2', [THEIRS])
    world.subscribe('isp-3', [OURS, THEIRS])
  })

  it('are told to those who may see who takes a list, without lists that they may not know of', async () => {
    for (const user of ['administrator', 'auditor', 'publisher']) {
      expect(await names(user)).toEqual(['isp-1', 'isp-3'])
      expect((await ask(user, '/isp-3')).body).toMatchObject({ name: 'isp-3', lists: [OURS] })
      expect((await ask(user, '/isp-3')).text).not.toContain(THEIRS)
      expect((await ask(user, '/isp-3/pulls')).text).not.toContain(THEIRS)
      expect((await ask(user, '/isp-2')).status).toBe(404)
    }
    expect((await ask('curator', '')).status).toBe(403)
    expect(await names(CHIEF)).toEqual(['isp-1', 'isp-2', 'isp-3'])
  })

  it('are changed by whoever administers all of their lists, and no name of another is told', async () => {
    for (const [way, body] of [
      [['PATCH', ''], { notify: ['192.0.2.1'] }],
      [['POST', '/rotation'], {}],
      [['POST', '/revocation'], {}],
    ] as const) {
      const tag = (await ask('administrator', '/isp-3')).headers.get('etag')!.slice(1, -1)
      const path = `${PATH}/isp-3${way[1]}`
      const answer = await world.send('administrator', way[0], path, { body, tag })
      expect(answer).toMatchObject({ status: 403, body: { code: 'user/refused' } })
      expect(answer.text).not.toContain(THEIRS)
      expect((await world.send('auditor', way[0], path, { body, tag })).status).toBe(403)
    }
    expect(stored('isp-3')).toMatchObject({ revokedAt: null, rotatedAt: null, notify: [] })
  })

  it('of other lists are not there, whatever is asked', async () => {
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['GET', '/pulls', undefined],
      ['GET', '/configuration?server=bind', undefined],
      ['PATCH', '', { notify: [] }],
      ['POST', '/rotation', {}],
      ['POST', '/revocation', {}],
    ] as const) {
      for (const name of ['isp-2', 'nobody']) {
        const sending = { tag: 'x', ...(body !== undefined && { body }) }
        const answer = await world.send('administrator', method, `${PATH}/${name}${path}`, sending)
        expect([answer.status, answer.body['code']], path).toEqual([404, 'subscriber/not-found'])
      }
    }
  })

  it('come in pages, in each order', async () => {
    for (const order of ['name', 'behind', 'asked']) {
      const all: string[] = []
      for (let next = ''; ;) {
        const { body } = await ask(CHIEF, `?order=${order}&limit=2${next}`)
        all.push(
          ...(body['items'] as { subscriber: { name: string } }[]).map(
            (one) => one.subscriber.name,
          ),
        )
        if (body['next'] === null) break
        next = `&cursor=${body['next'] as string}`
      }
      expect(all).toEqual(['isp-1', 'isp-2', 'isp-3'])
    }
  })

  it('get other lists, and a key when they are known by one again', async () => {
    const before = stored('isp-1').keys[0]!.name
    const networks = ['192.0.2.0/24', '2001:DB8::1']
    const first = await change(CHIEF, 'isp-1', ['PATCH', ''], {
      ...{
        lists: [OURS, THEIRS],
        transfer: 'networks',
        networks,
        notify: ['192.0.2.53', '192.0.2.53:53'],
      },
    })
    expect(first.body).toMatchObject({ tsig: null, subscriber: { lists: [OURS, THEIRS] } })
    expect(stored('isp-1')).toMatchObject({
      ...{ networks: ['192.0.2.0/24', '2001:db8::1'], notify: ['192.0.2.53:53'], keys: [] },
    })
    expect(newest()).toMatchObject({ act: 'subscriber-changed', actor: CHIEF })
    const body = { transfer: 'tsig', algorithm: 'hmac-sha512' }
    const second = await change(CHIEF, 'isp-1', ['PATCH', ''], body)
    const [key] = stored('isp-1').keys
    expect(second.body['tsig']).toEqual({
      name: key!.name,
      algorithm: 'hmac-sha512',
      secret: key!.secret,
    })
    expect(key!.name).not.toBe(before)
    expect((await ask(CHIEF, '/isp-1')).text).not.toContain(key!.secret)
  })

  it('are only changed as they were seen', async () => {
    const tag = (await ask(CHIEF, '/isp-1')).headers.get('etag')!.slice(1, -1)
    await change(CHIEF, 'isp-1', ['PATCH', ''], { notify: ['192.0.2.53'] })
    const sending = { body: { lists: [THEIRS] }, tag }
    const late = await world.send(CHIEF, 'PATCH', `${PATH}/isp-1`, sending)
    expect([late.status, late.body['code']]).toEqual([412, 'request/changed'])
    expect(stored('isp-1').lists).toEqual([OURS])
  })

  it('get new credentials, and the old ones go on as long as is said', async () => {
    const at = Date.now()
    const { status, body } = await change('administrator', 'isp-1', ['POST', '/rotation'], {})
    expect(status).toBe(200)
    const { tokenHash, oldTokenHash, oldTokenUntil, keys } = stored('isp-1')
    expect([tokenHash, oldTokenHash]).toEqual([hashToken(String(body['token'])), 'hash of isp-1'])
    expect(Math.round((oldTokenUntil!.getTime() - at) / 3_600_000)).toBe(7 * 24)
    expect(keys.map(({ until }) => until)).toEqual([null, null])
    await change('administrator', 'isp-1', ['POST', '/rotation'], { overlapHours: 0 })
    expect(stored('isp-1')).toMatchObject({ oldTokenHash: null })
    for (const overlapHours of [-1, 0.5, MAX_OVERLAP_HOURS + 1, '5']) {
      const wrong = await change(CHIEF, 'isp-1', ['POST', '/rotation'], { overlapHours })
      expect(wrong).toMatchObject({ status: 400, body: { errors: [{ path: '/overlapHours' }] } })
    }
  })

  it('are revoked: the old credentials, or for good', async () => {
    await change(CHIEF, 'isp-1', ['POST', '/rotation'], {})
    await change(CHIEF, 'isp-1', ['POST', '/revocation'], { old: true })
    expect(stored('isp-1')).toMatchObject({ oldTokenHash: null, revokedAt: null })
    expect(stored('isp-1').keys).toHaveLength(1)
    const { body } = await change(CHIEF, 'isp-1', ['POST', '/revocation'], {})
    expect(body).toMatchObject({ keys: [], revokedAt: expect.any(String) as string })
    expect(newest()).toMatchObject({ act: 'subscriber-revoked', actor: CHIEF })
    for (const way of [
      ['PATCH', ''],
      ['POST', '/rotation'],
      ['POST', '/revocation'],
    ]) {
      const answer = await change(CHIEF, 'isp-1', way, way[0] === 'PATCH' ? { notify: [] } : {})
      expect(answer).toMatchObject({ status: 404, body: { code: 'subscriber/not-found' } })
    }
  })

  it('are told what to paste, without a secret', async () => {
    const { store } = world.host
    const { definition } = store.lists.find(OURS)!
    const zone = {
      origin: 'phishing.rpz.example',
      ttl: 300,
      refresh: 300,
      retry: 60,
      expire: 86_400,
      zonemd: false,
    }
    store.lists.apply({ ...definition, zone }, { at: new Date(), actor: 'anna', place: OURS })
    const told = await ask('auditor', '/isp-1/configuration?server=bind&primary=192.0.2.1:5300')
    expect(told.body['text']).toContain('phishing.rpz.example')
    expect(told.body['text']).toContain('192.0.2.1')
    expect(told.text).not.toContain('c2VjcmV0')
    expect(await ask('auditor', '/isp-1/configuration?server=bind&primary=nowhere')).toMatchObject({
      status: 400,
    })
    expect(await ask('auditor', '/isp-1/configuration')).toMatchObject({ status: 400 })
  })
})

describe('a new subscriber', () => {
  it('is told its token and key once, and by the same key of the request never again', async () => {
    const sending = { body: NEW, once: 'once-and-never-again' }
    const { status, body } = await world.send('administrator', 'POST', PATH, sending)
    expect([status, body]).toMatchObject([200, { subscriber: { name: 'isp-new', lists: [OURS] } }])
    const { tokenHash, keys } = stored('isp-new')
    expect(tokenHash).toBe(hashToken(String(body['token'])))
    expect(body['tsig']).toMatchObject({ name: keys[0]!.name, secret: keys[0]!.secret })
    expect(newest()).toMatchObject({ act: 'subscriber-added', actor: 'administrator' })
    expect(JSON.stringify(newest())).not.toContain(keys[0]!.secret)
    const again = await world.send('administrator', 'POST', PATH, sending)
    expect([again.status, again.body['code']]).toEqual([409, 'request/repeated'])
    expect((await ask(CHIEF, '/isp-new')).text).not.toMatch(/blw_/)
  })

  it.each([
    [{ name: 'no name' }, 400, 'usage/invalid', '/name'],
    [{ lists: ['nowhere'] }, 404, 'list/not-found', '/lists'],
    [{ lists: [] }, 400, 'request/invalid', '/lists'],
    [{ networks: ['192.0.2.0/24', '192.0.2.1/24'] }, 400, 'ip/invalid', '/networks/1'],
    [{ notify: ['host.example'] }, 400, 'ip/invalid', '/notify/0'],
    [{ transfer: 'networks' }, 400, 'usage/invalid', '/name'],
    [{ transfer: 'trust' }, 400, 'request/invalid', '/transfer'],
  ])('%j is refused', async (wrong, status, code, path) => {
    const { body, ...answer } = await world.send(CHIEF, 'POST', PATH, {
      body: { ...NEW, ...wrong },
    })
    expect([answer.status, body['code'], body['errors']]).toMatchObject([status, code, [{ path }]])
    expect(world.host.store.subscribers.all()).toEqual([])
  })

  it('has a name of its own', async () => {
    await world.send(CHIEF, 'POST', PATH, { body: NEW })
    const again = await world.send(CHIEF, 'POST', PATH, { body: NEW })
    expect(again).toMatchObject({ status: 409, body: { code: 'subscriber/exists' } })
    const other = await world.send(CHIEF, 'POST', PATH, { body: { ...NEW, name: 'ISP-new' } })
    expect(other).toMatchObject({ status: 400, body: { errors: [{ path: '/name' }] } })
  })

  it('is not made by an administrator of another list, who hears the same of any', async () => {
    const heard = await Promise.all(
      [THEIRS, 'nowhere'].map(async (list) => {
        const sending = { body: { ...NEW, lists: [list] } }
        const { status, text } = await world.send('administrator', 'POST', PATH, sending)
        return `${status} ${text.replaceAll(list, '')}`
      }),
    )
    expect(heard[0]).toContain('user/refused')
    expect(heard[0]).toBe(heard[1])
  })
})

describe('the pages of subscribers', () => {
  let chief: Browser
  const once = (): string => `once-${String(Math.random()).padEnd(22, 'x')}`

  beforeEach(async () => {
    await world.host.addWithPassword('chief', { list: '*', role: 'administrator' })
    chief = world.host.browser()
    await chief.signIn('chief')
    await chief.makeSecondFactor()
  })

  it('add one, and show what opens once', async () => {
    const fields = { name: 'isp-new', lists: OURS, transfer: 'tsig', once: once() }
    const { status, text } = await chief.submit('/console/subscribers', fields)
    expect(status).toBe(200)
    const codes = readPage(text)('dd code').map(({ textContent }) => textContent)
    const { tokenHash, keys } = stored('isp-new')
    expect(hashToken(codes[0]!)).toBe(tokenHash)
    expect(codes.slice(1)).toEqual([keys[0]!.name, 'hmac-sha256', keys[0]!.secret])
    expect((await chief.submit('/console/subscribers', fields)).text).not.toContain(keys[0]!.secret)
  })

  it('say beside the field what is wrong with it', async () => {
    const fields = { name: 'isp-new', lists: OURS, notify: '192.0.2.1 nowhere', once: once() }
    const { status, text } = await chief.submit('/console/subscribers', fields)
    expect(status).toBe(400)
    const field = readPage(text)('textarea[name=notify]')[0]!
    expect(field.getAttribute('aria-invalid')).toBe('true')
    expect(field.textContent.trim()).toBe('192.0.2.1 nowhere')
  })

  it('can be sorted, and say by what they are', async () => {
    world.subscribe('isp-1', [OURS])
    for (const [order, column, by] of [
      ['name', 0, 'ascending'],
      ['behind', 3, 'descending'],
      ['asked', 4, 'ascending'],
    ] as const) {
      const find = readPage((await chief.get(`/console/subscribers?order=${order}`)).text)
      const sorted = find('thead th').map((cell) => cell.getAttribute('aria-sort'))
      expect(sorted).toEqual(Array.from({ length: 5 }, (_, i) => (i === column ? by : null)))
    }
  })

  it('show one, change it, give it new credentials and revoke it', async () => {
    world.subscribe('isp-1', [OURS])
    const { store } = world.host
    publish(store, store.lists.find(OURS)!.rowId)
    const page = '/console/subscribers/isp-1'
    const { text } = await chief.get(page)
    const cells = readPage(text)('section[aria-labelledby=pulls] tbody tr')[0]!.textContent
    expect(cells).toMatch(new RegExp(`^${OURS}HTTPnot known`))
    const act = async (path: string, fields: object): Promise<Answer> => {
      const shown = readPage((await chief.get(page)).text)
      const tag = shown('input[name=tag]')[0]!.getAttribute('value')
      return chief.submit(`${page}/${path}`, { ...fields, tag: tag!, once: once() })
    }
    const lists = `${OURS} ${THEIRS}`
    expect((await act('terms', { lists, transfer: 'tsig', notify: '192.0.2.53' })).status).toBe(200)
    expect(stored('isp-1')).toMatchObject({ lists: [OURS, THEIRS], notify: ['192.0.2.53:53'] })
    expect((await act('rotation', { overlapHours: '48' })).text).toContain('blw_')
    expect((await act('old-revocation', {})).status).toBe(303)
    expect(stored('isp-1')).toMatchObject({ oldTokenHash: null, revokedAt: null })
    expect((await act('revocation', {})).status).toBe(303)
    expect(stored('isp-1').revokedAt).not.toBeNull()
    expect((await chief.get(page)).text).not.toContain(`action="${page}/`)
  })

  it('offer nothing to those who only read', async () => {
    world.subscribe('isp-1', [OURS])
    await world.host.addWithPassword('reader', { list: OURS, role: 'auditor' })
    const reader = world.host.browser()
    await reader.signIn('reader')
    for (const path of ['/console/subscribers', '/console/subscribers/isp-1']) {
      const { status, text } = await reader.get(path)
      expect(status).toBe(200)
      expect(text).not.toContain('action="/console/subscribers"')
      expect(text).not.toContain(SECRET.repeat(2))
      expect(readPage(text)('main form[method=post]')).toEqual([])
    }
  })
})
