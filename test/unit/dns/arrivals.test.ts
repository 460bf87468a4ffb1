import { expect, test } from 'vitest'
import { Arrivals } from '../../../src/dns/arrivals.ts'

/** Turns of the loop come when the test says so. */
function watch() {
  const turns: (() => void)[] = []
  const outcomes: string[] = []
  const arrivals = new Arrivals((act) => turns.push(act))
  return {
    arrivals,
    outcomes,
    write: () => arrivals.add((outcome) => void outcomes.push(outcome)),
    turn: () => turns.shift()?.(),
  }
}

test('what comes after the last octet was written proves that it arrived', () => {
  const { arrivals, outcomes, write, turn } = watch()
  arrivals.takeNews()
  write()
  turn()
  expect([outcomes, arrivals.isEmpty]).toEqual([[], false])
  arrivals.takeNews()
  expect([outcomes, arrivals.isEmpty]).toEqual([['sent'], true])
})

test('what had come and was not read yet proves nothing', () => {
  const { arrivals, outcomes, write, turn } = watch()
  write()
  arrivals.takeNews()
  turn()
  // More may have lain there.
  arrivals.takeNews()
  turn()
  expect(outcomes).toEqual([])
  turn()
  arrivals.takeNews()
  expect(outcomes).toEqual(['sent'])
})

test('what was written later has its own turn', () => {
  const { arrivals, outcomes, write, turn } = watch()
  write()
  write()
  turn()
  arrivals.takeNews()
  expect(outcomes).toEqual([])
  turn()
  turn()
  arrivals.takeNews()
  expect(outcomes).toEqual(['sent', 'sent'])
})

test('what lay unread while nothing was read proves nothing', () => {
  const { arrivals, outcomes, write, turn } = watch()
  arrivals.setRead(false)
  write()
  turn()
  arrivals.setRead(true)
  turn()
  arrivals.takeNews()
  expect(outcomes).toEqual([])
  turn()
  turn()
  arrivals.takeNews()
  expect(outcomes).toEqual(['sent'])
})

test('nothing is caught up with while it is not read again', () => {
  const { arrivals, outcomes, write, turn } = watch()
  write()
  arrivals.setRead(false)
  turn()
  arrivals.setRead(true)
  arrivals.takeNews()
  expect(outcomes).toEqual([])
  for (let i = 0; i < 3; i++) turn()
  arrivals.takeNews()
  expect(outcomes).toEqual(['sent'])
})

test.each([
  [
    'an end that came after it, however it is closed',
    ['write', 'turn', 'end'],
    false,
    false,
    'sent',
  ],
  ['an end that came after it, but it failed', ['write', 'turn', 'end'], true, true, 'broken'],
  ['an end that came before it', ['end', 'write'], false, false, 'broken'],
  ['an end that came before it, and ours', ['end', 'write'], false, true, 'sent'],
  ['an end that came before it, and a failure', ['end', 'write'], true, true, 'broken'],
  ['an end that had come', ['write', 'end', 'turn'], false, false, 'broken'],
  [
    'an end that lay unread',
    ['pause', 'write', 'turn', 'read', 'turn', 'end'],
    false,
    false,
    'broken',
  ],
  ['no end but ours', ['write'], false, true, 'broken'],
])('of %s', (_, steps, hasFailed, hasEnded, outcome) => {
  const { arrivals, outcomes, write, turn } = watch()
  for (const step of steps) {
    if (step === 'write') write()
    else if (step === 'end') arrivals.takeEnd()
    else if (step === 'turn') turn()
    else arrivals.setRead(step === 'read')
  }
  expect(outcomes).toEqual([])
  arrivals.close({ hasFailed, hasEnded })
  expect(outcomes).toEqual([outcome])
})
