import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { REGISTER_PAGE } from '../../../src/console/pages/register/register-page.tsx'
import { UPLOAD_LIMITS } from '../../../src/console/limits.ts'
import { hiddenOf, request, type GotPage } from '../../support/console-forms.ts'
import { openConsoleWorld, OURS, type ConsoleWorld } from '../../support/console-world.ts'
import { readPage } from '../../support/read-page.ts'
import type { Answer, Browser } from '../../support/sign-in-host.ts'

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

  describe('takes a file', () => {
    const PATH = '/console/register'
    let anna: Browser

    beforeEach(async () => {
      await world.host.addWithPassword('anna', { list: '*', role: 'administrator' })
      anna = world.host.browser()
      await anna.signIn('anna')
    })

    async function send(
      file: string | Buffer,
      more: Readonly<Record<string, string>> = {},
    ): Promise<GotPage> {
      const hidden = await hiddenOf(world.host, anna, PATH)
      const said = { tag: await state(), purpose: 'authority', scope: 'name', reason: 'ours' }
      const form = new FormData()
      for (const [name, value] of Object.entries({ ...hidden, ...said, source: '', ...more })) {
        form.append(name, value)
      }
      form.append('file', new Blob([file]), 'register.txt')
      return request(world.host.app, anna, `${PATH}/files`, { method: 'POST', body: form })
    }

    const rows = () => world.host.store.register.all() ?? []

    it('of a value in each line, thousands of them', async () => {
      const values = Array.from({ length: 3_000 }, (_, i) => `n${i}.example`)
      const { status, location } = await send(`# ours\r\n${values.join('\r\n')}\r\n\n192.0.2.1`)
      expect([status, location]).toEqual([303, '/console/register?done=saved'])
      const ours = rows().filter(({ reason }) => reason === 'ours')
      expect(ours).toHaveLength(3_001)
      expect(ours[0]).toMatchObject({ purpose: 'authority', scope: 'name', source: '' })
    })

    it('of a register, which says of each what it is', async () => {
      const group = { purpose: 'time', scope: 'below', reason: 'clocks', values: ['ntp.example'] }
      expect((await send(JSON.stringify({ groups: [group] }))).status).toBe(303)
      const row = { value: 'ntp.example', purpose: 'time', scope: 'below', reason: 'clocks' }
      expect(rows()).toContainEqual({ ...row, source: '' })
    })

    it.each([
      ['a name that is none', 'good.example\nno name\n'],
      ['no text', Buffer.from([0xff, 0xfe, 0x00])],
      ['half of a register', '{"groups":['],
      ['a register of another shape', '{"groups":[{"values":[5]}]}'],
      ['nothing', ''],
    ])('but not with %s', async (_, file) => {
      const { status, html } = await send(file)
      expect(status).toBe(400)
      expect(readPage(html)('[id="console-register-files-file-error"]'), html).toHaveLength(1)
      expect(rows()).toEqual([])
    })

    it('neither of another site, nor of a page that was seen before another change', async () => {
      expect((await send('a.example', { token: 'x' })).status).toBe(403)
      expect((await send('a.example', { tag: 'x' })).status).toBe(412)
      expect(rows()).toEqual([])
    })

    it('nor a longer one than a list may be', async () => {
      const { status } = await send(Buffer.alloc(UPLOAD_LIMITS.bytes + 1, 'a'))
      expect(status).toBe(413)
    })
  })

  it('has no forms for who may not change it', async () => {
    await world.host.addWithPassword('carl', { list: OURS, role: 'curator' })
    const carl = world.host.browser()
    await carl.signIn('carl')
    const find = readPage((await carl.get('/console/register')).text)
    expect(find('form[method=post][action^="/console/register"]')).toEqual([])
  })
})
