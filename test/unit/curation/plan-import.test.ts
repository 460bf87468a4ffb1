import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { assertNotShrunk, planImport } from '../../../src/curation/plan-import.ts'
import { definitionOf } from '../../support/store-builders.ts'

const block = (lines: readonly string[]): Buffer =>
  Buffer.from(lines.map((line) => `${line}\n`).join(''))
const text = (blocks: Iterable<Uint8Array>): string => Buffer.concat([...blocks]).toString()

describe('an import', () => {
  const live: [number, string][] = [
    [1, 'a.example\tdomain\tnxdomain\t-\tREF1'],
    [2, 'b.example\tdomain\tnxdomain\tphishing\tREF1'],
    [3, 'b.example\thost\tnxdomain\t-\tREF1'],
    [4, 'd.example\tdomain\tnxdomain\t-\tREF1'],
  ]
  const file = [
    block(['a.example\tdomain\tnxdomain\t-\tREF2', 'a.example\thost\tnxdomain\t-\tREF2']),
    block(['b.example\tdomain\tpassthru\tphishing\tREF2', 'c.example\tdomain\tnxdomain\t-\tREF2']),
  ]

  it('adds what the list lacks and touches nothing else', () => {
    const { lines, ...plan } = planImport('add', live, file)
    expect(plan).toEqual({ rows: [], added: 2, retired: 0, amended: 0, listed: 2 })
    expect(text(lines)).toBe(
      'a.example\thost\tnxdomain\t-\tREF2\nc.example\tdomain\tnxdomain\t-\tREF2\n',
    )
  })

  it('as a mirror also retires what the file lacks and amends what it says otherwise', () => {
    const { lines, ...plan } = planImport('mirror', live, file)
    expect(plan).toEqual({ rows: [2, 3, 4], added: 2, retired: 2, amended: 1, listed: 1 })
    expect(text(lines)).toBe(
      'a.example\thost\tnxdomain\t-\tREF2\nb.example\tdomain\tpassthru\tphishing\tREF2\nc.example\tdomain\tnxdomain\t-\tREF2\n',
    )
  })

  it('changes nothing for another reference alone, be it longer or shorter', () => {
    const same = ['REF', 'REF1', 'REF12', '-'].map((reference) => [
      block([`a.example\tdomain\tnxdomain\t-\t${reference}`]),
    ])
    for (const one of same) {
      expect(planImport('mirror', live.slice(0, 1), one)).toMatchObject({ rows: [], listed: 1 })
    }
  })

  it('amends when only the category differs', () => {
    const one = block(['a.example\tdomain\tnxdomain\tphishing\tREF1'])
    expect(planImport('mirror', live.slice(0, 1), [one])).toMatchObject({ rows: [1], amended: 1 })
  })
})

const key = fc.tuple(
  fc.constantFrom('a', 'a-', 'a.b', 'ab', 'b', 'c'),
  fc.constantFrom('domain', 'host'),
)
const side = fc
  .uniqueArray(key, { selector: (one) => one.join('\t') })
  .map((keys) => keys.map((one) => `${one.join('\t')}\tnxdomain\t-\t-`).sort())

test.prop([side, side, fc.integer({ min: 1, max: 3 })])(
  'a mirror is exactly the difference of two sorted sets, however the blocks are cut',
  (before, after, size) => {
    const blocks = []
    for (let i = 0; i < after.length; i += size) blocks.push(block(after.slice(i, i + size)))
    const plan = planImport(
      'mirror',
      before.map((line, i) => [i, line] as const),
      blocks,
    )
    expect(text(plan.lines)).toBe(block(after.filter((line) => !before.includes(line))).toString())
    expect(plan.rows.map((row) => before[row])).toEqual(
      before.filter((line) => !after.includes(line)),
    )
    expect(plan.added + plan.listed).toBe(after.length)
    expect(plan.retired + plan.listed).toBe(before.length)
  },
)

describe('a mirror that has shrunk', () => {
  const withShrink = (maxShrink: number) =>
    definitionOf('phishing', { guard: { maxGrowth: 1, maxShrink, minEntries: 0 } })

  it.each([
    [0.2, 100, 80],
    [0.2, 101, 81],
    [0.9, 100, 50],
    [0, 100, 100],
    [0.2, 0, 0],
  ])('by at most the share %s passes: %s entries to %s', (share, before, after) => {
    expect(() => assertNotShrunk(withShrink(share), { before, after })).not.toThrow()
  })

  it.each([
    [0.2, 100, 79],
    [0.2, 101, 80],
    [0.9, 100, 49],
    [0, 100, 99],
    [1, 1, 0],
  ])('by more than the share %s is refused: %s entries to %s', (share, before, after) => {
    expect(() => assertNotShrunk(withShrink(share), { before, after })).toThrow(
      expect.objectContaining({ code: 'import/shrunk' }),
    )
  })
})
