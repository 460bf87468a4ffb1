import { test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { splitEntryLine } from '../../../../src/core/entry.ts'
import { EntryArena } from '../../../../src/core/entry-arena.ts'
import {
  type EntrySet,
  joinSealed,
  sealEntries,
  sealParts,
} from '../../../../src/core/entry-set.ts'
import { middlePart, partEntries } from '../../../../src/core/part-entries.ts'
import { EXPORT_FORMATS } from '../../../../src/formats/render-export.ts'
import { arbList, exportSource, render } from '../../../support/export-builders.ts'
import { linesOf } from '../../../support/lines.ts'
import '../../../support/property-runs.ts'

const ACTION = { type: 'redirect', to: ['192.0.2.80'] } as const

function fill(lines: readonly string[], isShared = false): EntryArena {
  const arena = new EntryArena({ isShared })
  for (const entry of lines.map(splitEntryLine)) arena.add(entry.value, entry.kind, entry)
  return arena
}

function seal(lines: readonly string[]): EntrySet {
  return sealEntries(fill(lines))
}

describe('lines that come with an index', () => {
  test.prop([arbList])('are lines like others', (lines) => {
    expect(linesOf(seal(lines).lines())).toEqual(lines)
  })

  for (const format of EXPORT_FORMATS) {
    test.prop([arbList])(`give the same bytes as without, in ${format}`, (lines) => {
      const source = exportSource(lines, { action: ACTION })
      const indexed = { ...source, lines: () => seal(lines).lines() }
      expect(render(format, indexed)).toEqual(render(format, source))
    })
  }
})

test('an index spans several blocks', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => {
    const name = `n${String(i).padStart(6, '0')}.example`
    return [`${name}\tdomain\tnxdomain\t-\t-`, `${name}\thost\tdrop\tphishing\tR${i}`]
  }).flat()
  const set = seal(lines)
  expect([set.size, set.lines().blocks.length > 1]).toEqual([40_000, true])
  const source = exportSource(lines)
  const indexed = render('rpz', { ...source, lines: () => set.lines() })
  expect(indexed.text === render('rpz', source).text).toBe(true)
})

test('two threads that seal half of the parts each make the same set', () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `${String((i * 7919) % 10_000)}n.example`)
  const lines = [...names, ...names.slice(0, 500)].map(
    (name, i) => `${name}\thost\tdrop\t-\tR${i % 3}`,
  )
  const parted = partEntries(fill(lines, true))
  const middle = middlePart(parted)
  const last = parted.starts.length - 1
  expect(middle > 0 && middle < last).toBe(true)
  // Plain data that crosses between threads.
  const halves = [
    sealParts(parted, 0, middle, parted.spare),
    sealParts(parted, middle, last, new Uint8Array(0)),
  ]
  const joined = joinSealed(structuredClone(halves))
  const alone = seal(lines)
  expect([joined.size, joined.duplicates, joined.kinds]).toEqual([alone.size, 500, alone.kinds])
  expect(linesOf(joined.lines()).join() === linesOf(alone.lines()).join()).toBe(true)
})
