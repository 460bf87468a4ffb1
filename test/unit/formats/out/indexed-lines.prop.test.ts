import { test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { splitEntryLine } from '../../../../src/core/entry.ts'
import { EntryArena } from '../../../../src/core/entry-arena.ts'
import { sealEntries } from '../../../../src/core/entry-set.ts'
import { EXPORT_FORMATS } from '../../../../src/formats/render-export.ts'
import { arbList, exportSource, render } from '../../../support/export-builders.ts'
import { linesOf } from '../../../support/lines.ts'
import '../../../support/property-runs.ts'

const ACTION = { type: 'redirect', to: ['192.0.2.80'] } as const

function seal(lines: readonly string[], isShared: boolean): ReturnType<typeof sealEntries> {
  const arena = new EntryArena()
  for (const entry of lines.map(splitEntryLine)) arena.add(entry.value, entry.kind, entry)
  return sealEntries(arena, { isShared })
}

describe('lines that come with an index', () => {
  for (const isShared of [false, true]) {
    test.prop([arbList])(`are lines like others (shared memory: ${String(isShared)})`, (lines) => {
      expect(linesOf(seal(lines, isShared).lines())).toEqual(lines)
    })
  }

  for (const format of EXPORT_FORMATS) {
    test.prop([arbList])(`give the same bytes as without, in ${format}`, (lines) => {
      const source = exportSource(lines, { action: ACTION })
      const indexed = { ...source, lines: () => seal(lines, false).lines() }
      expect(render(format, indexed)).toEqual(render(format, source))
    })
  }
})

test('an index spans several blocks', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => {
    const name = `n${String(i).padStart(6, '0')}.example`
    return [`${name}\tdomain\tnxdomain\t-\t-`, `${name}\thost\tdrop\tphishing\tR${i}`]
  }).flat()
  const set = seal(lines, false)
  expect([set.size, set.lines().blocks.length > 1]).toEqual([40_000, true])
  const source = exportSource(lines)
  const indexed = render('rpz', { ...source, lines: () => set.lines() })
  expect(indexed.text === render('rpz', source).text).toBe(true)
})
