import { describe, expect, test } from 'vitest'
import type { CopiedList, CopiedSerial } from '../../../src/agent/copy-note.ts'
import { readCatalog } from '../../../src/distribute/catalog.ts'
import { openEdgeCatalog } from '../../../src/main/edge-catalog.ts'
import { isStale, openAge } from '../../../src/main/edge-age.ts'

const serial = (n: number, told = true): CopiedSerial => ({
  ...{ serial: n, state: String(n).padStart(64, '0'), entries: n * 10, zonemd: null },
  definitionSha256: 'd'.repeat(64),
  copiedAt: '2030-01-01T00:00:10.000Z',
  told: told ? { publishedAt: '2030-01-01T00:00:00.000Z', added: 3, removed: 1 } : null,
})

const list = (id: string, serials: readonly CopiedSerial[], place = id): CopiedList => ({
  ...{ place, id, serials, deltas: [], definitionSha256: 'd'.repeat(64) },
  definition: {
    ...{ id, title: id, description: '', authority: 'Example CERT', legalBasis: '' },
    ...{ visibility: place === id ? 'public' : 'restricted', categories: [], steering: null },
    ...{ action: { type: 'nxdomain', to: [] }, zone: null },
  },
  ...{ freshUntil: '2030-01-02T00:00:00.000Z', fault: null },
})

const PLACE = '0123456789abcdef0123456789abcdef'

describe('the catalog of an edge', () => {
  test('has the copied lists in the order of their ids, with their newest serials', () => {
    const catalog = openEdgeCatalog(50)
    catalog.setLists([
      list('two', [serial(1), serial(2)]),
      list('one', []),
      list('x', [serial(7)], PLACE),
    ])
    const { lists, byPlace } = readCatalog(catalog.source)
    expect(lists.map(({ id, latest }) => [id, latest?.serial ?? null])).toEqual([
      ['one', null],
      ['two', 2],
      ['x', 7],
    ])
    expect(byPlace.get(PLACE)?.definition).toMatchObject({ visibility: 'restricted' })
    expect(lists[0]?.definition.keep.serials).toBe(50)
  })

  test('changes when something has changed, and only then', () => {
    const catalog = openEdgeCatalog(50)
    expect(catalog.setLists([list('one', [serial(1)])])).toBe(true)
    const before = catalog.source.changeCounter()
    expect(catalog.setLists([list('one', [serial(1)])])).toBe(false)
    expect(catalog.source.changeCounter()).toBe(before)
    expect(catalog.setLists([list('one', [serial(1), serial(2)])])).toBe(true)
    expect(catalog.source.changeCounter()).not.toBe(before)
  })

  test('keeps the number of a list, whichever come and go', () => {
    const catalog = openEdgeCatalog(50)
    catalog.setLists([list('b', [serial(1)])])
    const [before] = readCatalog(catalog.source).lists
    catalog.setLists([list('a', []), list('b', [serial(2)])])
    const after = readCatalog(catalog.source).byId.get('b')
    expect(after?.rowId).toBe(before?.rowId)
    expect(catalog.copied(after?.rowId ?? 0)?.id).toBe('b')
  })

  test('knows the serials that were copied, and when they were published as far as it was told', () => {
    const catalog = openEdgeCatalog(50)
    catalog.setLists([list('one', [serial(1), serial(3, false)])])
    const rowId = readCatalog(catalog.source).byId.get('one')?.rowId ?? 0
    const { publications } = catalog
    expect(publications.find(rowId, 1)).toMatchObject({
      ...{ added: 3, removed: 1, publishedAt: new Date('2030-01-01T00:00:00Z') },
    })
    expect(publications.find(rowId, 2)).toBeNull()
    expect(publications.find(rowId, 3)?.publishedAt).toEqual(new Date('2030-01-01T00:00:10Z'))
    const page = publications.page(rowId, { before: 2 ** 32, limit: 1 })
    expect(page.map((one) => one.serial)).toEqual([3])
    expect(publications.page(rowId, { before: 3, limit: 9 }).map((one) => one.serial)).toEqual([1])
  })
})

describe('the age of a copy', () => {
  const until = '2030-01-02T00:00:00.000Z'

  test('is told from the moment that the signed freshness ends', () => {
    expect(isStale(until, new Date(Date.parse(until) - 1))).toBe(false)
    expect(isStale(until, new Date(until))).toBe(true)
    expect(isStale(null, new Date(0))).toBe(true)
  })

  test('has warnings that name restricted lists by their place', () => {
    const fault = { code: 'fetch/not-found', message: 'secret', since: until } as const
    const secret = { ...list('secret', [serial(1)], PLACE), fault }
    const age = openAge({
      copy: () => ({
        ...{ lists: [secret], freshUntil: until, expiries: [], exportKey: null, hidden: 0 },
      }),
      pulling: () => ({ checkedAt: null, failure: null }),
      now: () => new Date(until),
    })
    const told = JSON.stringify(age.print())
    expect(told).toContain(PLACE)
    expect(told).toContain('fetch/not-found')
    expect(told).toContain('nobody has vouched')
    expect(told).not.toContain('secret')
  })
})
