import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConsoleWorld, OURS, THEIRS, type ConsoleWorld } from '../../support/console-world.ts'
import { readPage } from '../../support/read-page.ts'
import { PASSWORD, type Answer } from '../../support/sign-in-host.ts'

let world: ConsoleWorld

beforeEach(() => (world = openConsoleWorld()))

afterEach(() => {
  expect(world.host.faults).toEqual([])
  expect(world.host.store.events.check()).toEqual([])
  world.host.close()
})

const CHIEF = 'chief-administrator'

const ask = (user: string | null, path: string): Promise<Answer> => world.send(user, 'GET', path)

async function names(user: string): Promise<string[]> {
  const { body } = await ask(user, '/v1/users?limit=500')
  return (body['items'] as { name: string }[]).map(({ name }) => name)
}

async function tagOf(user: string): Promise<string> {
  return (await ask(CHIEF, `/v1/users/${user}`)).headers.get('etag')?.slice(1, -1) ?? ''
}

const newest = (): { act: string; actor: string } => {
  const { events } = world.host.store
  const [event] = events.all(events.head().number, 1)
  return { act: event?.act ?? '', actor: event?.actor ?? '' }
}

const NEW = { name: 'nora', organisation: 'Example CERT', role: 'curator', lists: [OURS] }

describe('users', () => {
  it('are told in pages, to administrators and auditors of their lists', async () => {
    const all = await names(CHIEF)
    expect(all).toEqual(
      world.host.store.users
        .all()
        .map(({ name }) => name)
        .sort(),
    )
    const { body } = await ask(CHIEF, '/v1/users?limit=3')
    expect(body).toMatchObject({ items: all.slice(0, 3).map((name) => ({ name })) })
    const second = await ask(CHIEF, `/v1/users?limit=3&cursor=${String(body['next'])}`)
    expect(second.body).toMatchObject({ items: all.slice(3, 6).map((name) => ({ name })) })
    for (const user of ['administrator', 'auditor']) {
      const seen = await names(user)
      expect(seen).toContain('curator')
      expect(seen.filter((name) => name.startsWith(THEIRS))).toEqual([])
    }
  })

  it('of lists that one may not know of are not there, and neither are their roles', async () => {
    const { store } = world.host
    store.users.giveRole('curator', { list: THEIRS, role: 'curator' })
    const both = await ask('administrator', '/v1/users/curator')
    expect(both.body['roles']).toEqual([{ list: OURS, role: 'curator' }])
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['PUT', '/status'],
      ['POST', '/invitation'],
      ['POST', '/roles'],
      ['POST', '/roles/taken'],
    ] as const) {
      const bodies: Readonly<Record<string, object>> = {
        ...{ '': { email: '' }, '/status': { status: 'disabled' } },
      }
      const body = bodies[path] ?? { list: OURS, role: 'curator' }
      const sending = { tag: 'x', ...(method !== 'GET' && path !== '/invitation' && { body }) }
      const theirs = `/v1/users/${THEIRS}-curator${path}`
      const answer = await world.send('administrator', method, theirs, sending)
      const nobody = await world.send('administrator', method, `/v1/users/nobody${path}`, sending)
      expect([answer.status, answer.body['code']], path).toEqual([404, 'user/not-found'])
      expect(nobody.body['code'], path).toBe('user/not-found')
    }
  })

  it.each(['reporter', 'curator', 'approver', 'publisher'])(
    'are not told to a %s',
    async (user) => {
      expect((await ask(user, '/v1/organisations')).status).toBe(403)
      expect(await names(user)).toEqual([user])
      expect((await ask(user, '/v1/users/auditor')).status).toBe(404)
    },
  )

  it('are added, with a code that is told once and opens', async () => {
    const once = 'once-and-never-again'
    const sending = { body: { ...NEW, email: 'Nora@cert.example' }, once }
    const { status, body } = await world.send(CHIEF, 'POST', '/v1/users', sending)
    expect([status, body]).toMatchObject([
      200,
      {
        user: {
          name: 'nora',
          email: 'nora@cert.example',
          roles: [{ list: OURS, role: 'curator' }],
        },
      },
    ])
    expect(newest()).toEqual({ act: 'user-added', actor: CHIEF })
    const again = await world.send(CHIEF, 'POST', '/v1/users', sending)
    expect([again.status, again.body['code']]).toEqual([409, 'request/repeated'])
    const { code } = body
    const nora = world.host.browser()
    expect((await nora.post('/v1/session/invitation', { code, password: PASSWORD })).status).toBe(
      200,
    )
    expect((await nora.signIn('nora')).status).toBe(200)
  })

  it.each([
    [{ name: 'no name' }, 400, '/name'],
    [{ name: 'curator' }, 409, '/name'],
    [{ organisation: 'Nobody' }, 404, '/organisation'],
    [{ role: 'king' }, 400, '/role'],
    [{ lists: undefined }, 400, '/name'],
    [{ status: 'active' }, 400, '/status'],
    [{ id: 'x' }, 400, '/id'],
  ])('are not added with %j', async (more, status, path) => {
    const before = world.host.store.users.all().length
    const answer = await world.send(CHIEF, 'POST', '/v1/users', { body: { ...NEW, ...more } })
    expect([answer.status, answer.body]).toMatchObject([status, { errors: [{ path }] }])
    expect(world.host.store.users.all()).toHaveLength(before)
  })

  it('are added by who administers all their lists, and by nobody else', async () => {
    const add = (user: string, more: object): Promise<Answer> =>
      world.send(user, 'POST', '/v1/users', { body: { ...NEW, ...more } })
    expect((await add('administrator', { name: 'a' })).status).toBe(200)
    expect((await add('administrator', { name: 'b', lists: [OURS, THEIRS] })).status).toBe(403)
    const all = { ...NEW, name: 'c', role: 'administrator', lists: undefined }
    const grab = await world.send('administrator', 'POST', '/v1/users', { body: all })
    expect(grab.status).toBe(403)
    for (const user of ['auditor', 'chief-auditor', 'curator', 'gambling-administrator']) {
      expect((await add(user, { name: 'd' })).status, user).toBe(403)
    }
  })

  it('are changed as they were seen, and as nothing else', async () => {
    const tag = await tagOf('curator')
    const give = (body: object, seen?: string): Promise<Answer> =>
      world.send(CHIEF, 'POST', '/v1/users/curator/roles', {
        ...{ body, ...(seen !== undefined && { tag: seen }) },
      })
    const grant = { list: OURS, role: 'approver' }
    expect((await give(grant)).status).toBe(428)
    const given = await give(grant, tag)
    expect([given.status, given.body['roles']]).toEqual([
      200,
      [grant, { list: OURS, role: 'curator' }],
    ])
    expect(newest()).toEqual({ act: 'role-given', actor: CHIEF })
    const late = await give({ list: OURS, role: 'publisher' }, tag)
    expect([late.status, late.body['code']]).toEqual([412, 'request/changed'])
    const next = given.headers.get('etag')?.slice(1, -1) ?? ''
    expect(next).toBe(await tagOf('curator'))
    const taken = await world.send(CHIEF, 'POST', '/v1/users/curator/roles/taken', {
      ...{ body: grant, tag: next },
    })
    expect(taken.body['roles']).toEqual([{ list: OURS, role: 'curator' }])
  })

  it('that are disabled are out with the next request, and invited ones have no password', async () => {
    await world.host.addWithPassword('paul', { list: OURS, role: 'curator' })
    const paul = world.host.browser()
    await paul.signIn('paul')
    expect((await paul.get('/v1/me')).status).toBe(200)
    const turn = async (status: string): Promise<Answer> =>
      world.send(CHIEF, 'PUT', '/v1/users/paul/status', {
        ...{ body: { status }, tag: await tagOf('paul') },
      })
    expect((await turn('disabled')).body).toMatchObject({ status: 'disabled' })
    expect((await paul.get('/v1/me')).status).toBe(401)
    expect((await turn('active')).body).toMatchObject({ status: 'active', disabledAt: null })
    await paul.signIn('paul')
    const invited = await world.send(CHIEF, 'POST', '/v1/users/paul/invitation', {
      tag: await tagOf('paul'),
    })
    expect(invited.body).toMatchObject({ user: { hasPassword: false } })
    expect((await paul.get('/v1/me')).status).toBe(401)
    expect((await paul.signIn('paul')).status).toBe(401)
  })

  it('never lose their last administrator', async () => {
    const { status, body } = await world.send(CHIEF, 'PUT', `/v1/users/${CHIEF}/status`, {
      ...{ body: { status: 'disabled' }, tag: await tagOf(CHIEF) },
    })
    expect([status, body['code']]).toEqual([409, 'user/last-administrator'])
  })
})

describe('organisations', () => {
  it('are added by who administers all lists', async () => {
    const body = { name: 'Example Court 2', kind: 'court' }
    const added = await world.send(CHIEF, 'POST', '/v1/organisations', { body })
    expect([added.status, added.body]).toMatchObject([200, body])
    expect(newest()).toEqual({ act: 'organisation-added', actor: CHIEF })
    const again = await world.send(CHIEF, 'POST', '/v1/organisations', { body })
    expect([again.status, again.body]).toMatchObject([409, { errors: [{ path: '/name' }] }])
    for (const user of ['administrator', 'chief-auditor', 'curator']) {
      const more = { body: { ...body, name: 'X' } }
      expect((await world.send(user, 'POST', '/v1/organisations', more)).status).toBe(403)
    }
    const { items } = (await ask('auditor', '/v1/organisations')).body as { items: object[] }
    expect(items).toContainEqual(expect.objectContaining(body))
  })
})

describe('API keys', () => {
  it('are made by who has signed in, in a role of his, and by no other key', async () => {
    await world.host.addWithPassword('carl', { list: OURS, role: 'curator' })
    const carl = world.host.browser()
    await carl.signIn('carl')
    const body = { name: 'mirror', role: 'curator', list: OURS, days: 2 }
    const made = await carl.post('/v1/api-keys', body)
    expect([made.status, made.body]).toMatchObject([
      200,
      { apiKey: { name: 'mirror', user: 'carl' } },
    ])
    expect(newest()).toEqual({ act: 'api-key-made', actor: 'carl' })
    const authorization = `Bearer ${String(made.body['key'])}`
    const me = await world.host.browser().get('/v1/me', { authorization })
    expect(me.body).toMatchObject({ user: 'carl', by: 'api-key' })
    const more = { ...body, name: 'more' }
    const byKey = await world.host.browser().send('POST', '/v1/api-keys', more, { authorization })
    expect([byKey.status, byKey.body['code']]).toEqual([403, 'user/refused'])
    for (const [wrong, status] of [
      [{ role: 'approver' }, 400],
      [{ list: THEIRS }, 400],
      [{ list: undefined, role: 'administrator' }, 400],
      [{ days: 367 }, 400],
      [{ days: 0 }, 400],
      [{ name: 'mirror' }, 409],
    ] as const) {
      const answer = await carl.post('/v1/api-keys', { ...more, ...wrong })
      expect([JSON.stringify(wrong), answer.status]).toEqual([JSON.stringify(wrong), status])
    }
  })

  it('are seen and revoked by their user and by who manages users of the list', async () => {
    const seen = async (user: string): Promise<string[]> => {
      const { items } = (await ask(user, '/v1/api-keys')).body as { items: { name: string }[] }
      return items.map(({ name }) => name)
    }
    expect(await seen('curator')).toEqual(['curator'])
    expect(await seen('auditor')).toContain('curator')
    expect(await seen('auditor')).not.toContain(`${THEIRS}-curator`)
    const revoke = async (user: string, key: string): Promise<number> =>
      (await world.send(user, 'POST', `/v1/api-keys/${key}/revocation`)).status
    expect(await revoke('approver', 'curator')).toBe(404)
    expect(await revoke('administrator', `${THEIRS}-curator`)).toBe(404)
    expect(await revoke('auditor', 'curator')).toBe(403)
    expect(await revoke('administrator', 'curator')).toBe(200)
    expect(newest()).toEqual({ act: 'api-key-revoked', actor: 'administrator' })
    expect((await ask('curator', '/v1/me')).status).toBe(401)
  })
})

describe('the pages of users', () => {
  it('show a new code once, and what was wrong beside the field', async () => {
    await world.host.addWithPassword('anna', { list: '*', role: 'administrator' })
    const anna = world.host.browser()
    await anna.signIn('anna')
    const fields = { organisation: 'Example CERT', role: 'curator', lists: OURS }
    const wrong = await anna.submit('/console/users', { ...fields, name: 'no name' })
    expect(wrong.status).toBe(400)
    expect(readPage(wrong.text)('input[name=name][aria-invalid=true]')).toHaveLength(1)
    const once = 'once-'.padEnd(22, 'x')
    const added = await anna.submit('/console/users', { ...fields, name: 'nora', once })
    expect([added.status, added.text]).toEqual([200, expect.stringMatching(/<code>bli_/)])
    const again = await anna.submit('/console/users', { ...fields, name: 'nora', once })
    expect([again.status, again.text]).toEqual([409, expect.not.stringContaining('bli_')])
    const tag = await tagOf('nora')
    const give = { tag, role: 'approver', list: OURS }
    const given = await anna.submit('/console/users/nora/give', give)
    expect(given.headers.get('location')).toBe('/console/users/nora?done=saved')
    expect((await anna.submit('/console/users/nora/give', give)).status).toBe(412)
    expect((await anna.get('/console/users/nora')).text).toContain('approver: phishing')
  })
})
