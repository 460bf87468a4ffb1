import { fc, test as prop } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { networksOverlap, parseNetwork } from '../../../src/core/network.ts'

describe('a network', () => {
  test.each([
    ['192.0.2.0/24', '192.0.2.0/24'],
    [' 192.0.2.7/32 ', '192.0.2.7'],
    ['2001:DB8:0:0::/32', '2001:db8::/32'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
  ])('%s is written %s', (text, canonical) => {
    expect(parseNetwork(text)).toBe(canonical)
  })

  test.each([
    ['192.0.2.5/24', '192.0.2.0/24'],
    ['198.51.103.1/22', '198.51.100.0/22'],
    ['2001:db8:0:1::5/48', '2001:db8::/48'],
    ['2001:db8:ff:ffff::/47', '2001:db8:fe::/47'],
    ['::ffff:192.0.2.5/120', '192.0.2.0/24'],
  ])('%s has host bits, and the refusal says %s', (text, network) => {
    expect(() => parseNetwork(text)).toThrow(
      expect.objectContaining({
        code: 'ip/invalid',
        message: expect.stringContaining(`write ${network} `) as string,
      }),
    )
  })

  test.each(['', 'resolver.example', '0.0.0.0/0', '::/0', '192.0.2.0/33', '192.0.2.0/', '192.0.2'])(
    '%j is refused',
    (text) => {
      expect(() => parseNetwork(text)).toThrow(expect.objectContaining({ code: 'ip/invalid' }))
    },
  )
})

describe('two networks', () => {
  test.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.0/24', '192.0.1.255', false],
    ['192.0.2.128/25', '192.0.2.0/25', false],
    ['192.0.2.128/25', '192.0.2.0/24', true],
    ['2001:db8::/48', '2001:db8:0:ffff:ffff:ffff:ffff:ffff', true],
    ['2001:db8::/48', '2001:db8:1::', false],
    // The IPv4 address 0.0.0.1 and the IPv6 address ::1 are the same number.
    ['0.0.0.1', '::1', false],
  ])('%s and %s overlap: %s', (one, other, isOverlap) => {
    expect(networksOverlap(one, other)).toBe(isOverlap)
    expect(networksOverlap(other, one)).toBe(isOverlap)
  })

  prop.prop([fc.nat(0xffff), fc.integer({ min: 16, max: 32 }), fc.nat(0xffff)])(
    'overlap with an address just when its leading bits are theirs',
    (host, length, other) => {
      const mask = length === 32 ? ~0 : ~((1 << (32 - length)) - 1)
      const address = (low: number): string => `198.51.${low >> 8}.${low & 0xff}`
      const network = parseNetwork(`${address(host & mask & 0xffff)}/${length}`)
      const isIn = ((host ^ other) & mask & 0xffff) === 0
      expect(networksOverlap(network, address(other))).toBe(isIn)
    },
  )
})
