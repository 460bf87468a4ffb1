import { describe, expect, it } from 'vitest'
import type { ReviewCause } from '../../../src/core/review.ts'
import { planOutcome, type WrittenOutcome } from '../../../src/curation/plan-outcome.ts'
import { definitionOf } from '../../support/store-builders.ts'

const TODAY = '2030-01-01'
const DAYS = { reviewOn: '2030-01-01', expiresOn: '2030-01-20' }
const LIST = definitionOf('phishing', {
  review: { afterDays: 30, expireAfterDays: 60, warnDays: 14, urgentDays: 3 },
})

const plan = (cause: ReviewCause, written: WrittenOutcome, list = LIST) =>
  planOutcome({ cause, days: DAYS }, written, list, TODAY)

const refusal: unknown = expect.objectContaining({ code: 'review/outcome' })

describe('an outcome', () => {
  const causes: readonly ReviewCause[] = [
    ...(['asked', 'changed-hands', 'due', 'expiring', 'gone'] as const),
  ]
  it.each(causes)('of a review that is %s keeps, extends or retires', (cause) => {
    expect(plan(cause, { outcome: 'kept' })).toEqual({
      effect: 'dates',
      days: { reviewOn: '2030-01-31', expiresOn: '2030-01-20' },
    })
    expect(plan(cause, { outcome: 'extended' })).toEqual({
      effect: 'dates',
      days: { reviewOn: '2030-01-31', expiresOn: '2030-03-02' },
    })
    expect(plan(cause, { outcome: 'retired' })).toEqual({ effect: 'retire' })
    expect(() => plan(cause, { outcome: 'relisted' })).toThrow(refusal)
  })

  it.each([
    ['retired', true],
    ['relisted', true],
    ['kept', false],
    ['extended', false],
  ] as const)('of an urgent retirement may be %s: %s', (outcome, isAllowed) => {
    if (isAllowed) expect(plan('urgent', { outcome })).toEqual({ effect: 'none' })
    else expect(() => plan('urgent', { outcome })).toThrow(refusal)
  })

  it.each([
    ['kept', { reviewOn: '2030-01-02' }, true],
    ['kept', { reviewOn: '2030-01-31' }, true],
    ['kept', { reviewOn: '2030-01-01' }, false],
    ['kept', { reviewOn: '2030-02-01' }, false],
    ['kept', { reviewOn: '2030-01-32' }, false],
    ['kept', { expiresOn: '2030-01-30' }, false],
    ['extended', { expiresOn: '2030-01-02' }, true],
    ['extended', { expiresOn: '2030-03-02' }, true],
    ['extended', { expiresOn: '2030-03-03' }, false],
    ['extended', { expiresOn: '2030-01-01' }, false],
    ['retired', { reviewOn: '2030-01-02' }, false],
    ['retired', { expiresOn: '2030-01-02' }, false],
  ] as const)('%s with the days %j is taken: %s', (outcome, days, isTaken) => {
    if (isTaken) expect(plan('due', { outcome, ...days })).toMatchObject({ days })
    else expect(() => plan('due', { outcome, ...days })).toThrow(refusal)
  })

  it('gives no end where the list has none', () => {
    const list = { ...LIST, review: { ...LIST.review, expireAfterDays: null } }
    expect(plan('due', { outcome: 'extended' }, list)).toMatchObject({ days: { expiresOn: null } })
    const far = { outcome: 'extended', expiresOn: '2099-12-31' } as const
    expect(plan('due', far, list)).toMatchObject({ days: { expiresOn: '2099-12-31' } })
  })

  it.each([
    ['extended', 1, true],
    ['extended', 2, false],
    ['kept', 2, true],
    ['retired', 2, true],
  ] as const)('%s on a list that needs %i approvals is one person’s: %s', (outcome, needed, is) => {
    const list = { ...LIST, approvals: { ...LIST.approvals, needed } }
    const decide = (): unknown => plan('due', { outcome: outcome }, list)
    if (is) expect(decide).not.toThrow()
    else expect(decide).toThrow(expect.objectContaining({ code: 'decision/approvals-needed' }))
  })
})
