import { test } from '@fast-check/vitest'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { EXPORT_FORMATS, type ExportFormat } from '../../../../src/formats/render-export.ts'
import type { ImportFormat } from '../../../../src/formats/in/import-format.ts'
import type { PublicDefinition } from '../../../../src/core/list-definition.ts'
import { arbList, arbNames, exportSource, render } from '../../../support/export-builders.ts'
import { readText } from '../../../support/read-text.ts'
import '../../../support/property-runs.ts'

const RUNS = process.env['SLOW'] ? 400 : 60

/** A list that redirects says in its definition where to. */
const TO_ADDRESSES = { type: 'redirect', to: ['192.0.2.80', '2001:db8::80'] } as const
const TO_NAME = { type: 'redirect', to: ['stop.example'] } as const

/** A zone has addresses at host names only, and says something less of other names. */
function actionIn(format: ExportFormat): PublicDefinition['action'] {
  return format === 'rpz' ? TO_NAME : TO_ADDRESSES
}

/** Formats that are read back; `squid-urls` has expressions, which say no URL in particular. */
const READ = EXPORT_FORMATS.filter(isRead)

function isRead(format: ExportFormat): format is Exclude<ExportFormat, 'squid-urls'> {
  return format !== 'squid-urls'
}

/** What the entries of a format can be told by when they come back: its own lines, made again. */
function readBack(
  format: ImportFormat & ExportFormat,
  lines: readonly string[],
): readonly string[] | null {
  const {
    text,
    summary,
    lines: written,
  } = render(format, exportSource(lines, { action: actionIn(format) }))
  if (summary.written === 0 || written.length === 0) return null
  const read = readText(text, { format })
  expect(read.findings).toEqual([])
  return read.lines
}

/**
 * Without what dnsmasq's reader takes for a host: a domain whose subdomains pass. Below another listed name the two are not the same
 * (docs/spec/import.md §5).
 */
function withoutFreedBelow(lines: readonly string[]): readonly string[] {
  const values = new Set(lines.map((line) => line.slice(0, line.indexOf('\t'))))
  const isBelow = (value: string): boolean =>
    [...values].some((above) => value.endsWith(`.${above}`))
  return lines.filter(
    (line) => !line.includes('\tsubdomains\tpassthru\t') || !isBelow(line.split('\t', 1)[0] ?? ''),
  )
}

describe('what is exported and read again', () => {
  for (const format of ['csv', 'json'] as const) {
    test.prop([arbList], { numRuns: RUNS })(`is the same list, in ${format}`, (lines) => {
      const back = readBack(format, lines)
      if (back !== null) expect(back).toEqual(lines)
    })
  }

  for (const format of READ) {
    test.prop([arbList], { numRuns: RUNS })(
      `is exported to the same lines, in ${format}`,
      (all) => {
        // Addresses to redirect to look like anybody's own hosts file: docs/spec/import.md §3.
        const told = format === 'hosts' ? all.filter((line) => !line.includes('\tredirect\t')) : all
        const list = format === 'dnsmasq' ? withoutFreedBelow(told) : told
        const back = readBack(format, list)
        if (back === null) return
        const again = render(format, exportSource(back, { action: actionIn(format) }))
        const first = render(format, exportSource(list, { action: actionIn(format) }))
        // A policy zone tells some names twice over, for their neighbours' sake: the order of its lines is not the list's.
        expect([...again.lines].sort()).toEqual([...first.lines].sort())
      },
    )

    test.prop([arbNames], { numRuns: RUNS })(`is recognised, in ${format}`, (all) => {
      const list = format === 'hosts' ? all.filter((line) => !line.includes('\tredirect\t')) : all
      const {
        text,
        summary,
        lines: written,
      } = render(format, exportSource(list, { action: actionIn(format) }))
      // An exception for a name can leave nothing of the domain that stands at it but the head of the file.
      const said = written.filter((line) => line !== 'server:')
      if (summary.written === 0 || said.length === 0) return
      const { report, lines } = readText(text)
      if (format !== 'squid') expect(lines).toEqual(readText(text, { format }).lines)
      expect(report.refused.count).toBe(0)
    })
  }
})

const arbLine = fc.constantFrom(
  ...[
    '0.0.0.0 a.example',
    '127.0.0.1\tb.example # why',
    'c.example',
    '*.d.example',
    '||e.example^',
    '# c',
    '',
    ' f.example  ',
  ],
  ...[
    'G.EXAMPLE.',
    'hé.example',
    'bad name',
    '192.0.2.1',
    'h.example/x?y',
    '.i.example',
    'x'.repeat(300),
    '||bad^',
  ],
)

describe('the same list', () => {
  test.prop(
    [
      fc.array(arbLine, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('\n', '\r\n'),
    ],
    {
      numRuns: RUNS,
    },
  )('is read the same however its bytes are cut', (some, chunkBytes, lineEnd) => {
    const text = [
      'keep.example',
      ...some,
      ...some.flatMap((_, i) => [1, 2, 3, 4].map((n) => `fill${n}.n${i}.example`)),
      '',
    ].join(lineEnd)
    const cut = readText(text, { format: 'mixed' }, chunkBytes)
    const whole = readText(text, { format: 'mixed' })
    expect([cut.lines, cut.findings, cut.report]).toEqual([
      whole.lines,
      whole.findings,
      whole.report,
    ])
  })
})
