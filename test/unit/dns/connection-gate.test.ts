import { expect, test } from 'vitest'
import { ConnectionGate, type Guest } from '../../../src/dns/connection-gate.ts'
import { partyOf } from '../../../src/dns/endpoint.ts'

function guest(address: string, dismissed: string[] = []): Guest {
  return { address, dismiss: () => dismissed.push(address) }
}

const limits = { connections: 3, connectionsPerAddress: 2, connectionsPerKey: 1 }

test('lets in as many of an address as may be, and one more when one has left', () => {
  const gate = new ConnectionGate(limits)
  const [one, two, three] = [guest('192.0.2.1'), guest('192.0.2.1'), guest('192.0.2.1')]
  expect([gate.enter(one), gate.enter(two), gate.enter(three)]).toEqual([
    ...[null, null, 'connections-of-address'],
  ])
  gate.leave(three)
  expect(gate.size).toBe(2)
  gate.leave(one)
  gate.leave(one)
  expect(gate.size).toBe(1)
  expect(gate.enter(three)).toBeNull()
})

test('gives the place of the longest idle to the next, where there is no other', () => {
  const dismissed: string[] = []
  const gate = new ConnectionGate(limits)
  const guests = [1, 2, 3, 4, 5].map((n) => guest(`192.0.2.${n}`, dismissed))
  for (const one of guests.slice(0, 3)) gate.enter(one)
  gate.setStake(guests[0]!, 'nothing')
  gate.setStake(guests[1]!, 'nothing')
  // It has worked since.
  gate.setStake(guests[0]!, 'answer')
  gate.setStake(guests[0]!, 'nothing')
  expect(gate.enter(guests[3]!)).toBeNull()
  expect(dismissed).toEqual(['192.0.2.2'])
  expect(gate.size).toBe(3)
})

test('gives the place of who shakes hands or is answered, where nobody is idle', () => {
  const dismissed: string[] = []
  const gate = new ConnectionGate(limits)
  const guests = [1, 2, 3, 4, 5, 6].map((n) => guest(`192.0.2.${n}`, dismissed))
  for (const one of guests.slice(0, 3)) gate.enter(one)
  gate.setStake(guests[0]!, 'transfer')
  gate.setStake(guests[1]!, 'answer')
  // The third is still where it was when it came in, and so the longest.
  expect(gate.enter(guests[3]!)).toBeNull()
  expect(gate.enter(guests[4]!)).toBeNull()
  expect(dismissed).toEqual(['192.0.2.3', '192.0.2.2'])
  gate.setStake(guests[4]!, 'nothing')
  expect(gate.enter(guests[5]!)).toBeNull()
  expect(dismissed.at(-1)).toBe('192.0.2.5')
})

test('lets nobody have the place of who has shown a key or has a transfer', () => {
  const dismissed: string[] = []
  const gate = new ConnectionGate(limits)
  const guests = [1, 2, 3, 4].map((n) => guest(`192.0.2.${n}`, dismissed))
  for (const one of guests.slice(0, 3)) gate.enter(one)
  for (const [i, one] of guests.slice(0, 2).entries()) {
    expect(gate.showKey(one, `key${i}`)).toBe(true)
  }
  gate.setStake(guests[0]!, 'nothing')
  gate.setStake(guests[2]!, 'transfer')
  expect(gate.enter(guests[3]!)).toBe('connections')
  expect(dismissed).toEqual([])
})

test('counts a key once for each connection that shows it, until that leaves', () => {
  const gate = new ConnectionGate(limits)
  const [one, two] = [guest('192.0.2.1'), guest('192.0.2.2')]
  gate.enter(one)
  gate.enter(two)
  expect([gate.showKey(one, 'key'), gate.showKey(one, 'key')]).toEqual([true, true])
  expect([gate.showKey(two, 'key'), gate.showKey(two, 'other')]).toEqual([false, true])
  gate.leave(one)
  expect(gate.showKey(two, 'key')).toBe(true)
  expect(gate.showKey(one, 'key')).toBe(false)
})

test('counts the addresses of one /64 as one', () => {
  const gate = new ConnectionGate(limits)
  const [one, two, three] = ['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8::3'].map((address) =>
    guest(address),
  )
  expect([gate.enter(one!), gate.enter(two!)]).toEqual([null, null])
  expect(gate.enter(three!)).toBe('connections-of-address')
  expect(gate.enter(guest('2001:db8:0:1::3'))).toBeNull()
  gate.leave(two!)
  expect(gate.enter(three!)).toBeNull()
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['2001:db8:1::4:5:6', '2001:db8:1:0::/64'],
  ['2001::3:4:5:6:7', '2001:0:0:3::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
])('%s is an address of %s', (address, party) => {
  expect(partyOf(address)).toBe(party)
})
