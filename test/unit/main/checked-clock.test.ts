import { describe, expect, test } from 'vitest'
import { checkedClock } from '../../../src/main/checked-clock.ts'
import type { Store } from '../../../src/store/open-store.ts'

const SIGNED_AT = new Date('2026-11-24T12:00:00Z')
/** A timestamp is valid for one day. */
const EXPIRES_AT = new Date('2026-11-25T12:00:00Z')

const signed = storeWith({
  role: 'timestamp',
  version: 7,
  bytes: Buffer.of(),
  expiresAt: EXPIRES_AT,
})
const minutes = (count: number): Date => new Date(SIGNED_AT.getTime() + count * 60_000)

describe('the clock that signs', () => {
  test.each([0, 1, 60, -5])('may be %i minutes after the newest signature', (count) => {
    const at = minutes(count)
    expect(checkedClock(signed, () => at, {})()).toBe(at)
  })

  test('may not be further back than clocks are set right', () => {
    const clock = checkedClock(signed, () => new Date(minutes(-5).getTime() - 1), {})
    expect(clock).toThrow(expect.objectContaining({ code: 'clock/back' }))
  })

  test('is believed all the same when a person says so', () => {
    const at = minutes(-6_000_000)
    expect(checkedClock(signed, () => at, { BAILIWICK_CLOCK: 'trust' })()).toBe(at)
  })

  test('may be anything where nothing was ever signed', () => {
    const at = new Date(0)
    expect(checkedClock(storeWith(null), () => at, {})()).toBe(at)
  })
})

function storeWith(latest: ReturnType<Store['metadata']['latest']>): Pick<Store, 'metadata'> {
  const unused = (): never => {
    throw new Error('not asked for here')
  }
  return {
    metadata: {
      latest: () => latest,
      find: unused,
      all: unused,
      forget: unused,
      assertNext: unused,
      commit: unused,
    },
  }
}
