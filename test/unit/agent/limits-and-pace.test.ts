import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { checkLimits } from '../../../src/agent/check-limits.ts'
import { jitterOf, LONGEST_WAIT_MS, nextTryAt } from '../../../src/agent/pace.ts'
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from '../../../src/platform/bounded-fetch.ts'

const limits = { minEntries: 1, maxEntries: 100_000 }

describe('limits', () => {
  test.each<[string, object, number | null, number, boolean]>([
    ['the first list', {}, null, 5, true],
    ['an empty first list', {}, null, 0, false],
    ['an empty list where that is allowed', { minEntries: 0 }, 5, 0, true],
    ['too many entries', { maxEntries: 10 }, null, 11, false],
    ['just as many as allowed', { maxEntries: 10 }, null, 10, true],
    ['growth by just the share', { maxGrowth: 0.5 }, 10, 15, true],
    ['growth by one more', { maxGrowth: 0.5 }, 10, 16, false],
    ['shrinking by just the share', { maxShrink: 0.2 }, 10, 8, true],
    ['shrinking by one more', { maxShrink: 0.2 }, 10, 7, false],
    ['no growth at all', { maxGrowth: 0 }, 10, 11, false],
    ['a small list that doubles, without a limit of its own', {}, 999, 2000, true],
    ['a large list that doubles', {}, 1000, 2000, false],
    ['a small list that halves', {}, 999, 400, true],
    ['a large list that halves', {}, 1000, 500, false],
    ['a list that comes back from empty', { minEntries: 0 }, 0, 50_000, true],
  ])('%s', (_, change, before, after, isFine) => {
    const verdict = checkLimits({ ...limits, ...change }, before, after)
    if (isFine) expect(verdict).toBeNull()
    else expect(verdict).toMatch(/^expected .*, got .*\d/)
  })

  test.prop([fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 900 })])(
    'any share of whole percents is allowed to the last entry',
    (percent, hundreds) => {
      const before = hundreds * 100
      const share = { maxGrowth: percent / 100, maxShrink: percent / 100, maxEntries: 1e6 }
      const at = (after: number): string | null =>
        checkLimits({ ...limits, minEntries: 0, ...share }, before, after)
      expect([at(before + hundreds * percent), at(before - hundreds * percent)]).toEqual([
        null,
        null,
      ])
      expect(at(before + hundreds * percent + 1)).toMatch(/grow/)
      if (percent < 100) expect(at(before - hundreds * percent - 1)).toMatch(/shrink/)
    },
  )

  test.each([
    [0.15, 100, 115],
    [0.7, 10, 3],
    [0.57, 100, 157],
  ])('a share of %d is allowed from %d to %d entries', (share, before, after) => {
    expect(checkLimits({ ...limits, maxGrowth: share, maxShrink: share }, before, after)).toBeNull()
  })
})

describe('pace', () => {
  const now = new Date('2026-01-01T00:00:00Z')
  const wait = (failures: number, retryAt: Date | null = null): number =>
    nextTryAt(failures, retryAt, now).getTime() - now.getTime()

  test('waits twice as long after each failure, up to an hour', () => {
    expect([0, 1, 2, 3, 7, 8, 100].map((failures) => wait(failures))).toEqual([
      0, 60_000, 120_000, 240_000, 3_600_000, 3_600_000, 3_600_000,
    ])
    expect(LONGEST_WAIT_MS).toBe(3_600_000)
  })

  test('waits as long as the source asks for, if that is longer', () => {
    expect(wait(1, new Date(now.getTime() + 500_000))).toBe(500_000)
    expect(wait(1, new Date(now.getTime() + 5000))).toBe(60_000)
    expect(wait(0, new Date(now.getTime() + 5000))).toBe(5000)
  })

  test.prop([fc.string(), fc.nat(3_600_000)])(
    'each host waits its own, constant part of the jitter',
    (host, most) => {
      const jitter = jitterOf(host, 'https://a.example', most)
      expect(jitter).toBe(jitterOf(host, 'https://a.example', most))
      expect(jitter).toBeGreaterThanOrEqual(0)
      expect(jitter).toBeLessThanOrEqual(most)
    },
  )

  test('hosts are spread over the whole of it', () => {
    const draws = Array.from({ length: 1000 }, (_, i) =>
      jitterOf(`resolver${i}.example`, 'https://a.example', 10),
    )
    for (let second = 0; second < 10; second++) {
      expect(draws.filter((draw) => draw === second).length).toBeGreaterThan(50)
    }
  })

  test.each<[string | undefined, number | null]>([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['999999999', MAX_RETRY_AFTER_MS],
    ['soon', null],
    ['-5', null],
    [undefined, null],
  ])('Retry-After %j is %j ms', (value, ms) => {
    const at = parseRetryAfter(value, now)
    expect(at === null ? null : at.getTime() - now.getTime()).toBe(ms)
  })
})
