import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { REGISTER_PAGE } from '../../../src/console/pages/register/register-page.tsx'
import { openConsoleWorld, OURS, type ConsoleWorld } from '../../support/console-world.ts'
import { readPage } from '../../support/read-page.ts'
import type { Answer } from '../../support/sign-in-host.ts'

let world: ConsoleWorld

beforeEach(() => (world = openConsoleWorld()))

afterEach(() => {
  expect(world.host.faults).toEqual([])
  expect(world.host.store.events.check()).toEqual([])
  world.host.close()
})

const ROW = {
  ...{ value: 'Stop.Example', purpose: 'authority', scope: 'name', reason: 'our stop page' },
  source: '',
}

async function state(): Promise<string> {
  const { body } = await world.send('curator', 'GET', '/v1/register?limit=1')
  return body['state'] as string
}

async function change(body: object, tag?: string, user = 'chief-administrator'): Promise<Answer> {
  return world.send(user, 'POST', '/v1/register/changes', { body, tag: tag ?? (await state()) })
}

describe('the register', () => {
  it('is what is shipped, until somebody changes it', async () => {
    const before = await world.send('curator', 'GET', '/v1/register?purpose=root')
    expect(before.body).toMatchObject({ isShipped: true })
    expect(before.headers.get('etag')).toBe(`"${await state()}"`)
    const { status, body } = await change({ reason: 'ours', add: [ROW] })
    expect([status, body]).toMatchObject([200, { made: { added: 1, removed: 0, reason: 'ours' } }])
    const found = await world.send('curator', 'GET', '/v1/register?text=STOP.ex')
    expect(found.body).toMatchObject({
      isShipped: false,
      items: [{ ...ROW, value: 'stop.example' }],
      state: body['state'],
    })
    expect(found.body['rows']).toBe((before.body['rows'] as number) + 1)
  })

  it('is told in pages, without a gap, and by purpose', async () => {
    const values: string[] = []
    let cursor = ''
    do {
      const { body } = await world.send('curator', 'GET', `/v1/register?limit=200${cursor}`)
      values.push(...(body['items'] as { value: string }[]).map(({ value }) => value))
      cursor = body['next'] === null ? '' : `&cursor=${(body as unknown as { next: string }).next}`
    } while (cursor !== '')
    expect(values).toHaveLength(new Set(values).size)
    expect(values).toEqual([...values].sort())
    const { body } = await world.send('curator', 'GET', '/v1/register?limit=1')
    expect(values).toHaveLength(body['rows'] as number)
    const roots = await world.send('curator', 'GET', '/v1/register?purpose=root&limit=500')
    for (const row of roots.body['items'] as { purpose: string }[]) expect(row.purpose).toBe('root')
  })

  it('is not changed by who has not seen what it is', async () => {
    const seen = await state()
    await change({ reason: 'ours', add: [ROW] }, seen)
    const late = await change({ reason: 'no', remove: ['stop.example'] }, seen)
    expect([late.status, late.body['code']]).toEqual([412, 'request/changed'])
    const blind = await world.send('chief-administrator', 'POST', '/v1/register/changes', {
      body: { reason: 'no', remove: ['stop.example'] },
    })
    expect(blind.status).toBe(428)
    const { items } = (await world.send('curator', 'GET', '/v1/register/changes')).body as {
      items: { actor: string; added: number }[]
    }
    expect(items).toMatchObject([
      { actor: 'chief-administrator', added: 1 },
      { actor: 'bailiwick' },
    ])
  })

  it('says of each row what is wrong with it, and takes none', async () => {
    const add = [ROW, { ...ROW, value: 'no name' }, { ...ROW, value: '192.0.2.300' }]
    const { status, body } = await change({ reason: 'ours', add })
    expect([status, body]).toMatchObject([
      400,
      { code: 'register/invalid', errors: [{ path: '/add/1' }, { path: '/add/2' }] },
    ])
    expect((await change({ reason: 'x', remove: ['not-there.example'] })).status).toBe(404)
    expect((await change({ reason: 'x' })).status).toBe(400)
    expect((await change({ reason: ' ', add: [ROW] })).status).toBe(400)
    expect(world.host.store.register.all()).toBeNull()
  })

  it.each(['administrator', 'auditor', 'chief-auditor', 'curator', 'gambling-administrator'])(
    'is not changed by %s',
    async (user) => {
      const { status, body } = await change({ reason: 'x', add: [ROW] }, undefined, user)
      expect([status, body['code']]).toEqual([403, 'user/refused'])
    },
  )

  it('is nothing that a reporter sees', async () => {
    for (const path of ['/v1/register', '/v1/register/changes']) {
      expect((await world.send('reporter', 'GET', path)).status).toBe(403)
    }
  })
})

describe('the page of the register', () => {
  it('puts in and takes out, with what was wrong beside the field', async () => {
    await world.host.addWithPassword('anna', { list: '*', role: 'administrator' })
    const anna = world.host.browser()
    await anna.signIn('anna')
    const tag = await state()
    const said = { tag, purpose: 'authority', scope: 'name', reason: 'ours', source: '' }
    const wrong = await anna.submit(`${REGISTER_PAGE.path}/additions`, {
      ...{ ...said, values: 'stop.example\nno name' },
    })
    expect(wrong.status).toBe(400)
    const errors = readPage(wrong.text)('.error').map(({ textContent }) => textContent)
    expect(errors.join()).toMatch(/no name/)
    const put = await anna.submit(`${REGISTER_PAGE.path}/additions`, {
      ...{ ...said, values: 'stop.example\nother.example' },
    })
    expect(put.headers.get('location')).toBe('/console/register?done=saved')
    const page = await anna.get('/console/register?text=other.example')
    const find = readPage(page.text)
    expect(find('input[name=remove]').map((one) => one.getAttribute('value'))).toEqual([
      'other.example',
    ])
    const none = await anna.submit(`${REGISTER_PAGE.path}/removals`, {
      ...said,
      tag: await state(),
    })
    expect([none.status, none.text]).toEqual([400, expect.stringContaining('got neither')])
    const fields = { tag: await state(), reason: 'gone', remove: 'other.example' }
    const taken = await anna.submit(`${REGISTER_PAGE.path}/removals`, fields)
    expect(taken.status).toBe(303)
    expect((await anna.get('/console/register')).text).toContain('gone')
  })

  it('has no forms for who may not change it', async () => {
    await world.host.addWithPassword('carl', { list: OURS, role: 'curator' })
    const carl = world.host.browser()
    await carl.signIn('carl')
    const find = readPage((await carl.get('/console/register')).text)
    expect(find('form[method=post][action^="/console/register"]')).toEqual([])
  })
})
