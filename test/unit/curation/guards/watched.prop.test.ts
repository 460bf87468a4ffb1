import { fc, test } from '@fast-check/vitest'
import { expect, describe, it } from 'vitest'
import { networksOverlap, parseNetwork } from '../../../../src/core/network.ts'
import { HEAVY_KEYS, HeavyHitters } from '../../../../src/curation/guards/heavy-hitters.ts'
import { WatchedNetworks } from '../../../../src/curation/guards/watched-networks.ts'

const network = fc
  .tuple(fc.nat(0xff), fc.integer({ min: 24, max: 32 }), fc.boolean())
  .map(([octet, length, isLong]) => {
    const bits = 32 - length
    const low = (octet >> bits) << bits
    return parseNetwork(
      isLong ? `2001:db8::${low.toString(16)}/${96 + length}` : `192.0.2.${low}/${length}`,
    )
  })

test.prop([fc.array(network, { maxLength: 20 }), network])(
  'networks that overlap are found, and no others',
  (all, asked) => {
    const watched = new WatchedNetworks(all.map((one, i) => [one, i]))
    const expected = all.flatMap((one, i) => (networksOverlap(one, asked) ? [i] : []))
    expect(watched.overlapping(asked).sort((a, b) => a - b)).toEqual(expected)
  },
)

describe('the most frequent of keys', () => {
  it('is exact while there are few', () => {
    const hitters = new HeavyHitters()
    for (let i = 0; i < HEAVY_KEYS; i++) hitters.add(`k${i}`)
    hitters.add('k7')
    hitters.add('k5')
    expect(hitters.first()).toEqual({ key: 'k5', count: 2 })
    expect(new HeavyHitters().first()).toEqual({ key: '', count: 0 })
  })

  it('is off by no more than one in so many, and never too large', () => {
    const hitters = new HeavyHitters()
    const rounds = 20 * HEAVY_KEYS
    for (let i = 0; i < rounds; i++) {
      hitters.add('often')
      hitters.add(`once${i}`)
    }
    const { key, count } = hitters.first()
    expect(key).toBe('often')
    expect(count).toBeLessThanOrEqual(rounds)
    expect(count).toBeGreaterThanOrEqual(rounds - (2 * rounds) / HEAVY_KEYS)
  })
})
