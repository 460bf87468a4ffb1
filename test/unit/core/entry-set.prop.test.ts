import { test } from '@fast-check/vitest'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { ENTRY_KINDS, printEntryLine, type Entry } from '../../../src/core/entry.ts'
import { EntryArena } from '../../../src/core/entry-arena.ts'
import { sealEntries } from '../../../src/core/entry-set.ts'
import { linesOf, sortLines } from '../../support/lines.ts'
import '../../support/property-runs.ts'

const RUNS = process.env['SLOW'] ? 2000 : 100

/** Labels that share long beginnings, so that every depth of the sort is reached. */
const arbLabel = fc.oneof(
  fc.constantFrom('a', 'aaaaaaaa', 'aaaaaaaaaaaaaaaa', 'www', 'z-9', '_x', '0'),
  fc.stringMatching(/^[a-z0-9_-]{1,30}$/),
)
const arbName = fc
  .array(arbLabel, { minLength: 1, maxLength: 4 })
  .map((labels) => `${labels.join('.')}.example`)
const arbUrl = fc
  .tuple(arbName, fc.stringMatching(/^\/[!-~]{0,20}$/))
  .map(([host, path]) => host + path)
const arbIp = fc.constantFrom('192.0.2.1', '192.0.2.0/24', '2001:db8::/48', '2001:db8::1')

function entryOf(value: string, kind: string, category = ''): Entry {
  return { value, kind, action: 'nxdomain', category, reference: '' } as Entry
}

const arbNameEntry = fc
  .tuple(arbName, fc.constantFrom('domain', 'host', 'subdomains'))
  .map(([value, kind]) => entryOf(value, kind))
const arbEntry = fc.oneof(
  arbNameEntry,
  arbUrl.map((value) => entryOf(value, 'url')),
  arbIp.map((value) => entryOf(value, 'ip')),
)

function seal(entries: readonly Entry[]): ReturnType<typeof sealEntries> {
  const arena = new EntryArena({ expectedBytes: 1, expectedEntries: 1 })
  for (const entry of entries) arena.add(entry.value, entry.kind, entry)
  return sealEntries(arena)
}

describe('a sealed set', () => {
  for (const [what, arb] of [
    ['names', arbNameEntry],
    ['entries of all kinds', arbEntry],
  ] as const) {
    test.prop([fc.array(arb, { maxLength: 200 })], { numRuns: RUNS })(
      `has the lines of ${what} sorted bytewise, each once`,
      (entries) => {
        const set = seal(entries)
        const expected = sortLines(entries.map(printEntryLine))
        expect(linesOf(set.lines())).toEqual(expected)
        expect(set.size).toBe(expected.length)
        expect(set.duplicates).toBe(entries.length - expected.length)
        const kinds = ENTRY_KINDS.map(
          (kind) => expected.filter((line) => line.split('\t')[1] === kind).length,
        )
        expect(ENTRY_KINDS.map((kind) => set.kinds[kind])).toEqual(kinds)
      },
    )
  }

  test.prop(
    [fc.uniqueArray(arbNameEntry, { maxLength: 40, selector: printEntryLine }), fc.nat(999)],
    { numRuns: RUNS },
  )('is the same for any order of its entries, whatever their attributes', (entries, seed) => {
    const marked = entries.flatMap((entry, i) =>
      [i % 3, (i + 1) % 3].map((n) => ({ ...entry, category: n === 0 ? '' : `c${n}` })),
    )
    const shuffled = marked
      .map((entry, i) => ({ entry, key: Math.imul(i + 1, seed * 2 + 1) % 1009 }))
      .sort((a, b) => a.key - b.key)
      .map(({ entry }) => entry)
    expect(linesOf(seal(shuffled).lines())).toEqual(linesOf(seal(marked).lines()))
  })
})
