import { test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { EXPORT_FORMATS, renderExport } from '../../../../src/formats/render-export.ts'
import { arbList, exportSource, line, render } from '../../../support/export-builders.ts'
import { arbCuts } from '../../../support/lines.ts'
import '../../../support/property-runs.ts'

const ODD = {
  title: 'a\r\nb\u2028 \\u0041 \u{1f6ab}" ]]>',
  action: { type: 'redirect', to: ['192.0.2.80', '2001:db8::80'] },
  steering: { to: ['proxy.example'] },
} as const

describe.each(EXPORT_FORMATS)('the %s export', (format) => {
  test.prop([arbList])('is lines of printable ASCII, each ended by LF', (lines) => {
    expect(render(format, exportSource(lines, ODD)).text).toMatch(/^(?:[\x20-\x7e]+\n)+$/)
  })

  test.prop([arbList, arbCuts])(
    'does not depend on where the blocks of lines end',
    (lines, cuts) => {
      const whole = render(format, exportSource(lines, ODD))
      expect(render(format, exportSource(lines, ODD, cuts))).toEqual(whole)
    },
  )

  test.prop([arbList])('counts every entry once', (lines) => {
    const { written, omitted, changed } = render(format, exportSource(lines, ODD)).summary
    const left = Object.values(omitted).reduce((sum, count) => sum + count, 0)
    expect(written + left).toBe(lines.length)
    for (const count of Object.values(changed)) expect(count).toBeLessThanOrEqual(written)
  })

  it('counts nothing as written where nothing is, whatever is said of a name', () => {
    const actions = ['', 'drop', 'nodata', 'nxdomain', 'passthru', 'redirect', 'tcp-only']
    const { length: least } = render(format, exportSource([], ODD)).lines
    for (const domain of actions) {
      for (const host of actions) {
        for (const subdomains of actions) {
          const lines = Object.entries({ domain, host, subdomains }).flatMap(([kind, action]) =>
            action === '' ? [] : line(`x.example ${kind} ${action}`),
          )
          const { lines: said, summary } = render(format, exportSource(lines, ODD))
          if (said.length === least) expect({ lines, ...summary }).toMatchObject({ written: 0 })
        }
      }
    }
  })

  it('comes in blocks that are never written again, for a list of any size', () => {
    const lines = Array.from({ length: 40_000 }, (_, n) => line(`n${n}.example domain`))
    const taken: { block: Uint8Array; copy: Buffer }[] = []
    for (const block of renderExport(format, exportSource(lines))) {
      taken.push({ block, copy: Buffer.from(block) })
    }
    for (const { block, copy } of taken) {
      expect(block.length).toBeLessThan(400_000)
      expect(copy.equals(block)).toBe(true)
    }
    const isAboutNames = format !== 'urls' && format !== 'squid-urls'
    if (isAboutNames) expect(taken.length).toBeGreaterThan(1)
  })

  it('lets go of the lines when its reader stops', () => {
    let open = 0
    const lines = Array.from({ length: 40_000 }, (_, n) => line(`n${n}.example domain`))
    const source = exportSource(lines, {}, [10_000, 20_000, 30_000])
    const rendering = renderExport(format, {
      ...source,
      lines: function* () {
        open++
        try {
          yield* source.lines()
        } finally {
          open--
        }
      },
    })
    rendering.next()
    rendering.return({ written: 0, omitted: {}, changed: {} })
    expect(open).toBe(0)
  })

  it.each([
    'x.example domain nxdomain - -',
    'x.example\tnothing\tnxdomain\t-\t-',
    'x.example\tdomain\tblock\t-\t-',
    'x.example\n',
  ])('refuses a line that is none: %j', (bad) => {
    const source = { ...exportSource([]), entries: 1, lines: () => [Buffer.from(`${bad}\n`)] }
    // What CSV and JSON copy, they do not understand.
    if (format === 'csv' || format === 'json') return
    expect(() => [...renderExport(format, source)]).toThrow(
      expect.objectContaining({ code: 'entry/invalid' }),
    )
  })
})

describe('the exports that say everything', () => {
  test.prop([arbList])('CSV has the fields of every entry, in order', (lines) => {
    const [head, ...rows] = parseCsv(render('csv', exportSource(lines)).text)
    expect(head).toEqual(['value', 'kind', 'action', 'category', 'reference'])
    expect(rows).toEqual(lines.map(fieldsOf))
  })

  test.prop([arbList])('JSON has them, too, and one entry a line', (lines) => {
    const { text } = render('json', exportSource(lines, ODD))
    const parsed = JSON.parse(text) as Record<string, unknown>
    const { state } = exportSource(lines)
    expect(Object.keys(parsed)).toEqual(['list', 'title', 'serial', 'state', 'entries'])
    expect(parsed).toMatchObject({ list: 'phishing', title: ODD.title, serial: 42, state })
    const entries = (parsed['entries'] as object[]).map((entry) => Object.values(entry) as unknown)
    expect(entries).toEqual(lines.map(fieldsOf))
    expect(text.split('\n')).toHaveLength(lines.length === 0 ? 2 : lines.length + 3)
  })
})

function fieldsOf(text: string): string[] {
  return text.split('\t').map((field, at) => (at > 2 && field === '-' ? '' : field))
}

/** RFC 4180, for tests: no line breaks inside fields, for there are none. */
function parseCsv(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((row) =>
      [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    )
}
