import { describe, expect, test } from 'vitest'
import { Fault } from '../../../src/core/fault.ts'
import { ZoneQueue, type WantedZone } from '../../../src/main/serve-zone-queue.ts'

interface Made {
  readonly list: string
  readonly serial: number
  readonly state: string
}

/** A queue whose zones are made when the test says so. */
function openQueue(): {
  readonly queue: ZoneQueue<Made>
  readonly asked: string[]
  readonly made: Made[]
  readonly told: string[]
  readonly clock: { atMs: number }
  readonly finish: (outcome: Made | Error | null) => Promise<void>
} {
  const [asked, made, told]: [string[], Made[], string[]] = [[], [], []]
  const clock = { atMs: 0 }
  let settle: (outcome: Made | Error | null) => void = () => undefined
  const queue = new ZoneQueue<Made>(
    {
      make: ({ id }) => {
        asked.push(id)
        return new Promise((resolve, reject) => {
          settle = (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome))
        })
      },
      onMade: (zone) => made.push(zone),
      onFault: (list, error) => told.push(`${list.id}: ${(error as Error).message}`),
    },
    () => clock.atMs,
  )
  const finish = async (outcome: Made | Error | null): Promise<void> => {
    settle(outcome)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { queue, asked, made, told, clock, finish }
}

function wanted(id: string, serial: number, entries = 10): WantedZone {
  return { id, place: id, serial, state: `state ${serial}`, entries }
}

function made(list: string, serial: number): Made {
  return { list, serial, state: `state ${serial}` }
}

describe('the queue of zones', () => {
  test('makes one after the other, small ones first', async () => {
    const { queue, asked, finish } = openQueue()
    queue.update([wanted('large', 1, 1000), wanted('small', 1, 1), wanted('middle', 1, 100)])
    expect(asked).toEqual(['small'])
    await finish(made('small', 1))
    await finish(made('middle', 1))
    expect(queue.behind().map(({ list }) => list.id)).toEqual(['large'])
    await finish(made('large', 1))
    expect(asked).toEqual(['small', 'middle', 'large'])
    expect(queue.behind()).toEqual([])
  })

  test('jumps over serials that came while it worked', async () => {
    const { queue, asked, made: done, finish } = openQueue()
    queue.update([wanted('a', 1)])
    for (const serial of [2, 3, 4]) queue.update([wanted('a', serial)])
    await finish(made('a', 1))
    expect(asked).toEqual(['a', 'a'])
    await finish(made('a', 4))
    expect(asked).toHaveLength(2)
    expect(done.map(({ serial }) => serial)).toEqual([1, 4])
  })

  test('is content with a later serial than it knew of', async () => {
    const { queue, asked, finish } = openQueue()
    queue.update([wanted('a', 1)])
    await finish(made('a', 2))
    expect(queue.behind()).toEqual([])
    queue.update([wanted('a', 2)])
    expect(asked).toHaveLength(1)
  })

  test('takes the same serial with another state for another', async () => {
    const { queue, asked, finish } = openQueue()
    queue.update([wanted('a', 1)])
    await finish({ ...made('a', 1), state: 'of another history' })
    expect(asked).toHaveLength(2)
  })

  test('goes on with the others when one fails, and tells it once however often it tries', async () => {
    const { queue, asked, told, clock, finish } = openQueue()
    queue.update([wanted('bad', 1, 1), wanted('good', 1, 2)])
    await finish(new Fault('zone/invalid', 'expected a zone'))
    expect(asked).toEqual(['bad', 'good'])
    await finish(made('good', 1))
    expect(queue.behind()).toMatchObject([{ list: { id: 'bad' }, fault: 'zone/invalid' }])
    queue.retry()
    expect(asked).toHaveLength(2)
    clock.atMs = 10_000
    queue.retry()
    expect(asked).toEqual(['bad', 'good', 'bad'])
    await finish(new Fault('zone/invalid', 'expected a zone'))
    expect(told).toEqual(['bad: expected a zone'])
    clock.atMs = 20_000
    queue.retry()
    expect(asked).toHaveLength(3)
  })

  test('tries the next serial of a list that failed at once, and tells its fault anew', async () => {
    const { queue, asked, told, finish } = openQueue()
    queue.update([wanted('bad', 1)])
    await finish(new Fault('system/full', 'the disk is full'))
    queue.update([wanted('bad', 2)])
    expect(asked).toHaveLength(2)
    await finish(new Fault('system/full', 'the disk is full'))
    expect(told).toHaveLength(2)
  })

  test('is done with a list that has no zone any more', async () => {
    const { queue, made: done, finish } = openQueue()
    queue.update([wanted('a', 1)])
    await finish(null)
    expect(done).toEqual([])
    expect(queue.behind()).toEqual([])
  })

  test('tells no fault of what nobody wants any more', async () => {
    const { queue, told, finish } = openQueue()
    queue.update([wanted('a', 1)])
    queue.update([])
    await finish(new Error('the thread has ended'))
    expect(told).toEqual([])
  })
})
