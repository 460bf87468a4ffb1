import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { EntryValue } from '../../../src/core/entry.ts'
import { coveringKeys, meantKeys } from '../../../src/curation/covering-keys.ts'
import { heldAt, tellStay } from '../../../src/curation/tell-story.ts'

const stayOf = (addedBy: number, retiredBy: number | null) => ({
  list: 'phishing',
  listRowId: 1,
  entry: {
    value: 'bad.example' as EntryValue,
    kind: 'domain' as const,
    action: 'nxdomain' as const,
    category: '',
    reference: '',
  },
  addedBy,
  retiredBy,
})
const cutAt = (serial: number, decision: number) => ({
  serial,
  decision,
  publishedAt: new Date(Date.UTC(2030, 0, serial)),
})

describe('the story of an entry', () => {
  const cuts = [cutAt(1, 2), cutAt(2, 5), cutAt(3, 5), cutAt(4, 9)]

  it('begins with the first serial that includes its decision and ends with the first without it', () => {
    const told = tellStay(stayOf(3, 9), cuts)
    expect(told.since).toEqual({ serial: 2, at: new Date('2030-01-02T00:00:00Z') })
    expect(told.until?.serial).toBe(4)
    expect([1, 2, 3, 4].map((serial) => heldAt(told, { serial }))).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(heldAt(told, { at: new Date('2030-01-01T23:59:59Z') })).toBe(false)
    expect(heldAt(told, { at: new Date('2030-01-02T00:00:00Z') })).toBe(true)
    expect(heldAt(told, { at: new Date('2030-01-04T00:00:00Z') })).toBe(false)
  })

  it('has no serial while it waits to be published, nor when it went before', () => {
    expect(tellStay(stayOf(10, null), cuts)).toMatchObject({ since: null, until: null })
    expect(tellStay(stayOf(3, 4), cuts)).toMatchObject({ since: null, until: null })
  })

  it('has no end while its retirement waits', () => {
    expect(tellStay(stayOf(3, 10), cuts)).toMatchObject({ since: { serial: 2 }, until: null })
  })
})

test.prop([
  fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }),
  fc.integer({ min: 1, max: 20 }),
  fc.option(fc.integer({ min: 1, max: 10 })),
])(
  'an entry holds at a serial exactly when the cut has its addition and not its retirement',
  (steps, addedBy, after) => {
    let decision = 0
    const cuts = steps.map((step, i) => cutAt(i + 1, (decision += step)))
    const stay = stayOf(addedBy, after === null ? null : addedBy + after)
    const told = tellStay(stay, cuts)
    for (const cut of cuts) {
      const held =
        stay.addedBy <= cut.decision && (stay.retiredBy === null || stay.retiredBy > cut.decision)
      expect(heldAt(told, cut)).toBe(held)
      expect(heldAt(told, { at: cut.publishedAt })).toBe(held)
    }
  },
)

describe('what covers a value', () => {
  const covering = (text: string) =>
    meantKeys(text)
      .flatMap(coveringKeys)
      .map(({ value, kinds }) => `${value} ${kinds.join('+')}`)

  it('is every domain above a name', () => {
    expect(covering('A.b.Example.')).toEqual([
      'b.example domain+subdomains',
      'example domain+subdomains',
    ])
  })

  it('is every path above a URL, its host, and the domains above that', () => {
    expect(covering('https://b.example:8080/x/y?z')).toEqual([
      'b.example:8080/x/* url',
      'b.example:8080/* url',
      'b.example domain+host',
      'example domain+subdomains',
    ])
    expect(covering('b.example/x/*')).toEqual([
      'b.example/* url',
      'b.example domain+host',
      'example domain+subdomains',
    ])
  })

  it('is every network around an address', () => {
    const around = covering('192.0.2.130')
    expect(around).toHaveLength(31)
    expect(around.slice(0, 8)).toEqual([
      '192.0.2.130/31 ip',
      '192.0.2.128/30 ip',
      '192.0.2.128/29 ip',
      '192.0.2.128/28 ip',
      '192.0.2.128/27 ip',
      '192.0.2.128/26 ip',
      '192.0.2.128/25 ip',
      '192.0.2.0/24 ip',
    ])
    expect(covering('192.0.2.0/24')[0]).toBe('192.0.2.0/23 ip')
    expect(covering('2001:db8::1')).toContain('2001:db8::/32 ip')
    expect(covering('2001:db8::1')).toHaveLength(127)
  })

  it('is nothing for what is no value', () => {
    expect(covering('not a name')).toEqual([])
  })
})
