import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConsoleWorld, OURS, THEIRS, type ConsoleWorld } from '../../support/console-world.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { EventView } from '../../../src/console/ports/events.ts'

let world: ConsoleWorld

beforeEach(async () => {
  world = openConsoleWorld()
  await world.propose(OURS, 'bad.example')
  await world.propose(THEIRS, 'bad.example')
})

afterEach(() => {
  expect(world.host.faults).toEqual([])
  world.host.close()
})

interface Page {
  readonly items: readonly EventView[]
  readonly next: string | null
}

async function page(user: string, query = ''): Promise<Page> {
  const { status, body } = await world.send(user, 'GET', `/v1/events?${query}`)
  expect(status).toBe(200)
  return body as unknown as Page
}

describe('the events', () => {
  it('are all there for the auditor of all lists, newest first, in pages without a gap', async () => {
    const head = world.host.store.events.head()
    const numbers: number[] = []
    let query = 'limit=7'
    for (;;) {
      const { items, next } = await page('chief-auditor', query)
      expect(items.length).toBeLessThanOrEqual(7)
      numbers.push(...items.map(({ number }) => number))
      if (next === null) break
      query = `limit=7&cursor=${next}`
    }
    expect(numbers).toEqual(Array.from({ length: head.number }, (_, i) => head.number - i))
    const [newest] = (await page('chief-auditor', 'limit=1')).items
    expect(newest?.hash).toBe(head.hash)
  })

  it('can be narrowed down', async () => {
    const one = await page('chief-auditor', `list=${OURS}&act=proposal&actor=other-curator`)
    expect(one).toMatchObject({ items: [{ subject: { list: OURS } }], next: null })
    expect((await page('chief-auditor', 'actor=nobody')).items).toEqual([])
    const { at } = one.items[0]!
    const after = new Date(Date.parse(at) + 1).toISOString()
    expect(
      (await page('chief-auditor', `act=proposal&list=${OURS}&from=${at}`)).items,
    ).toHaveLength(1)
    expect((await page('chief-auditor', `act=proposal&list=${OURS}&from=${after}`)).items).toEqual(
      [],
    )
    expect((await page('chief-auditor', `act=proposal&list=${OURS}&to=${at}`)).items).toEqual([])
    expect(
      (await page('chief-auditor', `act=proposal&list=${OURS}&to=${after}`)).items,
    ).toHaveLength(1)
    expect((await page('chief-auditor', 'from=2000-01-01&to=2000-01-02')).items).toEqual([])
  })

  it('of another list are nobody else’s', async () => {
    for (const query of ['', `list=${OURS}`, `list=${THEIRS}`]) {
      const { items } = await page('auditor', `limit=500&${query}`)
      for (const { subject } of items) expect(subject['list']).toBe(OURS)
      expect(items.length > 0).toBe(!query.includes(THEIRS))
    }
  })

  it.each(['reporter', 'curator', 'approver', 'publisher'])('are none of a %s', async (user) => {
    const { status, body } = await world.send(user, 'GET', '/v1/events')
    expect([status, body['code']]).toEqual([403, 'user/refused'])
  })

  it.each(['from=yesterday', 'to=2030-13-01', 'act=nothing', 'cursor=x', 'limit=0'])(
    'are refused for %s, which is named',
    async (query) => {
      const { status, body } = await world.send('chief-auditor', 'GET', `/v1/events?${query}`)
      const [name = ''] = query.split('=')
      expect([status, body['code']]).toEqual([400, 'request/invalid'])
      expect(JSON.stringify(body)).toContain(name)
    },
  )
})

it('looks through so many events at once, and goes on there', () => {
  const store = openStore(':memory:', { create: true })
  const add = (list: string): void => {
    store.write(() => store.events.append({ act: 'export', actor: 'anna', subject: { list } }))
  }
  add('rare')
  for (let i = 0; i < 9; i++) add('usual')
  const wanted = { limit: 5, maxLooked: 4, lists: ['rare'] }
  const looked: (number | null)[] = []
  let before: number | null = null
  do {
    const { events, next } = store.events.page({ ...wanted, before })
    expect(events.map(({ number }) => number)).toEqual(next === null ? [2] : [])
    looked.push(next)
    before = next
  } while (before !== null)
  expect(looked).toEqual([8, 4, null])
  store.close()
})
