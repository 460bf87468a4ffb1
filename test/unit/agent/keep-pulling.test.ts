import { describe, expect, test } from 'vitest'
import { keepPulling } from '../../../src/agent/keep-pulling.ts'
import type { PullOutcome } from '../../../src/agent/run-pull.ts'
import { Fault } from '../../../src/core/fault.ts'

const START = new Date('2026-01-01T00:00:00Z').getTime()
const fine: PullOutcome = { lists: [], sourceFault: null, retryAt: null }
const down: PullOutcome = {
  lists: [],
  sourceFault: new Fault('fetch/unreachable', 'expected an answer, got none'),
  retryAt: null,
}

function openPuller(answers: (PullOutcome | Error)[]) {
  const seen = {
    pulls: 0,
    slept: [] as number[],
    told: [] as string[],
    nowMs: START,
    isStopped: false,
  }
  const tell = (_: unknown, message: string): void => void seen.told.push(message)
  const puller = keepPulling({
    pull: () => {
      const answer = answers[seen.pulls++] ?? fine
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
    sleep: (ms) => {
      seen.slept.push(ms)
      return Promise.resolve()
    },
    log: { debug: tell, info: tell, warn: tell, error: tell },
    now: () => new Date(seen.nowMs),
    jitterMs: 7000,
    isStopped: () => seen.isStopped,
  })
  return { puller, seen }
}

describe('a daemon', () => {
  test('pulls at once when it starts, and later after its jitter', async () => {
    const { puller, seen } = openPuller([])
    await puller.tick({ atOnce: true })
    await puller.tick()
    expect(seen).toMatchObject({ pulls: 2, slept: [0, 7000] })
  })

  test('never pulls twice at a time', async () => {
    const { puller, seen } = openPuller([])
    await Promise.all([puller.tick(), puller.tick(), puller.tick()])
    expect(seen.pulls).toBe(1)
  })

  test('lets ticks go by after failures, longer each time, and starts afresh after a success', async () => {
    const { puller, seen } = openPuller([down, down, fine, down])
    const pullsAt = async (seconds: number): Promise<number> => {
      seen.nowMs = START + seconds * 1000
      await puller.tick()
      return seen.pulls
    }
    expect(await pullsAt(0)).toBe(1)
    expect(await pullsAt(59)).toBe(1)
    expect(await pullsAt(60)).toBe(2)
    expect(await pullsAt(179)).toBe(2)
    expect(await pullsAt(180)).toBe(3)
    expect(await pullsAt(181)).toBe(4)
    expect(await pullsAt(240)).toBe(4)
    expect(await pullsAt(241)).toBe(5)
  })

  test('comes back when a busy source said', async () => {
    const { puller, seen } = openPuller([{ ...down, retryAt: new Date(START + 600_000) }])
    await puller.tick()
    seen.nowMs = START + 599_000
    await puller.tick()
    expect(seen.pulls).toBe(1)
    seen.nowMs = START + 600_000
    await puller.tick()
    expect(seen.pulls).toBe(2)
  })

  test.each([
    ['a fault', new Fault('agent/locked', 'expected no other agent, got one')],
    ['a bug', new TypeError('x is not a function')],
  ])('outlives %s and tells it', async (_, error) => {
    const { puller, seen } = openPuller([error])
    await puller.tick()
    expect(seen.told).toContain('the pull failed')
    seen.nowMs += 60_000
    await puller.tick()
    expect(seen.pulls).toBe(2)
  })

  test('does nothing more once it is stopped, and says nothing of the download it broke off', async () => {
    const { puller, seen } = openPuller([new Fault('fetch/stopped', 'stopped while fetching')])
    await puller.tick()
    expect(seen.told).toEqual([])
    seen.isStopped = true
    await puller.tick()
    expect(seen.pulls).toBe(1)
    await puller.idle()
  })
})
