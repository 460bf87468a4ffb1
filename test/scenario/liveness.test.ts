import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ListDefinition } from '../../src/core/list-definition.ts'
import { checkNames, type Said } from '../../src/main/check-names.ts'
import { openStore, type Store } from '../../src/store/open-store.ts'
import { AT, blockOf, decide, decisionOf, definitionOf } from '../support/store-builders.ts'

const DAY_MS = 86_400_000
const LIVENESS = {
  ...{ resolver: '127.0.0.1:53', perSecond: 5, everyDays: 7, allowRestricted: false },
}

let store: Store
let now = AT
beforeEach(() => {
  now = AT
  store = openStore(':memory:', { create: true, now: () => now })
})
afterEach(() => store.close())

function apply(changes: Partial<ListDefinition> = {}): number {
  const definition = definitionOf('a', { liveness: LIVENESS, ...changes })
  return store.lists.apply(definition, { at: AT, actor: 'alice', place: 'a' }).list.rowId
}

const pass = (days: number): void => {
  now = new Date(now.getTime() + days * DAY_MS)
}

/** A round with a resolver that says so; gives what it was asked too. */
async function round(say: (name: string) => Said) {
  const asked: string[] = []
  const ask = (name: string): Promise<Said> => {
    asked.push(name)
    return Promise.resolve(say(name))
  }
  const list = store.lists.find('a')!
  const told = await checkNames({ store, ask, now: () => now, randomBelow: (n) => n - 1 }, list)
  return { ...told, asked: asked.sort() }
}

describe('the search for names that are gone', () => {
  it('asks for each name once in its time, and opens a review for one that is gone twice, a day apart', async () => {
    const list = apply()
    decide(store, list, { add: ['gone.example', 'there.example'] })
    const say = (name: string): Said => (name === 'gone.example' ? 'gone' : 'there')
    expect(await round(say)).toMatchObject({
      ...{ asked: ['gone.example', 'there.example'], gone: 1, opened: 0, stopped: null },
    })
    expect((await round(say)).asked).toEqual([])
    pass(1)
    // Only the one in doubt is asked for so soon.
    expect(await round(say)).toMatchObject({ asked: ['gone.example'], opened: 1 })
    expect(store.reviews.all()).toMatchObject([
      {
        ...{ cause: 'gone', about: { value: 'gone.example' }, dueOn: '2030-01-16' },
        note: 'there has been no such name as gone.example since 2030-01-01',
      },
    ])
    pass(5)
    expect((await round(say)).asked).toEqual(['gone.example'])
    pass(1)
    expect((await round(say)).asked).toEqual(['there.example'])
    expect(store.reviews.all()).toHaveLength(1)
  })

  it('opens another when the name came back and went again, not while it stays gone', async () => {
    const list = apply()
    decide(store, list, { add: ['a.example'] })
    const [goneRound, thereRound] = [() => round(() => 'gone'), () => round(() => 'there')]
    await goneRound()
    pass(7)
    expect((await goneRound()).opened).toBe(1)
    const done = { outcome: 'kept', reason: '', at: now, actor: 'bob' } as const
    store.reviews.finish(1, { ...done, term: null, decision: null })
    pass(7)
    expect((await goneRound()).opened).toBe(0)
    pass(7)
    await thereRound()
    pass(7)
    expect((await goneRound()).opened).toBe(0)
    pass(7)
    expect((await goneRound()).opened).toBe(1)
  })

  it('never takes an unclear answer for anything', async () => {
    const list = apply()
    decide(store, list, { add: ['a.example'] })
    await round(() => 'gone')
    for (let day = 0; day < 20; day++) {
      pass(1)
      expect(await round(() => 'unclear')).toMatchObject({ opened: 0 })
    }
    expect(store.reviews.all()).toEqual([])
  })

  it('asks for names alone, and not for what was retired', async () => {
    const list = apply()
    decide(store, list, { add: ['a.example', 'b.example'], retire: [] })
    const others = ['192.0.2.1\tip\tnxdomain\t-\tR\n', 'c.example/x\turl\tnxdomain\t-\tR\n']
    store.decisions.commit(decisionOf(list, { added: 2 }), {
      added: [Buffer.from(others.join(''))],
      retired: [],
    })
    store.decisions.commit(decisionOf(list, { added: 2 }), {
      added: [
        blockOf(['h.example'], 'host\tnxdomain\t-\tR'),
        blockOf(['s.example'], 'subdomains\tnxdomain\t-\tR'),
      ],
      retired: [],
    })
    decide(store, list, { retire: ['a.example'] })
    const { asked } = await round(() => 'there')
    expect(asked).toEqual(['b.example', 'h.example', 's.example'])
  })

  it('stops where the resolver has the list itself, and asks for nothing', async () => {
    const zone = {
      ...{ origin: 'a.rpz.example', ttl: 300, refresh: 300, retry: 60, expire: 1, zonemd: false },
    }
    const list = apply({ zone })
    const decision = decide(store, list, { add: ['a.example'] })
    const publication = {
      ...{ serial: 42, state: '0'.repeat(64), entries: 1, added: 1, removed: 0, decision },
      ...{ definitionId: 1, publishedAt: AT, override: null, actor: 'alice' },
    }
    store.publications.commit({ listRowId: list, publication, metadata: [], expectedSerial: 0 })
    const beacon = '42.a.beacon.bailiwick.invalid'
    const blocked = await round((name) => (name === beacon ? 'there' : 'gone'))
    expect(blocked).toMatchObject({ asked: [beacon], stopped: 'blocks' })
    expect((await round(() => 'gone')).asked).toEqual([beacon, 'a.example'].sort())
  })

  it('stops where the resolver is mute, and goes on with the rest next time', async () => {
    const list = apply()
    const names = Array.from({ length: 500 }, (_, i) => `n${String(i).padStart(3, '0')}.example`)
    decide(store, list, { add: names })
    const mute = await round(() => 'unclear')
    expect(mute.stopped).toBe('mute')
    expect(mute.asked.length).toBeGreaterThanOrEqual(100)
    expect(mute.asked.length).toBeLessThan(150)
    const { asked, stopped } = await round(() => 'there')
    expect(stopped).toBeNull()
    expect(asked.length).toBe(500 - mute.asked.length)
    expect(new Set([...asked, ...mute.asked]).size).toBe(500)
  })

  it('ends when the list is given another definition', async () => {
    const list = apply()
    const names = Array.from({ length: 100 }, (_, i) => `n${i}.example`).sort()
    decide(store, list, { add: names })
    let times = 0
    const { asked } = await round(() => {
      if (++times === 40) apply({ liveness: null })
      return 'there'
    })
    expect(asked.length).toBeGreaterThanOrEqual(40)
    // Those that were under way.
    expect(asked.length).toBeLessThan(40 + 32)
  })

  it('asks nobody by itself, and for no restricted list that does not allow it', async () => {
    const list = apply({ liveness: null })
    decide(store, list, { add: ['a.example'] })
    expect((await round(() => 'gone')).asked).toEqual([])
  })

  it.each([
    [false, []],
    [true, ['a.example']],
  ])('asks for a restricted list where that is allowed: %s', async (allowRestricted, expected) => {
    const liveness = { ...LIVENESS, allowRestricted }
    const list = apply({ visibility: 'restricted', liveness })
    decide(store, list, { add: ['a.example'] })
    expect((await round(() => 'there')).asked).toEqual(expected)
  })
})
