import { test } from '@fast-check/vitest'
import fc from 'fast-check'
import { BlockList } from 'node:net'
import { expect } from 'vitest'
import { NetworkTable } from '../../../../src/distribute/zones/network-table.ts'

function tableOf(networks: Readonly<Record<string, string>>): NetworkTable<string> {
  const table = new NetworkTable<string>()
  for (const [network, value] of Object.entries(networks)) table.add(network, value)
  return table
}

test('finds the smallest network that has the address', () => {
  const table = tableOf({
    '192.0.2.0/24': 'net',
    '192.0.2.7': 'host',
    '192.0.2.0/28': 'part',
    '2001:db8::/32': 'six',
    '2001:db8::1': 'one',
  })
  expect(table.find('192.0.2.7')).toBe('host')
  expect(table.find('192.0.2.15')).toBe('part')
  expect(table.find('192.0.2.16')).toBe('net')
  expect(table.find('192.0.3.0')).toBeNull()
  expect(table.find('2001:db8::1')).toBe('one')
  expect(table.find('2001:db8:ffff:ffff:ffff:ffff:ffff:ffff')).toBe('six')
  expect(table.find('2001:db9::')).toBeNull()
})

test('takes an IPv4 address in IPv6 clothes for an IPv4 address', () => {
  const table = tableOf({ '192.0.2.0/24': 'net', '::/1': 'low' })
  expect(table.find('::ffff:192.0.2.1')).toBe('net')
  expect(table.find('::ffff:c000:201')).toBe('net')
  expect(table.find('::ffff:198.51.100.1')).toBeNull()
  expect(table.find('::1')).toBe('low')
})

test('leaves the zone of a link-local address aside', () => {
  expect(tableOf({ 'fe80::/64': 'link' }).find('fe80::1%eth0')).toBe('link')
})

test.each(['', 'localhost', '192.0.2', '192.0.2.256', ':::', '::ffff:192.0.2'])(
  'finds nothing for %j, which is no address',
  (address) => {
    expect(tableOf({ '128.0.0.0/1': 'a', '0.0.0.0/1': 'b', '::/1': 'c' }).find(address)).toBeNull()
  },
)

const octets = fc
  .tuple(fc.nat(3), fc.nat(255), fc.nat(3), fc.nat(255))
  .map((parts) => parts.join('.'))
const groups = fc
  .array(fc.constantFrom('0', '1', 'db8', 'ffff', 'a0'), { minLength: 8, maxLength: 8 })
  .map((parts) => parts.join(':'))

test.prop([
  fc.oneof(
    fc.record({ address: octets, length: fc.integer({ min: 1, max: 32 }), other: octets }),
    fc.record({ address: groups, length: fc.integer({ min: 1, max: 128 }), other: groups }),
  ),
])('agrees with the block list of Node', ({ address, length, other }) => {
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  list.addSubnet(address, length, family)
  const table = tableOf({ [`${address}/${length}`]: 'in' })
  expect(table.find(other) === 'in').toBe(list.check(other, family))
})
