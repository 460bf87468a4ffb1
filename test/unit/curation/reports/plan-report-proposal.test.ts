import { describe, expect, it } from 'vitest'
import type { EntryValue } from '../../../../src/core/entry.ts'
import { readReportId } from '../../../../src/core/report.ts'
import {
  assertAnswerable,
  entryOfReport,
  evidenceOf,
  linesOf,
  printRanges,
  reasonOf,
  type AnswerableReport,
} from '../../../../src/curation/reports/plan-report-proposal.ts'
import { readReports } from '../../../../src/curation/reports/read-reports.ts'
import { Fault } from '../../../../src/core/fault.ts'
import { definitionOf } from '../../../support/store-builders.ts'

function reportOf(id: number, changes: Partial<AnswerableReport> = {}): AnswerableReport {
  return {
    ...{ id, list: 'phishing', organisation: 'hotline', value: `a${id}.example` as EntryValue },
    ...{ kind: 'domain', category: '', reason: 'a bank', evidence: '', evidenceSha256: '' },
    state: 'open',
    ...changes,
  }
}

describe('reports that become a proposal', () => {
  it('are of one list, and wait', () => {
    expect(() => {
      assertAnswerable([reportOf(1), reportOf(2, { state: 'duplicate' })])
    }).not.toThrow()
    expect(() => {
      assertAnswerable([reportOf(1), reportOf(2, { list: 'fraud' })])
    }).toThrow(expect.objectContaining({ code: 'report/mixed' }))
    for (const state of ['proposed', 'listed', 'rejected', 'withdrawn'] as const) {
      expect(() => {
        assertAnswerable([reportOf(1), reportOf(2, { state })])
      }).toThrow(expect.objectContaining({ code: 'report/settled' }))
    }
  })

  it('give their entries, of another kind where that is asked of a name', () => {
    const definition = definitionOf('phishing')
    const change = { kind: 'host', action: 'nodata', reference: 'K7M29QXT' }
    expect(entryOfReport(definition, reportOf(1), change)).toEqual({
      ...{ value: 'a1.example', kind: 'host', action: 'nodata', category: '' },
      reference: 'K7M29QXT',
    })
    const url = reportOf(1, { value: 'http://a.example/x' as EntryValue, kind: 'url' })
    expect(entryOfReport(definition, url, change)).toMatchObject({ kind: 'url' })
  })

  it('give each line once, sorted bytewise', () => {
    const definition = definitionOf('phishing')
    const values = ['b.example', 'a.example', 'b.example', 'a-b.example']
    const entries = values.map((value, i) =>
      entryOfReport(definition, reportOf(i, { value: value as EntryValue }), { reference: '' }),
    )
    const { block, count } = linesOf(entries)
    expect(count).toBe(3)
    expect(block.toString().split('\n')).toEqual([
      'a-b.example\tdomain\tnxdomain\t-\t-',
      'a.example\tdomain\tnxdomain\t-\t-',
      'b.example\tdomain\tnxdomain\t-\t-',
      '',
    ])
  })

  it('have one reason, or say whose they are', () => {
    expect(reasonOf([reportOf(1), reportOf(2)])).toBe('a bank')
    const other = reportOf(3, { reason: 'a shop', organisation: 'cert' })
    expect(reasonOf([reportOf(1), other])).toBe('2 reports of cert, hotline')
  })

  it('hand on the evidence of one, and name those of several', () => {
    const evident = reportOf(4, { evidence: 'ticket 4', evidenceSha256: 'a'.repeat(64) })
    expect(evidenceOf([evident])).toEqual({
      ...{ evidence: 'ticket 4', evidenceSha256: 'a'.repeat(64) },
    })
    expect(evidenceOf([reportOf(4)])).toEqual({ evidence: 'reports r4', evidenceSha256: '' })
    expect(evidenceOf([evident, reportOf(5)]).evidence).toBe('reports r4-r5')
  })

  it.each([
    [[1], 'r1'],
    [[3, 1, 2, 2], 'r1-r3'],
    [[1, 3], 'r1, r3'],
    [[1, 2, 4, 6, 7], 'r1-r2, r4, r6-r7'],
  ])('name %j as %s', (ids, text) => {
    expect(printRanges(ids)).toBe(text)
  })
})

it.each([
  ['r12', 12],
  ['r0', null],
  ['r01', null],
  ['12', null],
  ['p12', null],
  ['r1 ', null],
])('reads %j as %j', (text, id) => {
  expect(readReportId(text)).toBe(id)
})

describe('a file of reports', () => {
  const one = { externalId: 'T-1', value: 'a.example', reason: 'x' }
  const two = { ...one, externalId: 'T-2', list: 'phishing' }

  it('is JSON Lines, an array, or an object of them', () => {
    const lines = `${JSON.stringify(one)}\n\n${JSON.stringify(two)}\n`
    for (const text of [lines, JSON.stringify([one, two]), JSON.stringify({ reports: [one, two] })])
      expect(readReports(text)).toEqual([one, two])
    expect(readReports(JSON.stringify(one))).toEqual([one])
  })

  it.each([
    ['no object', 7],
    ['a member that nobody knows', { ...one, state: 'listed' }],
    ['a member of another type', { ...one, list: 7 }],
    ['a lacking member', { externalId: 'T-1', value: 'a.example' }],
  ])('has a fault in the place of %s', (_, bad) => {
    const read = readReports(`${JSON.stringify(one)}\n${JSON.stringify(bad)}\n`)
    expect(read[0]).toEqual(one)
    expect(read[1]).toBeInstanceOf(Fault)
    expect(read[1]).toMatchObject({ code: 'report/invalid' })
  })

  it('is refused when nothing of it is a report', () => {
    expect(() => readReports('<html>\n</html>\n')).toThrow(
      expect.objectContaining({ code: 'report/invalid' }),
    )
  })
})
