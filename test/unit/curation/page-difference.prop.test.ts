import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  pageDifference,
  type EntryPlace,
  type ReadLines,
} from '../../../src/curation/page-difference.ts'

const lineOf = (value: string, kind: string, action: string): string =>
  [value, kind, action, '-', '-'].join('\t')

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const keyOf = (line: string): string => line.split('\t', 2).join('\t')

/** As a store reads them: sorted, behind a place, so many. */
const arm =
  (lines: readonly string[]): ReadLines =>
  (behind, limit) =>
    [...lines]
      .sort(byBytes)
      .filter((line) => behind === null || keyOf(line) > `${behind.value}\t${behind.kind}`)
      .slice(0, limit)

/** A state of a list: at most one line of each value and kind. */
const state = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom('a.example', 'b.example', 'ba.example', 'c.example', 'd.example'),
      fc.constantFrom('domain', 'host'),
      fc.constantFrom('nodata', 'nxdomain'),
    ),
    { selector: ([value, kind]) => `${value} ${kind}` },
  )
  .map((lines) => lines.map((line) => lineOf(...line)))

describe('a page of a difference', () => {
  test.prop([state, state, fc.integer({ min: 1, max: 4 })])(
    'gives, page by page, what one state has and the other lacks',
    (before, after, limit) => {
      // As the store has them: a line that went and came again is on both sides.
      const arms = { added: arm(after), removed: arm(before) }
      const told: string[] = []
      for (let behind: EntryPlace | null = null; ;) {
        const { items, next } = pageDifference(arms, { behind, limit })
        expect(items.length).toBeLessThanOrEqual(limit + 1)
        told.push(
          ...items.map((item) => `${item.change} ${item.value} ${item.kind} ${item.action}`),
        )
        if (next === null) break
        expect(items.length).toBeGreaterThanOrEqual(limit)
        behind = next
      }
      const shown = (change: string, lines: readonly string[]): string[] =>
        lines.map((line) => `${change} ${line.split('\t').slice(0, 3).join(' ')}`)
      const expected = [
        ...before.filter((line) => !after.includes(line)),
        ...after.filter((line) => !before.includes(line)),
      ]
        .sort((a, b) => byBytes(keyOf(a), keyOf(b)))
        .flatMap((line) => shown(before.includes(line) ? 'removed' : 'added', [line]))
      expect(told).toEqual(expected)
    },
  )

  it('keeps what an amended entry was and is on one page', () => {
    const arms = {
      added: arm([
        lineOf('a.example', 'domain', 'nodata'),
        lineOf('b.example', 'domain', 'nodata'),
      ]),
      removed: arm([lineOf('a.example', 'domain', 'nxdomain')]),
    }
    const { items, next } = pageDifference(arms, { behind: null, limit: 1 })
    expect(items.map(({ change, action }) => `${change} ${action}`)).toEqual([
      ...['removed nxdomain', 'added nodata'],
    ])
    expect(next).toEqual({ value: 'a.example', kind: 'domain' })
    expect(pageDifference(arms, { behind: next, limit: 1 }).next).toBeNull()
  })
})
