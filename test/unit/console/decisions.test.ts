import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConsoleWorld, OURS, SECRET, THEIRS, WARNED } from '../../support/console-world.ts'
import type { ConsoleWorld } from '../../support/console-world.ts'
import { publish } from '../../support/store-builders.ts'

let world: ConsoleWorld

beforeEach(async () => {
  world = openConsoleWorld()
  await world.fill()
})

afterEach(() => {
  expect(world.host.faults).toEqual([])
  world.host.close()
})

const rowId = (): number => world.host.store.lists.find(OURS)!.rowId

async function get(path: string, user = 'curator') {
  const { status, body } = await world.send(user, 'GET', path)
  expect(status).toBe(200)
  return body
}

/** Has the open proposal of ours decided. */
async function decide(): Promise<number> {
  const { status, body, text } = await world.send(
    'approver',
    'POST',
    '/v1/proposals/p1/approvals',
    {
      ...{ tag: 'r1', body: { acknowledge: WARNED } },
    },
  )
  expect(status, text).toBe(200)
  return body['decision'] as number
}

describe('decisions', () => {
  it('are told newest first, in pages without a gap, with the serial that readers had them with', async () => {
    publish(world.host.store, rowId())
    const decided = await decide()
    const { items, next } = await get('/v1/decisions?limit=1')
    expect(items).toMatchObject([{ decision: decided, list: OURS, act: 'add', published: null }])
    const second = await get(`/v1/decisions?limit=1&cursor=${next as string}`)
    expect(second).toMatchObject({ items: [{ decision: 1, published: { serial: 1 } }], next: null })
  })

  it('can be narrowed down', async () => {
    await decide()
    const count = async (query: string): Promise<number> =>
      ((await get(`/v1/decisions?${query}`))['items'] as unknown[]).length
    expect(await count(`list=${OURS}`)).toBe(2)
    expect(await count('act=retire')).toBe(0)
    expect(await count('act=add')).toBe(1)
    expect(await count('urgent=true')).toBe(0)
    expect(await count('urgent=false')).toBe(2)
    expect(await count(`list=${THEIRS}`)).toBe(0)
  })

  it('of another list are not there', async () => {
    for (const path of ['/v1/decisions/2', '/v1/decisions/2/lines', '/v1/decisions/99']) {
      const { status, body, text } = await world.send('curator', 'GET', path)
      expect([path, status, body['code']]).toEqual([path, 404, 'decision/not-found'])
      expect(text).not.toContain(SECRET)
    }
  })
})

describe('a decision', () => {
  it('is told with the story of what was proposed', async () => {
    const decided = await decide()
    const story = await get(`/v1/decisions/${decided}`)
    expect(story).toMatchObject({
      ...{ reason: `${SECRET} says so`, proposer: 'other-curator', added: 1 },
      proposal: { proposal: 'p1', state: 'decided' },
    })
    const { acts } = story['proposal'] as { acts: { act: string; actor: string }[] }
    expect(acts.map(({ act, actor }) => [act, actor])).toEqual([
      ...[
        ['proposed', 'other-curator'],
        ['approved', 'approver'],
        ['decided', 'approver'],
      ],
    ])
    expect(await get('/v1/decisions/1')).toMatchObject({ proposal: null })
  })

  it('has lines, an amended one before and after, in pages', async () => {
    world.apply({ needed: 1, organisations: 1 })
    world.list(OURS, ['b.example', 'c.example'])
    const { body } = await world.send('curator', 'POST', '/v1/proposals', {
      body: {
        ...{ list: OURS, act: 'amend', reason: 'x', category: 'malware', acknowledge: WARNED },
        entries: [{ value: 'b.example' }, { value: 'listed.example' }],
      },
    })
    expect(body).toMatchObject({ state: 'decided' })
    const path = `/v1/decisions/${body['decision'] as number}/lines`
    const first = await get(`${path}?limit=1`)
    expect(first['items']).toMatchObject([
      { change: 'removed', value: 'b.example', category: '' },
      { change: 'added', value: 'b.example', category: 'malware' },
    ])
    const rest = await get(`${path}?limit=1&cursor=${first['next'] as string}`)
    expect(rest).toMatchObject({ items: [{ value: 'listed.example' }, {}], next: null })
    const earlier = await get('/v1/decisions/1/lines')
    expect(earlier['items']).toMatchObject([{ change: 'added', value: 'listed.example' }])
  })
})

describe('an urgent retirement', () => {
  it('is told with the time since, whether readers have it, and its review', async () => {
    const { store } = world.host
    const retire = { list: OURS, act: 'retire', entries: [{ value: 'listed.example' }] }
    await world.send('curator', 'POST', '/v1/proposals', {
      body: { ...retire, reason: 'it is a bank', urgent: true },
    })
    // Nothing signs in this world: it is decided, and not published.
    world.host.faults.length = 0
    const { items } = await get('/v1/urgent')
    expect(items).toMatchObject([
      { decision: 3, act: 'retire', published: null, review: { state: 'open', outcome: null } },
    ])
    expect(await get('/v1/overview')).toMatchObject({ urgent: [{ decision: 3 }] })
    publish(store, rowId())
    const [{ review }] = items as [{ review: { review: number } }]
    const { headers } = await world.send('curator', 'GET', `/v1/reviews/${review.review}`)
    const done = await world.send('approver', 'POST', `/v1/reviews/${review.review}/outcome`, {
      tag: headers.get('etag')!.replaceAll('"', ''),
      body: { outcome: 'retired', reason: 'it was a bank' },
    })
    expect(done.status).toBe(200)
    expect(await get('/v1/urgent')).toMatchObject({
      items: [{ published: { serial: 1 }, review: { state: 'done', outcome: 'retired' } }],
    })
    // Nobody is waited for any more.
    expect(await get('/v1/overview')).toMatchObject({ urgent: [] })
    expect(await get(`/v1/urgent?list=${THEIRS}`)).toEqual({ items: [] })
  })
})
