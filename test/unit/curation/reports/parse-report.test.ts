import { describe, expect, it } from 'vitest'
import { parseReport, REPORT_LIMITS } from '../../../../src/curation/reports/parse-report.ts'

const WRITTEN = { externalId: 'T-1', value: 'Bad.Example.', reason: 'imitates a bank' }
const DIGEST = 'a'.repeat(64)

function fault(code: string): unknown {
  return expect.objectContaining({ code })
}

describe('a report', () => {
  it('has its value in canonical form, and a kind by the value', () => {
    expect(parseReport(WRITTEN)).toMatchObject({ value: 'bad.example', kind: 'domain', list: '' })
    expect(parseReport({ ...WRITTEN, value: '*.Bad.example' })).toMatchObject({
      ...{ value: 'bad.example', kind: 'subdomains' },
    })
    expect(parseReport({ ...WRITTEN, value: 'HTTP://Bad.example:80/x' })).toMatchObject({
      ...{ value: 'bad.example/x', kind: 'url' },
    })
    expect(parseReport({ ...WRITTEN, value: '192.0.2.7' })).toMatchObject({ kind: 'ip' })
    expect(parseReport({ ...WRITTEN, kind: 'host' })).toMatchObject({ kind: 'host' })
  })

  it('is the same when it says the same, however it is written', () => {
    const { content } = parseReport(WRITTEN)
    const other = { ...WRITTEN, value: ' bad.example ', reason: 'imitates a bank\r\n', list: '' }
    expect(parseReport(other).content).toBe(content)
    // The id is what it is known by, not what it says.
    expect(parseReport({ ...WRITTEN, externalId: 'T-2' }).content).toBe(content)
  })

  it.each([
    ['value', { value: 'worse.example' }],
    ['list', { list: 'phishing' }],
    ['kind', { kind: 'domain' }],
    ['category', { category: 'bank' }],
    ['reason', { reason: 'imitates a shop' }],
    ['evidence', { evidence: 'ticket 1' }],
    ['digest', { evidence: 'ticket 1', evidenceSha256: DIGEST }],
  ])('is another one with another %s', (_, change) => {
    const before = 'evidenceSha256' in change ? { ...WRITTEN, evidence: change.evidence } : WRITTEN
    expect(parseReport({ ...before, ...change }).content).not.toBe(parseReport(before).content)
  })

  it.each([
    ['no id', { externalId: ' ' }, 'report/invalid'],
    ['a long id', { externalId: 'x'.repeat(REPORT_LIMITS.externalId + 1) }, 'report/invalid'],
    ['an id of two lines', { externalId: 'a\nb' }, 'report/invalid'],
    ['no reason', { reason: '\n' }, 'report/invalid'],
    ['a long reason', { reason: 'x'.repeat(REPORT_LIMITS.reason + 1) }, 'report/invalid'],
    ['a reason with a bell', { reason: 'a\u0007b' }, 'report/invalid'],
    ['half a character', { reason: 'a\ud800b' }, 'report/invalid'],
    ['a long value', { value: 'x'.repeat(REPORT_LIMITS.value + 1) }, 'report/invalid'],
    ['no name', { value: 'not a name' }, 'name/invalid'],
    ['a single label', { value: 'net' }, 'name/invalid'],
    ['no kind', { kind: 'site' }, 'entry/invalid'],
    ['no category', { category: 'Not One' }, 'entry/invalid'],
    ['a digest alone', { evidenceSha256: DIGEST }, 'report/invalid'],
    ['another digest', { evidence: 'x', evidenceSha256: 'A'.repeat(64) }, 'report/invalid'],
    ['long evidence', { evidence: 'x'.repeat(REPORT_LIMITS.evidence + 1) }, 'report/invalid'],
  ])('is refused with %s', (_, change, code) => {
    expect(() => parseReport({ ...WRITTEN, ...change })).toThrow(fault(code))
  })

  it('may have texts as long as their limits, and a reason of lines', () => {
    const { externalId, evidence, reason } = REPORT_LIMITS
    const long = {
      ...{ externalId: 'x'.repeat(externalId), evidence: 'x'.repeat(evidence) },
      reason: `a\n\t${'x'.repeat(reason - 3)}`,
    }
    expect(parseReport({ ...WRITTEN, ...long })).toMatchObject(long)
  })
})
