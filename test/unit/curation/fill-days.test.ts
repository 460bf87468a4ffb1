import { describe, expect, it } from 'vitest'
import { fillDays } from '../../../src/curation/fill-days.ts'

const day = (entries: number | null, added = 0, retired = 0) => ({ entries, added, retired })

describe('the days of a list', () => {
  it('each have what the last serial before their end has', () => {
    const happened = new Map([
      ['2029-12-20', day(3, 3)],
      ['2029-12-30', day(7)],
      ['2029-12-31', day(null, 1)],
      ['2030-01-02', day(9, 2, 1)],
      ['2030-01-04', day(11)],
    ])
    expect(fillDays(happened, { last: '2030-01-03', count: 3 })).toEqual([
      { day: '2030-01-01', ...day(7) },
      { day: '2030-01-02', ...day(9, 2, 1) },
      { day: '2030-01-03', ...day(9) },
    ])
    expect(fillDays(happened, { last: '2029-12-20', count: 2 })).toEqual([
      { day: '2029-12-19', ...day(null) },
      { day: '2029-12-20', ...day(3, 3) },
    ])
    expect(fillDays(new Map(), { last: '2030-01-01', count: 1 })).toEqual([
      { day: '2030-01-01', ...day(null) },
    ])
  })
})
