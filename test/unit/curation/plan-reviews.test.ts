import { describe, expect, it } from 'vitest'
import type { Term } from '../../../src/core/review.ts'
import { planReviews } from '../../../src/curation/plan-reviews.ts'

const term = (reviewOn: string | null, expiresOn: string | null): Term => ({
  decision: 7,
  entry: null,
  reviewOn,
  expiresOn,
})

/** What is asked for on a day: a word and two days, or nothing. */
function planned(warnDays: number, today: string, one: Term): string {
  const { lapsing, opening } = planReviews({ warnDays }, today, [one])
  const [review] = opening
  if (lapsing.length > 0) return 'lapse'
  return review === undefined ? '' : `${review.cause} ${review.aboutOn} by ${review.dueOn}`
}

describe('what a day asks for', () => {
  it.each([
    // The end: the last day that an entry is listed is the one before.
    ['2030-06-14', null, '2030-06-30', ''],
    ['2030-06-15', null, '2030-06-30', ''],
    ['2030-06-16', null, '2030-06-30', 'expiring 2030-06-30 by 2030-06-30'],
    ['2030-06-29', null, '2030-06-30', 'expiring 2030-06-30 by 2030-06-30'],
    ['2030-06-30', null, '2030-06-30', 'lapse'],
    // A week's sleep, and a year's.
    ['2030-07-07', null, '2030-06-30', 'lapse'],
    ['2031-07-07', null, '2030-06-30', 'lapse'],
    // The review date.
    ['2030-01-09', '2030-01-10', null, ''],
    ['2030-01-10', '2030-01-10', null, 'due 2030-01-10 by 2030-01-24'],
    ['2030-05-10', '2030-01-10', null, 'due 2030-01-10 by 2030-01-24'],
    // Both: an end that is near asks the same, and an end that has come asks for nothing any more.
    ['2030-01-10', '2030-01-10', '2030-01-25', 'due 2030-01-10 by 2030-01-24'],
    ['2030-01-11', '2030-01-10', '2030-01-25', 'expiring 2030-01-25 by 2030-01-25'],
    ['2030-01-25', '2030-01-10', '2030-01-25', 'lapse'],
    ['2030-01-01', '2030-02-01', '2030-01-02', 'expiring 2030-01-02 by 2030-01-02'],
    // No days, nothing to do.
    ['2099-01-01', null, null, ''],
    // A leap day is a day: 14 days before 1 March.
    ['2032-02-15', null, '2032-03-01', ''],
    ['2032-02-16', null, '2032-03-01', 'expiring 2032-03-01 by 2032-03-01'],
    ['2031-02-14', null, '2031-03-01', ''],
    ['2031-02-15', null, '2031-03-01', 'expiring 2031-03-01 by 2031-03-01'],
  ])(
    'on %s with the review on %s and the end on %s: %j',
    (today, reviewOn, expiresOn, expected) => {
      expect(planned(14, today, term(reviewOn, expiresOn))).toBe(expected)
    },
  )

  it.each([
    ['2030-06-29', ''],
    ['2030-06-30', 'lapse'],
  ])('on %s without days of warning: %j', (today, expected) => {
    expect(planned(0, today, term(null, '2030-06-30'))).toBe(expected)
  })

  it('is the same when the clock goes back and the day comes again', () => {
    const one = term('2030-01-10', '2030-12-31')
    const first = planned(14, '2030-01-10', one)
    expect(planned(14, '2030-01-09', one)).toBe('')
    expect(planned(14, '2030-01-10', one)).toBe(first)
  })
})
