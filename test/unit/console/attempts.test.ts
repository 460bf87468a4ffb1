import { expect, it } from 'vitest'
import { Attempts } from '../../../src/console/attempts.ts'
import {
  MAX_REMEMBERED,
  PER_ACCOUNT,
  PER_ADDRESS_AND_ACCOUNT,
} from '../../../src/console/limits.ts'

const { tries, everyMs } = PER_ADDRESS_AND_ACCOUNT

function world(): { attempts: Attempts; pass: (ms: number) => void } {
  let at = 1_000_000
  return { attempts: new Attempts(() => at), pass: (ms) => void (at += ms) }
}

const from = (address: string, account: string | null = 'bela') => ({ address, account })
const isRefused = (
  attempts: Attempts,
  address: string,
  account: string | null = 'bela',
): boolean => {
  try {
    attempts.begin(from(address, account))
    return false
  } catch {
    return true
  }
}

it('refuses with the code for too many', () => {
  const { attempts } = world()
  for (let i = 0; i < tries; i++) attempts.begin(from('192.0.2.1'))
  expect(() => attempts.begin(from('192.0.2.1'))).toThrow(
    expect.objectContaining({ code: 'request/too-many' }),
  )
})

it('fills one try at a time, and never above what there was', () => {
  const { attempts, pass } = world()
  for (let i = 0; i < tries; i++) attempts.begin(from('192.0.2.1'))
  pass(everyMs - 1)
  expect(isRefused(attempts, '192.0.2.1')).toBe(true)
  pass(1)
  expect(isRefused(attempts, '192.0.2.1')).toBe(false)
  expect(isRefused(attempts, '192.0.2.1')).toBe(true)
  pass(everyMs * tries * 10)
  for (let i = 0; i < tries; i++) expect(isRefused(attempts, '192.0.2.1')).toBe(false)
  expect(isRefused(attempts, '192.0.2.1')).toBe(true)
})

it('holds a name for the same in any case', () => {
  const { attempts } = world()
  for (let i = 0; i < tries; i++) attempts.begin(from('192.0.2.1', i % 2 === 0 ? 'BELA' : 'bela'))
  expect(isRefused(attempts, '192.0.2.1', 'Bela')).toBe(true)
  expect(isRefused(attempts, '192.0.2.1', 'anna')).toBe(false)
})

it.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:5::', true],
  ['192.0.2.1', '::ffff:192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
])('takes %s and %s for one network: %s', (one, other, isSame) => {
  const { attempts } = world()
  for (let i = 0; i < tries; i++) attempts.begin(from(one))
  expect(isRefused(attempts, other)).toBe(isSame)
})

it('counts no account where it is not known yet', () => {
  const { attempts } = world()
  for (let i = 0; i < PER_ACCOUNT.tries; i++) attempts.begin(from(`192.0.2.${i}`, null))
  expect(isRefused(attempts, '198.51.100.1', null)).toBe(false)
})

it('gives back what was right', () => {
  const { attempts } = world()
  for (let i = 0; i < 1000; i++) {
    attempts.begin(from('192.0.2.1'))
    attempts.succeed(from('192.0.2.1'))
  }
  expect(isRefused(attempts, '192.0.2.1')).toBe(false)
})

it('forgets the oldest rather than grow without end', () => {
  const { attempts } = world()
  for (let i = 0; i < tries; i++) attempts.begin(from('192.0.2.1', null))
  expect(isRefused(attempts, '192.0.2.1', null)).toBe(true)
  for (let i = 0; i < MAX_REMEMBERED; i++)
    attempts.begin(from(`2001:db8:${i.toString(16)}:1::`, null))
  expect(isRefused(attempts, '192.0.2.1', null)).toBe(false)
})
