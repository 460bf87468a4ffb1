import { describe, expect, test } from 'vitest'
import type { EntryAction } from '../../../src/core/entry.ts'
import { EntryArena, KIND_BITS, MARK } from '../../../src/core/entry-arena.ts'
import { sealEntries } from '../../../src/core/entry-set.ts'
import { linesOf } from '../../support/lines.ts'

type What = keyof typeof MARK | 'domain' | 'host' | 'subdomains'

/** The entries that come of these, as `kind action` of the one value there is. */
function join(...parts: readonly (readonly [What, EntryAction])[]): {
  entries: string[]
  duplicates: number
} {
  const arena = new EntryArena()
  for (const [what, action] of parts) {
    const attributes = { action, category: '', reference: '' }
    const number = arena.attributesNumber(attributes)
    if (what in MARK)
      arena.addTagged('x.example', (number << KIND_BITS) | MARK[what as keyof typeof MARK])
    else arena.add('x.example', what as 'host', attributes)
  }
  const set = sealEntries(arena)
  const entries = linesOf(set.lines()).map((line) => line.split('\t').slice(1, 3).join(' '))
  return { entries, duplicates: set.duplicates }
}

describe('the records of a name and its wildcard', () => {
  test('are a domain when they agree', () => {
    expect(join(['wildcard', 'nxdomain'], ['name', 'nxdomain'])).toEqual({
      entries: ['domain nxdomain'],
      duplicates: 0,
    })
  })

  test('are a host and subdomains when they do not', () => {
    expect(join(['name', 'passthru'], ['wildcard', 'nxdomain']).entries).toEqual([
      'host passthru',
      'subdomains nxdomain',
    ])
  })

  test('are what they are alone', () => {
    expect(join(['name', 'drop']).entries).toEqual(['host drop'])
    expect(join(['wildcard', 'drop']).entries).toEqual(['subdomains drop'])
  })

  test('are duplicates only of themselves', () => {
    expect(join(['name', 'drop'], ['name', 'drop']).duplicates).toBe(1)
    expect(join(['name', 'drop'], ['host', 'drop'])).toEqual({
      entries: ['host drop'],
      duplicates: 1,
    })
  })
})

describe('a name below which all passes', () => {
  test('makes a host of the domain', () => {
    expect(join(['domain', 'nxdomain'], ['freed', 'passthru']).entries).toEqual(['host nxdomain'])
  })

  test('is subdomains that pass when it stands alone', () => {
    expect(join(['freed', 'passthru']).entries).toEqual(['subdomains passthru'])
  })
})

describe('one entry with several actions', () => {
  test('keeps passthru before any other', () => {
    for (const parts of [
      [['domain', 'nxdomain'] as const, ['domain', 'passthru'] as const],
      [['domain', 'passthru'] as const, ['domain', 'drop'] as const],
    ]) {
      expect(join(...parts)).toEqual({ entries: ['domain passthru'], duplicates: 1 })
    }
  })

  test('keeps the first by name of the others', () => {
    expect(join(['host', 'nxdomain'], ['host', 'nodata']).entries).toEqual(['host nodata'])
  })
})

test('a set with nothing in it has no lines', () => {
  expect(join()).toEqual({ entries: [], duplicates: 0 })
})

test('a great many equal values are one entry', () => {
  const arena = new EntryArena()
  const attributes = { action: 'nxdomain', category: '', reference: '' } as const
  for (let i = 0; i < 5000; i++) arena.add('x.example', i % 2 === 0 ? 'host' : 'domain', attributes)
  const set = sealEntries(arena)
  expect([set.size, set.duplicates]).toEqual([2, 4998])
})

test('an entry number of over twelve bits and a set of over one block keep their order', () => {
  const arena = new EntryArena()
  const attributes = { action: 'nxdomain', category: '', reference: '' } as const
  for (let i = 0; i < 70_000; i++) {
    arena.add(`n${String((i * 7919) % 70_000).padStart(5, '0')}.example`, 'domain', attributes)
  }
  const lines = linesOf(sealEntries(arena).lines())
  expect(lines).toHaveLength(70_000)
  expect(lines.every((line, i) => line.startsWith(`n${String(i).padStart(5, '0')}.`))).toBe(true)
})
