import { expect, test } from 'vitest'
import { MAX_PARTIES, RATE_WINDOW_MS } from '../../../src/witness/limits.ts'
import { partyOf } from '../../../src/witness/party-of.ts'
import { RequestAllowance } from '../../../src/witness/request-allowance.ts'

test('a party has its requests in each window, whatever others do', () => {
  const allowance = new RequestAllowance(2)
  const takes = (party: string, atMs: number): boolean => allowance.take(party, atMs)
  expect([takes('a', 0), takes('a', 1), takes('a', 2)]).toEqual([true, true, false])
  expect(takes('b', 3)).toBe(true)
  expect(takes('a', RATE_WINDOW_MS - 1)).toBe(false)
  expect(takes('a', RATE_WINDOW_MS)).toBe(true)
})

test('those who come when the table is full share one count', () => {
  const allowance = new RequestAllowance(1)
  for (let i = 0; i < MAX_PARTIES; i++) expect(allowance.take(`party ${i}`, 0)).toBe(true)
  expect(allowance.take('one more', 0)).toBe(true)
  expect(allowance.take('and another', 0)).toBe(false)
  expect(allowance.take('party 0', 0)).toBe(false)
  expect(allowance.take('and another', RATE_WINDOW_MS)).toBe(true)
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
])('the party of %j is %j', (address, party) => {
  expect(partyOf(address)).toBe(party)
})
