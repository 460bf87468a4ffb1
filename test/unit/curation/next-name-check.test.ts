import { describe, expect, it } from 'vitest'
import { GONE_MS, nextNameCheck, type NameCheck } from '../../../src/curation/next-name-check.ts'

const START = Date.parse('2030-01-01T12:00:00Z')
const at = (ms: number): Date => new Date(START + ms)
const seen = (goneSince: number | null, askedAt = 0): NameCheck => ({
  askedAt: at(askedAt),
  goneSince: goneSince === null ? null : at(goneSince),
})

describe('a name that is asked for', () => {
  it.each<[string, NameCheck | null, 'there' | 'gone' | 'unclear', number, number | null, boolean]>(
    [
      ['the first time, and gone', null, 'gone', 0, 0, false],
      ['the first time, and there', null, 'there', 0, null, false],
      ['the first time, unclear', null, 'unclear', 0, null, false],
      ['gone for less than a day', seen(0), 'gone', GONE_MS - 1, 0, false],
      ['gone for a day', seen(0), 'gone', GONE_MS, 0, true],
      ['gone for long', seen(0, 5 * GONE_MS), 'gone', 9 * GONE_MS, 0, true],
      ['back again', seen(0), 'there', GONE_MS, null, false],
      ['gone after it was back', seen(null), 'gone', GONE_MS, GONE_MS, false],
      ['unclear after it was gone', seen(0), 'unclear', GONE_MS, 0, false],
      ['unclear after it was there', seen(null), 'unclear', GONE_MS, null, false],
      ['gone by a clock that went back', seen(0), 'gone', -5 * GONE_MS, 0, false],
    ],
  )('%s', (_, before, said, now, goneSince, isSure) => {
    expect(nextNameCheck(before, said, at(now))).toEqual({
      check: { askedAt: at(now), goneSince: goneSince === null ? null : at(goneSince) },
      goneOn: isSure ? '2030-01-01' : null,
    })
  })
})
