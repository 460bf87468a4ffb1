import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChangedEntry } from '../../../../src/curation/page-difference.ts'
import { listDesk } from '../../../../src/main/console/list-desk.ts'
import type { Store } from '../../../../src/store/open-store.ts'
import { PEOPLE } from '../../../support/deciding.ts'
import {
  AT,
  decide,
  definitionOf,
  publish,
  storeWithList,
} from '../../../support/store-builders.ts'

let store: Store
let list: number

beforeEach(() => {
  ;({ store, list } = storeWithList())
})

afterEach(() => store.close())

const told = ({ items }: { readonly items: readonly ChangedEntry[] }): string[] =>
  items.map(({ change, value }) => `${change === 'added' ? '+' : '-'}${value}`)

const all = { behind: null, limit: 100 }

describe('lists', () => {
  it('are told with what is published and what waits', () => {
    decide(store, list, { add: ['a.example', 'b.example'] })
    publish(store, list)
    decide(store, list, { add: ['c.example'], retire: ['a.example', 'b.example'] })
    const told = listDesk({ store }).find(PEOPLE.otto, 'phishing')
    expect(told).toMatchObject({
      ...{ list: 'phishing', entries: 1, cron: null, nextAt: null },
      published: { serial: 1, entries: 2, added: 2, removed: 0 },
      waiting: { decisions: 1, added: 1, retired: 2, amended: 0, since: AT.toISOString() },
    })
    publish(store, list)
    expect(listDesk({ store }).find(PEOPLE.otto, 'phishing')).toMatchObject({
      ...{ entries: 1, published: { serial: 2, entries: 1 } },
      waiting: { decisions: 0, added: 0, retired: 0, amended: 0, since: null },
    })
  })

  it('are shown to whoever may read them, and hidden ones are as if they were not there', () => {
    const hidden = definitionOf('hidden', { visibility: 'restricted' })
    store.lists.apply(hidden, { at: AT, actor: 'adam', place: 'q'.repeat(26) })
    const open = definitionOf('open')
    store.lists.apply(open, { at: AT, actor: 'adam', place: 'open' })
    const desk = listDesk({ store })
    expect(desk.all(PEOPLE.carol).map((one) => one.list)).toEqual(['phishing'])
    expect(desk.all(PEOPLE.rita)).toEqual([])
    const code = (id: string): unknown => {
      try {
        return desk.find(PEOPLE.carol, id).list
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    expect([code('phishing'), code('open'), code('hidden'), code('none')]).toEqual([
      ...['phishing', 'user/refused', 'list/not-found', 'list/not-found'],
    ])
  })

  it('tells the serials of all of them, newest first, in pages', () => {
    const { rowId } = store.lists.apply(definitionOf('another'), {
      ...{ at: AT, actor: 'adam', place: 'another' },
    }).list
    for (const one of [list, rowId, list]) publish(store, one)
    const both = {
      ...PEOPLE.otto,
      roles: [{ list: '*', role: 'auditor' as const }],
    }
    const desk = listDesk({ store })
    const page = (before: number | null, limit: number, only?: string): string[] =>
      desk
        .publications(both, { before, limit, ...(only !== undefined && { list: only }) })
        .map((one) => `${one.number} ${one.list} ${one.serial}`)
    expect(page(null, 2)).toEqual(['3 phishing 2', '2 another 1'])
    expect(page(2, 2)).toEqual(['1 phishing 1'])
    expect(page(null, 9, 'another')).toEqual(['2 another 1'])
    expect(desk.publications(PEOPLE.carol, { before: null, limit: 9 })).toHaveLength(2)
  })
})

describe('the difference between two serials', () => {
  it('is told in either direction, however far they are apart', () => {
    decide(store, list, { add: ['a.example', 'b.example', 'c.example'] })
    publish(store, list)
    decide(store, list, { add: ['d.example'], retire: ['a.example', 'b.example'] })
    publish(store, list)
    decide(store, list, { add: ['b.example'], retire: ['d.example'] })
    publish(store, list)
    decide(store, list, { add: ['later.example'] })
    const desk = listDesk({ store })
    const between = (from: number, to: number) =>
      desk.difference(PEOPLE.carol, { list: 'phishing', from, to, ...all })
    expect(told(between(1, 2))).toEqual(['-a.example', '-b.example', '+d.example'])
    expect(told(between(1, 3))).toEqual(['-a.example'])
    expect(told(between(3, 1))).toEqual(['+a.example'])
    expect(told(between(2, 2))).toEqual([])
    expect(between(1, 2)).toMatchObject({ counted: { added: 1, removed: 2 }, next: null })
    expect(() => between(1, 4)).toThrow(expect.objectContaining({ code: 'snapshot/not-found' }))
    expect(() =>
      desk.difference(PEOPLE.rita, { list: 'phishing', from: 1, to: 2, ...all }),
    ).toThrow(expect.objectContaining({ code: 'user/refused' }))
  })

  it('is the same when the order of the list is walked', () => {
    decide(store, list, { add: ['a.example', 'b.example', 'c.example', 'd.example'] })
    const from = store.decisions.lastDecision(list)
    decide(store, list, { add: ['e.example', 'f.example'], retire: ['a.example', 'b.example'] })
    const through = store.decisions.lastDecision(list)
    decide(store, list, { add: ['a.example', 'g.example'], retire: ['c.example', 'e.example'] })
    const question = { listRowId: list, after: from, through, behind: null, limit: 9 }
    const read = (side: 'added' | 'removed', isDense: boolean, more: object = {}): string[] =>
      store.differences[side]({ ...question, isDense, ...more }).map((line) => line.split('\t')[0]!)
    for (const isDense of [true, false]) {
      expect(read('added', isDense)).toEqual(['e.example', 'f.example'])
      expect(read('removed', isDense)).toEqual(['a.example', 'b.example'])
      const behind = { value: 'e.example', kind: 'domain' }
      expect(read('added', isDense, { behind })).toEqual(['f.example'])
      expect(read('added', isDense, { limit: 1 })).toEqual(['e.example'])
      expect(read('removed', isDense, { behind: { value: 'a.example', kind: 'a' } })).toEqual([
        ...['a.example', 'b.example'],
      ])
    }
  })
})
