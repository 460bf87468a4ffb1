import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addDays, dayOf } from '../../../src/core/day.ts'
import { openConsoleWorld, OURS, SECRET, THEIRS } from '../../support/console-world.ts'
import type { ConsoleWorld } from '../../support/console-world.ts'
import type { Answer } from '../../support/sign-in-host.ts'

let world: ConsoleWorld

beforeEach(async () => {
  world = openConsoleWorld({ needed: 1, organisations: 1 })
  await world.fill()
})

afterEach(() => {
  expect(world.host.faults).toEqual([])
  world.host.close()
})

const TODAY = dayOf(new Date())
const rowId = (list: string): number => world.host.store.lists.find(list)!.rowId

interface Item {
  readonly review: number
  readonly [name: string]: unknown
}

async function page(query: string, user = 'curator'): Promise<readonly Item[]> {
  const { status, body } = await world.send(user, 'GET', `/v1/reviews?${query}`)
  expect(status).toBe(200)
  return body['items'] as readonly Item[]
}

async function tagOf(review: number, user = 'curator'): Promise<string> {
  const { status, headers } = await world.send(user, 'GET', `/v1/reviews/${review}`)
  expect(status).toBe(200)
  return headers.get('etag')!.replaceAll('"', '')
}

async function finish(review: number, body: object, more: object = {}): Promise<Answer> {
  const tag = await tagOf(review)
  return world.send('curator', 'POST', `/v1/reviews/${review}/outcome`, {
    ...{ tag, body: { reason: 'seen today', ...body } },
    ...more,
  })
}

/** Opens a review of a decision of ours. */
function open(decision: number, dueOn: string): number {
  const { store } = world.host
  return store.reviews.open({
    ...({
      listRowId: rowId(OURS),
      cause: 'due',
      aboutOn: dueOn,
      dueOn,
      note: 'its day came',
    } as const),
    target: { decision, entry: null },
    ...{ at: new Date(), actor: 'anna' },
  })!
}

describe('reviews', () => {
  it('are told by the day that they are due, in pages without a gap, and narrowed down', async () => {
    const entries = ['a.example', 'b.example', 'c.example']
    const days = ['2031-02-01', '2031-01-01', '2031-01-01']
    for (const [i, value] of entries.entries()) {
      world.list(OURS, [value])
      open(world.host.store.decisions.lastDecision(rowId(OURS)), days[i]!)
    }
    const all = await page(`list=${OURS}`)
    expect(all.map(({ dueOn }) => dueOn)).toEqual([
      ...['2030-01-01', '2031-01-01', '2031-01-01', '2031-02-01'],
    ])
    const walked: number[] = []
    let query = 'limit=1'
    for (;;) {
      const { body } = await world.send('curator', 'GET', `/v1/reviews?${query}`)
      walked.push(...(body['items'] as readonly Item[]).map(({ review }) => review))
      if (body['next'] === null) break
      query = `limit=1&cursor=${body['next'] as string}`
    }
    expect(walked).toEqual(all.map(({ review }) => review))
    expect(await page('cause=asked')).toHaveLength(1)
    expect(await page('cause=due')).toHaveLength(3)
    expect(await page('state=done')).toEqual([])
  })

  it('of another list are nobody else’s', async () => {
    expect(await page(`list=${THEIRS}`)).toEqual([])
    const { status, text } = await world.send('curator', 'GET', '/v1/reviews/2')
    expect([status, text.includes(SECRET)]).toEqual([404, false])
    const ask = { list: THEIRS, value: `${SECRET}.example`, reason: 'x' }
    const asked = await world.send('curator', 'POST', '/v1/reviews', { body: ask })
    expect([asked.status, asked.body['code']]).toEqual([404, 'list/not-found'])
  })
})

describe('a review', () => {
  it('that kept its entries gives them another day, and is told with its story', async () => {
    const reviewOn = addDays(TODAY, 30)
    const done = await finish(1, { outcome: 'kept', reviewOn })
    expect(done).toMatchObject({ status: 200, body: { outcome: 'kept', reviewOn, decision: null } })
    const { body } = await world.send('curator', 'GET', '/v1/reviews/1')
    expect(body).toMatchObject({
      ...{ state: 'done', outcome: 'kept', entries: 1, reviewOn },
      acts: [{ act: 'opened' }, { act: 'done', actor: 'curator', reason: 'seen today' }],
    })
    expect(await page('state=done')).toMatchObject([{ review: 1, outcome: 'kept' }])
  })

  it('that retired them has decided it', async () => {
    const { body } = await finish(1, { outcome: 'retired' })
    expect(body).toMatchObject({ outcome: 'retired', decision: 4, retired: 1, proposal: null })
    expect(world.host.store.entries.count(rowId(OURS))).toBe(1)
  })

  it('that should retire them waits where the list asks for several people', async () => {
    world.apply({ needed: 2, organisations: 2, retire: { needed: 2, organisations: 2 } })
    const { status, body } = await finish(1, { outcome: 'retired' })
    expect([status, body['decision'], body['proposal']]).toEqual([200, null, 'p2'])
    expect(await page('state=open')).toMatchObject([{ review: 1 }])
  })

  it('is extended by one person only where one person may add', async () => {
    world.apply({ needed: 2, organisations: 2 })
    const refused = await finish(1, { outcome: 'extended' })
    expect([refused.status, refused.body['code']]).toEqual([409, 'decision/approvals-needed'])
    const { store } = world.host
    expect([...store.events.all()].at(-1)).toMatchObject({ act: 'decision-refused' })
    world.apply({ needed: 1, organisations: 1 })
    const expiresOn = addDays(TODAY, 365)
    const extended = await finish(1, { outcome: 'extended', expiresOn })
    expect(extended).toMatchObject({ status: 200, body: { expiresOn } })
  })

  it('says beside the field what day would be right', async () => {
    const late = addDays(TODAY, 181)
    const { status, body } = await finish(1, { outcome: 'kept', reviewOn: late })
    expect([status, body['code']]).toEqual([400, 'review/outcome'])
    expect(body['errors']).toMatchObject([{ path: '/reviewOn' }])
    const end = await finish(1, { outcome: 'kept', expiresOn: addDays(TODAY, 3) })
    expect(end.body['errors']).toMatchObject([{ path: '/expiresOn' }])
    const other = await finish(1, { outcome: 'relisted' })
    expect(other.body['errors']).toMatchObject([{ path: '/outcome' }])
    const right = await finish(1, { outcome: 'kept', reviewOn: addDays(TODAY, 180) })
    expect(right.status).toBe(200)
  })

  it('is decided only as it was seen', async () => {
    const tag = await tagOf(1)
    open(1, '2030-01-02')
    // Another review of the same entries gives them other days.
    expect((await finish(3, { outcome: 'kept', reviewOn: addDays(TODAY, 9) })).status).toBe(200)
    const stale = await finish(1, { outcome: 'retired' }, { tag })
    expect([stale.status, stale.body['code']]).toEqual([412, 'review/changed'])
    expect(world.host.store.entries.count(rowId(OURS))).toBe(2)
    expect((await finish(1, { outcome: 'retired' })).status).toBe(200)
    const again = await finish(1, { outcome: 'retired' }, { tag })
    expect([again.status, again.body['code']]).toEqual([409, 'review/done'])
    const without = await world.send('curator', 'POST', '/v1/reviews/1/outcome', {
      body: { outcome: 'kept', reason: 'x' },
    })
    expect([without.status, without.body['code']]).toEqual([428, 'request/precondition'])
  })

  it('is asked for once, by who may', async () => {
    const body = { list: OURS, value: 'listed.example', reason: 'its owner wrote' }
    const asked = await world.send('approver', 'POST', '/v1/reviews', { body })
    const item = { value: 'listed.example', kind: 'domain' }
    expect(asked.body).toEqual({ items: [{ ...item, review: 3 }] })
    const again = await world.send('curator', 'POST', '/v1/reviews', { body })
    expect(again.body).toEqual({ items: [{ ...item, review: null }] })
    const none = { ...body, value: 'none.example' }
    const missing = await world.send('curator', 'POST', '/v1/reviews', { body: none })
    expect(missing).toMatchObject({ status: 404, body: { errors: [{ path: '/value' }] } })
    for (const user of ['publisher', 'auditor', 'administrator']) {
      const refused = await world.send(user, 'POST', '/v1/reviews', { body })
      expect([user, refused.status]).toEqual([user, 403])
    }
  })
})

it('what ends soon is told, with what the circuit breaker will say', async () => {
  const { store } = world.host
  const end = (review: number): void => {
    const { decision } = store.reviews.find(review)!
    store.reviews.finish(review, {
      ...({ outcome: 'extended', reason: 'x', at: new Date(), actor: 'anna' } as const),
      ...{ decision: null, term: { decision, entry: null, reviewOn: null, expiresOn: SOON } },
    })
  }
  const SOON = addDays(TODAY, 14)
  end(1)
  end(2)
  const { body } = await world.send('curator', 'GET', '/v1/lapses')
  expect(body['items']).toMatchObject([{ list: OURS, on: SOON, entries: 1 }])
  const theirs = await world.send('curator', 'GET', `/v1/lapses?list=${THEIRS}`)
  expect(theirs.status).toBe(404)
})
