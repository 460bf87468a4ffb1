import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SearchAnswer } from '../../../../src/console/ports/search.ts'
import { ALL_LISTS, type Person } from '../../../../src/core/person.ts'
import { printName } from '../../../../src/core/search/name-blocks.ts'
import { ListNames } from '../../../../src/main/console/list-names.ts'
import { searchDesk } from '../../../../src/main/console/search-desk.ts'
import type { Store } from '../../../../src/store/open-store.ts'
import { personOf } from '../../../support/deciding.ts'
import {
  AT,
  blockOf,
  decide,
  decisionOf,
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

const CURATOR = personOf('carol', 'hotline', ['curator'])

function addList(id: string, visibility: 'public' | 'restricted'): number {
  const definition = definitionOf(id, { visibility })
  return store.lists.apply(definition, { at: AT, actor: 'adam', place: `place-${id}` }).list.rowId
}

const amend = (value: string, action: string): void => {
  const [row] = store.entries.find(list, value)
  store.decisions.commit(decisionOf(list, { amended: 1 }), {
    added: [blockOf([value], `domain\t${action}\t-\tK7M29QXT`)],
    retired: [row!.rowId],
  })
}

function searcher(): (text: string, person?: Person, only?: string) => Promise<SearchAnswer> {
  const desk = searchDesk({ store })
  return (text, person = CURATOR, only) =>
    desk.find(person, { text, from: null, limit: 10, ...(only !== undefined && { list: only }) })
}

const told = ({ hits }: SearchAnswer): string[] =>
  hits.map((hit) => `${hit.list} ${hit.value} ${hit.action} ${hit.state}`)

describe('search', () => {
  it('tells how what is decided and what is published differ, before and after the next serial', async () => {
    const find = searcher()
    decide(store, list, { add: ['kept.example', 'gone.example', 'other.example', 'back.example'] })
    publish(store, list)
    expect(told(await find('example'))).toHaveLength(4)

    decide(store, list, { add: ['new.example'], retire: ['gone.example', 'back.example'] })
    decide(store, list, { add: ['back.example'] })
    amend('other.example', 'nodata')
    expect(told(await find('example'))).toEqual([
      'phishing back.example nxdomain published',
      'phishing gone.example nxdomain retired',
      'phishing kept.example nxdomain published',
      'phishing new.example nxdomain unpublished',
      'phishing other.example nodata amended',
    ])
    publish(store, list)
    expect(told(await find('example'))).toEqual([
      'phishing back.example nxdomain published',
      'phishing kept.example nxdomain published',
      'phishing new.example nxdomain published',
      'phishing other.example nodata published',
    ])
  })

  it('tells nothing of what came and went before any serial', async () => {
    const find = searcher()
    await find('x')
    decide(store, list, { add: ['short.example'] })
    decide(store, list, { retire: ['short.example'] })
    expect(told(await find('short'))).toEqual([])
  })

  it('finds in every list that may be read, and in no other', async () => {
    const hidden = addList('hidden', 'restricted')
    const open = addList('open', 'public')
    for (const one of [list, hidden, open]) decide(store, one, { add: ['same.example'] })
    const find = searcher()
    expect(told(await find('same'))).toEqual(['phishing same.example nxdomain unpublished'])
    const auditor = { ...CURATOR, roles: [{ list: ALL_LISTS, role: 'auditor' as const }] }
    expect((await find('same', auditor)).hits.map((hit) => hit.list)).toEqual([
      ...['hidden', 'open', 'phishing'],
    ])
    expect((await find('same', auditor, 'open')).hits.map((hit) => hit.list)).toEqual(['open'])
    await expect(find('same', CURATOR, 'open')).rejects.toMatchObject({ code: 'user/refused' })
    // A list that is hidden is as one that isn't there, word for word.
    const fault = async (id: string): Promise<unknown> =>
      find('same', CURATOR, id).catch((error: unknown) => String(error).replace(id, 'ID'))
    expect(await fault('hidden')).toBe(await fault('nowhere'))
    expect(await fault('nowhere')).toContain('expected the id of a list')
  })

  it('goes through stages before lists, and goes on where it stopped', async () => {
    addList('another', 'public')
    decide(store, list, { add: ['pay.example', 'www.pay.example', 'repay.example'] })
    decide(store, store.lists.find('another')!.rowId, { add: ['paya.test', 'x.pay.test'] })
    const both = { ...CURATOR, roles: [{ list: ALL_LISTS, role: 'auditor' as const }] }
    const desk = searchDesk({ store })
    const found: string[] = []
    for (let from: SearchAnswer['next'] = null; ;) {
      const { hits, next } = await desk.find(both, { text: 'pay', from, limit: 1 })
      found.push(...hits.map(({ value }) => value))
      if (next === null) break
      from = next
    }
    expect(found).toEqual([
      ...['paya.test', 'pay.example', 'x.pay.test', 'www.pay.example', 'repay.example'],
    ])
  })

  it('reads a list that it may not hold once for all stages', async () => {
    decide(store, list, { add: ['a.example'] })
    let readings = 0
    const names: Store['search']['names'] = (rowId) => {
      readings++
      return store.search.names(rowId)
    }
    const counting = { ...store, search: { ...store.search, names } }
    const limits = { maxBytes: 0, keptBytes: 0, idleMs: 1000, maxChanges: 9 }
    const desk = searchDesk({ store: counting, limits })
    await desk.find(CURATOR, { text: 'nowhere', from: null, limit: 1 })
    expect(readings).toBe(1)
  })

  it('says what it understood', async () => {
    const find = searcher()
    decide(store, list, { add: ['bad.example', 'xn--bcher-kva.example'] })
    expect((await find('hxxps://BAD[.]example/')).understood).toBe('bad.example/')
    expect(await find('two words')).toEqual({ understood: null, hits: [], next: null })
    expect(told(await find('büch'))).toHaveLength(1)
  })
})

describe('the names that are held', () => {
  const text = async (names: ListNames): Promise<string> =>
    Buffer.concat(await names.of(store.lists.find('phishing')!)).toString('latin1')
  const NO_LIMITS = { maxBytes: 1000, keptBytes: 0, idleMs: 60_000, maxChanges: 100 }

  it('see what is decided while they are read', async () => {
    decide(store, list, { add: ['a.example', 'm.example', 'z.example'] })
    const blocks = store.search.names
    let isDone = false
    const racing: Store = {
      ...store,
      search: {
        ...store.search,
        *names(rowId) {
          yield* blocks(rowId)
          if (isDone) return
          isDone = true
          decide(store, list, { add: ['b.example'], retire: ['a.example', 'm.example'] })
          decide(store, list, { add: ['m.example'] })
        },
      },
    }
    const names = new ListNames({ store: racing, limits: NO_LIMITS })
    const expected = ['b.example', 'm.example', 'z.example']
    expect(await text(names)).toBe(expected.map((one) => printName(one, 'domain')).join(''))
  })

  it('are read anew after more changes than are worth following', async () => {
    const names = new ListNames({ store, limits: { ...NO_LIMITS, maxChanges: 1 } })
    decide(store, list, { add: ['a.example'] })
    await text(names)
    decide(store, list, { add: ['b.example', 'c.example'] })
    expect(await text(names)).toBe(
      ['a.example', 'b.example', 'c.example'].map((one) => printName(one, 'domain')).join(''),
    )
  })

  it('stay within their bytes: the list asked for the longest ago is let go', async () => {
    const other = addList('other', 'public')
    decide(store, list, { add: ['a.example'] })
    decide(store, other, { add: ['b.example'] })
    const one = printName('a.example', 'domain').length
    const both = new ListNames({ store, limits: { ...NO_LIMITS, maxBytes: 2 * one } })
    await text(both)
    await both.of(store.lists.find('other')!)
    expect(both.bytes).toBe(2 * one)
    const single = new ListNames({ store, limits: { ...NO_LIMITS, maxBytes: 2 * one - 1 } })
    await text(single)
    await single.of(store.lists.find('other')!)
    expect(single.bytes).toBe(one)
    const none = new ListNames({ store, limits: { ...NO_LIMITS, maxBytes: one - 1 } })
    expect(await text(none)).toBe(printName('a.example', 'domain'))
    expect(none.bytes).toBe(0)
  })
})
