import { expect, test } from 'vitest'
import type { Copy, CopyPull } from '../../../src/agent/source-copy.ts'
import { Fault } from '../../../src/core/fault.ts'
import {
  FIRST_WAIT_MS,
  LONGEST_WAIT_MS,
  openPulling,
  type EdgePulling,
  type PullFailure,
} from '../../../src/main/edge-pulling.ts'

const COPY: Copy = { lists: [], freshUntil: null, expiries: [], exportKey: null, hidden: 0 }
const NEW: CopyPull = { copy: COPY, isNew: true, fault: null, retryAt: null }

/** A source whose next answers are `pulls`; the last one stays. */
function pullingOf(pulls: readonly (CopyPull | Error)[], exposes: readonly (Error | null)[] = []) {
  const at = { ms: Date.parse('2030-01-01T00:00:00Z') }
  const did: string[] = []
  const failures: PullFailure[] = []
  const left = [...pulls]
  const leftExposes = [...exposes]
  const pulling: EdgePulling = openPulling({
    pull: () => {
      did.push('pull')
      const next = left.length > 1 ? left.shift() : left[0]
      return next instanceof Error || next === undefined
        ? Promise.reject(next ?? new Error('nothing'))
        : Promise.resolve(next)
    },
    expose: () => {
      did.push('expose')
      const fault = leftExposes.shift() ?? null
      return fault ? Promise.reject(fault) : Promise.resolve()
    },
    onCopy: () => void did.push('serve'),
    onExposed: () => void did.push('exposed'),
    onFailure: (failure) => void failures.push(failure),
    now: () => new Date(at.ms),
  })
  return { pulling, did, failures, at }
}

const down = new Fault('fetch/unreachable', 'expected an answer, got none')

test('serves the lists of a pull before the files are complete', async () => {
  const { pulling, did } = pullingOf([NEW, { ...NEW, isNew: false }])
  await pulling.tick()
  expect(did).toEqual(['pull', 'serve', 'expose', 'exposed'])
  expect(pulling.state().checkedAt).not.toBeNull()
  await pulling.tick()
  expect(did.slice(4)).toEqual(['pull', 'serve'])
})

test('waits longer after each failure, up to a bound, and not after a success', async () => {
  const { pulling, did, failures, at } = pullingOf([...Array<Error>(10).fill(down), NEW])
  for (let failed = 0; failed < 10; failed++) {
    await pulling.tick()
    const wait = Math.min(FIRST_WAIT_MS * 2 ** failed, LONGEST_WAIT_MS)
    expect(failures.at(-1)?.nextTryAt.getTime()).toBe(at.ms + wait)
    at.ms += wait - 1
    await pulling.tick()
    expect(failures).toHaveLength(failed + 1)
    at.ms += 1
  }
  await pulling.tick()
  expect(did.at(-1)).toBe('exposed')
  expect(pulling.state().failure).toBeNull()
  await pulling.tick()
  expect(did.at(-1)).toBe('exposed')
})

test('shows nothing of a pull that has not brought everything', async () => {
  const fault = { code: 'fetch/timeout', message: 'expected all of it' }
  const { pulling, did, failures } = pullingOf([{ ...NEW, fault }])
  await pulling.tick()
  expect(did).toEqual(['pull', 'serve'])
  expect(failures).toMatchObject([{ code: 'fetch/timeout', failures: 1 }])
  expect(pulling.state().checkedAt).toBeNull()
})

test('counts files that cannot be completed as a failure', async () => {
  const { pulling, failures } = pullingOf([NEW], [new Fault('trust/mismatch', 'expected others')])
  await pulling.tick()
  expect(failures).toMatchObject([{ code: 'trust/mismatch' }])
})

test('comes again when the source says', async () => {
  const retryAt = '2030-01-01T00:30:00.000Z'
  const { pulling, did, at } = pullingOf([{ ...NEW, retryAt }])
  await pulling.tick()
  at.ms = Date.parse(retryAt) - 1
  await pulling.tick()
  expect(did.filter((one) => one === 'pull')).toHaveLength(1)
  at.ms += 1
  await pulling.tick()
  expect(did.filter((one) => one === 'pull')).toHaveLength(2)
})

test('pulls once at a time, and outlives a bug', async () => {
  const { pulling, did, failures } = pullingOf([new TypeError('oh')])
  await Promise.all([pulling.tick(), pulling.tick(), pulling.idle()])
  expect(did).toEqual(['pull'])
  expect(failures).toMatchObject([{ code: 'bug' }])
})
