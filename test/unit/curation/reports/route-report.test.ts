import { describe, expect, it } from 'vitest'
import type { EntryValue } from '../../../../src/core/entry.ts'
import { routeReport } from '../../../../src/curation/reports/route-report.ts'
import { definitionOf } from '../../../support/store-builders.ts'

const lists = [
  { definition: definitionOf('gambling', { categories: ['casino', 'lottery'] }) },
  { definition: definitionOf('fraud', { categories: ['shop', 'lottery'] }) },
  { definition: definitionOf('any') },
]

const REPORT = { value: 'bad.example' as EntryValue, kind: 'domain' } as const

function routed(list: string, category: string, known = lists): string {
  return routeReport(known, { ...REPORT, list, category }).definition.id
}

const unroutable = expect.objectContaining({ code: 'report/route' }) as Error

describe('a report goes', () => {
  it('to the list that it names', () => {
    expect(routed('fraud', '')).toBe('fraud')
    expect(routed('any', 'whatever')).toBe('any')
  })

  it('to the one list that has its category, else to the one that takes any', () => {
    expect(routed('', 'casino')).toBe('gambling')
    expect(routed('', 'shop')).toBe('fraud')
    expect(routed('', 'parked')).toBe('any')
    expect(() => routed('', 'lottery')).toThrow(unroutable)
  })

  it('without both, to the only one that there is', () => {
    expect(routed('', '', lists.slice(2))).toBe('any')
    expect(() => routed('', '')).toThrow(unroutable)
  })

  it('to none that it may not know, nor against the categories of the one that it names', () => {
    expect(() => routed('hidden', '')).toThrow(unroutable)
    expect(() => routed('', 'parked', lists.slice(0, 2))).toThrow(unroutable)
    expect(() => routed('fraud', 'casino')).toThrow(
      expect.objectContaining({ code: 'entry/invalid' }),
    )
  })

  it('to none whose zone has no room for it', () => {
    const zone = { ...definitionOf('z').zone, origin: 'rpz.example' } as never
    const narrow = [{ definition: definitionOf('z', { zone }) }]
    const value = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(52)}.example`
    const report = { value: value as EntryValue, kind: 'domain', list: 'z', category: '' } as const
    expect(() => routeReport(narrow, report)).toThrow(
      expect.objectContaining({ code: 'name/invalid' }),
    )
  })
})
