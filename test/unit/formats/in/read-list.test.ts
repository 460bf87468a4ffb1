import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { EntryArena } from '../../../../src/core/entry-arena.ts'
import { sealEntries } from '../../../../src/core/entry-set.ts'
import { hasKnownSuffix } from '../../../../src/core/public-suffix.ts'
import { MAX_SAMPLES } from '../../../../src/formats/in/import-report.ts'
import { MAX_ELEMENT } from '../../../../src/formats/in/json-elements.ts'
import {
  MAX_INPUT_BYTES,
  MAX_INPUT_ENTRIES,
  readInto,
} from '../../../../src/formats/in/read-list.ts'
import { MANY_ENTRIES, MAX_REFUSED_SHARE } from '../../../../src/formats/in/refuse-non-list.ts'
import { MAX_LINE } from '../../../../src/formats/in/scan-lines.ts'
import { readText } from '../../../support/read-text.ts'

const names = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => `n${from + i}.example\n`).join('')

describe('limits', () => {
  test('of bytes: one over is refused', () => {
    expect(readText('a.example\n', { maxBytes: 10 }).entries).toHaveLength(1)
    expect(() => readText('a.example\n', { maxBytes: 9 })).toThrow(
      expect.objectContaining({ code: 'import/too-large' }),
    )
    expect(() => readText('["a.example"]', { maxBytes: 12 })).toThrow(
      expect.objectContaining({ code: 'import/too-large' }),
    )
  })

  test('of entries: one over is refused, whatever its kind', () => {
    expect(readText(names(3), { maxEntries: 3 }).entries).toHaveLength(3)
    for (const more of ['x.example', '192.0.2.1', 'http://x.example/y', 'é.example']) {
      expect(() => readText(`${names(3)}${more}\n`, { maxEntries: 3, format: 'mixed' })).toThrow(
        expect.objectContaining({ code: 'import/too-large' }),
      )
    }
  })

  test('of a line: one over is refused, and the lines around it are read', () => {
    const long = `http://a.example/${'x'.repeat(MAX_LINE - 'http://a.example/'.length)}`
    const text = (line: string): string => `b.example\n${line}\nc.example\n`
    expect(readText(text(long), { format: 'mixed' }).findings).toEqual(['2 refused long-url'])
    for (const chunkBytes of [1 << 20, 4096]) {
      const { entries, findings } = readText(text(`${long}x`), { format: 'mixed' }, chunkBytes)
      expect([entries.length, findings]).toEqual([2, ['2 refused long-line']])
    }
  })

  test('are those of the page', () => {
    const page = readFileSync(new URL('../../../../docs/spec/import.md', import.meta.url), 'utf8')
    const told = new Map(
      [...page.matchAll(/^\| `(MAX_\w+)` \| (\d+) \|/gm)].map((row) => [row[1], Number(row[2])]),
    )
    expect(Object.fromEntries(told)).toEqual({
      MAX_INPUT_BYTES,
      MAX_INPUT_ENTRIES,
      MAX_LINE,
      MAX_ELEMENT,
    })
    expect(page).toContain(`${MANY_ENTRIES} entries (\`MANY_ENTRIES\`)`)
    expect(MAX_REFUSED_SHARE).toBe(0.25)
  })
})

test('JSON is read without any line end, however long', () => {
  const values = Array.from({ length: 10_000 }, (_, i) => `n${i}.example`)
  const { report, set } = readText(JSON.stringify(values), {}, 1000)
  expect([report.format, report.lines, set.size]).toEqual(['json', 1, 10_000])
})

describe('encodings', () => {
  test('UTF-8 with a mark, UTF-16 with either mark, and neither are the same list', () => {
    const text = '0.0.0.0 bücher.example\n0.0.0.0 a.example\n'
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le')
    const big = Buffer.from(little).swap16()
    for (const bytes of [Buffer.from(text), Buffer.from(`\uFEFF${text}`), little, big]) {
      for (const chunkBytes of [1, 7, 4096]) {
        expect(readText(bytes, {}, chunkBytes).entries).toEqual([
          'a.example host',
          'xn--bcher-kva.example host',
        ])
      }
    }
  })

  test('a line that is no UTF-8 is refused alone', () => {
    const bytes = Buffer.from('a.example\nb\xfccher.example\nc.example\nd.example\n', 'latin1')
    expect(readText(bytes).findings).toEqual(['2 refused encoding'])
  })
})

describe('a list without its last line feed', () => {
  test('is read when it ends in a whole name', () => {
    const { report, entries } = readText('a.example\nb.test')
    expect([report.hasFinalNewline, entries.length]).toEqual([false, 2])
    expect(readText(`${names(MANY_ENTRIES)}last.example`).set.size).toBe(MANY_ENTRIES + 1)
  })

  test('is refused when it is long and nothing else ends so', () => {
    expect(() => readText(`${names(MANY_ENTRIES - 1)}last.exam`)).toThrow(
      expect.objectContaining({ code: 'import/cut' }),
    )
    expect(readText(`${names(MANY_ENTRIES - 2)}last.exam`).set.size).toBe(MANY_ENTRIES - 1)
  })

  test('is read when a comment or an address ends it', () => {
    expect(readText(`${names(MANY_ENTRIES)}x.test\n# the end`).set.size).toBe(MANY_ENTRIES + 1)
    expect(readText(`${names(MANY_ENTRIES)}192.0.2.1`).set.size).toBe(MANY_ENTRIES + 1)
  })
})

describe('a quarter of the lines', () => {
  const bad = 'no name\n'

  test('may be refused', () => {
    expect(readText(names(12) + bad.repeat(4)).report.refused.count).toBe(4)
    expect(readText(names(3) + bad.repeat(3)).report.refused.count).toBe(3)
  })

  test('and one more may not', () => {
    expect(() => readText(names(11) + bad.repeat(4))).toThrow(
      expect.objectContaining({ code: 'import/not-a-list' }),
    )
  })
})

describe('what is asked for', () => {
  test('a kind stands in the place of those of names alone', () => {
    const text = 'a.example\n0.0.0.0 b.example\n*.c.example\n192.0.2.1\nd.example/x\n'
    expect(readText(text, { kind: 'host' }).entries).toEqual([
      '192.0.2.1 ip',
      'a.example host',
      'b.example host',
      'c.example host',
      'd.example/x url',
    ])
    expect(
      readText('$TTL 1\na.example CNAME .\n*.a.example CNAME .\n', { kind: 'domain' }).entries,
    ).toEqual(['a.example domain'])
  })

  test('action, category and reference are for lines that do not say', () => {
    const asked = { action: 'drop', category: 'ads', reference: 'R1' } as const
    expect(readText('a.example\n', asked).lines).toEqual(['a.example\tdomain\tdrop\tads\tR1'])
    expect(readText('value,action\na.example,nodata\nb.example,\n', asked).lines).toEqual([
      'a.example\tdomain\tnodata\tads\tR1',
      'b.example\tdomain\tdrop\tads\tR1',
    ])
  })

  test("a zone's origin is for one that does not tell its own", () => {
    const text = 'a.example.rpz.test. CNAME .\n'.repeat(1)
    expect(readText(text, { zone: 'rpz.test', format: 'rpz' }).entries).toEqual(['a.example host'])
    expect(() => readText(text, { format: 'rpz' })).toThrow(
      expect.objectContaining({ code: 'import/not-a-list' }),
    )
  })
})

describe('the report', () => {
  test('counts lines, entries and findings, and keeps the first findings with their text', () => {
    const { report, findings } = readText(
      `# c\n${names(100)}${'bad\tname \r\n'.repeat(25)}n1.example\n`,
    )
    expect(report).toMatchObject({
      lines: 127,
      accepted: 101,
      refused: { count: 25, byReason: { 'inner-space': 25 } },
    })
    expect(report.samples).toHaveLength(MAX_SAMPLES)
    expect(report.samples[0]).toEqual({
      line: 102,
      verdict: 'refused',
      reason: 'inner-space',
      text: 'bad\tname ',
    })
    expect(findings).toHaveLength(25)
  })

  test('is of each input alone, and the entries are of all', () => {
    const arena = new EntryArena()
    const first = readInto(arena, [Buffer.from('a.example\nb.example\n')], { hasKnownSuffix })
    const second = readInto(arena, [Buffer.from('0.0.0.0 a.example\nb.example\n')], {
      hasKnownSuffix,
    })
    expect([first.accepted, second.accepted]).toEqual([2, 2])
    const { size, duplicates } = sealEntries(arena)
    expect([size, duplicates]).toEqual([3, 1])
  })
})
