import { expect, test } from 'vitest'
import { ConnectionGate, type Guest } from '../../../src/dns/connection-gate.ts'

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
  expect(gate.enter(guests[3]!)).toBe('connections')
  gate.setIdle(guests[0]!, true)
  gate.setIdle(guests[1]!, true)
  // It has worked since.
  gate.setIdle(guests[0]!, false)
  gate.setIdle(guests[0]!, true)
  expect(gate.enter(guests[3]!)).toBeNull()
  expect(dismissed).toEqual(['192.0.2.2'])
  expect(gate.size).toBe(3)
})

test('lets nobody have the place of who has shown a key or is at work', () => {
  const dismissed: string[] = []
  const gate = new ConnectionGate(limits)
  const guests = [1, 2, 3, 4].map((n) => guest(`192.0.2.${n}`, dismissed))
  for (const one of guests.slice(0, 3)) gate.enter(one)
  expect(gate.showKey(guests[0]!, 'key')).toBe(true)
  gate.setIdle(guests[0]!, true)
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
