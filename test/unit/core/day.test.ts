import { describe, expect, it } from 'vitest'
import { addDays, dayOf, isDay } from '../../../src/core/day.ts'

describe('a day', () => {
  it.each([
    ['2030-03-30T23:59:59.999Z', '2030-03-30'],
    // Europe and America change their clocks on these: UTC has 24 hours all the same.
    ['2030-03-31T00:00:00.000Z', '2030-03-31'],
    ['2030-03-10T00:00:00.000Z', '2030-03-10'],
  ])('of %s is %s, in UTC', (at, day) => {
    expect(dayOf(new Date(at))).toBe(day)
  })

  it.each([
    ['2032-02-28', 1, '2032-02-29'],
    ['2032-02-29', 1, '2032-03-01'],
    ['2031-02-28', 1, '2031-03-01'],
    ['2032-02-29', 365, '2033-02-28'],
    ['2031-12-31', 1, '2032-01-01'],
    ['2032-03-01', -1, '2032-02-29'],
    ['2030-03-30', 2, '2030-04-01'],
    ['2030-10-26', 2, '2030-10-28'],
  ])('%s and %i more is %s', (day, days, expected) => {
    expect(addDays(day, days)).toBe(expected)
  })

  it.each([
    ['2032-02-29', true],
    ['2031-02-29', false],
    ['2031-13-01', false],
    ['2031-1-1', false],
    ['2031-01-01T00:00:00Z', false],
    ['31-01-01', false],
    ['', false],
  ])('is told from other text: %j %s', (text, isOne) => {
    expect(isDay(text)).toBe(isOne)
  })
})
