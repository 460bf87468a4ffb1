import { expect, test } from 'vitest'
import { ExportQueue } from '../../../src/distribute/export-queue.ts'
import type { ExportFiles, StoredList } from '../../../src/distribute/ports.ts'
import { definition } from '../../support/edge-builder.ts'

const LIST: StoredList = { rowId: 1, id: 'a', place: 'a', definition: definition('a', 'public') }
const FILES: ExportFiles = {
  ...{ plain: { path: '', bytes: 0 }, gzip: null, br: null, signature: null },
}

interface Making {
  readonly what: string
  readonly end: () => void
  readonly fail: (error: Error) => void
}

/** A queue whose makings end when the test says so. */
function openQueue(maxWaiting = 10): {
  readonly queue: ExportQueue
  readonly making: Making[]
  readonly faults: unknown[]
} {
  const making: Making[] = []
  const faults: unknown[] = []
  const maker = {
    keepOnly: () => Promise.resolve(),
    make: (_: StoredList, format: string, serial: number) =>
      new Promise<ExportFiles>((resolve, reject) => {
        making.push({ what: `${format} ${serial}`, end: () => resolve(FILES), fail: reject })
      }),
  }
  const onFault = (error: unknown): void => void faults.push(error)
  return { queue: new ExportQueue({ maker, maxWaiting, onFault }), making, faults }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('makes one export at a time, each once', async () => {
  const { queue, making } = openQueue()
  const asked = [
    queue.demand(LIST, 'rpz', 1),
    queue.demand(LIST, 'hosts', 1),
    queue.demand(LIST, 'rpz', 1),
  ]
  await turn()
  expect(making.map(({ what }) => what)).toEqual(['rpz 1'])
  making[0]!.end()
  await turn()
  expect(making.map(({ what }) => what)).toEqual(['rpz 1', 'hosts 1'])
  making[1]!.end()
  expect(await Promise.all(asked)).toEqual([FILES, FILES, FILES])
  expect(queue.length).toBe(0)
})

test('makes what somebody waits for before what is made ahead', async () => {
  const { queue, making } = openQueue()
  queue.prepare(LIST, 'csv', 1)
  queue.prepare(LIST, 'json', 1)
  await turn()
  void queue.demand(LIST, 'rpz', 1)
  making[0]!.end()
  await turn()
  expect(making.map(({ what }) => what)).toEqual(['csv 1', 'rpz 1'])
})

test('refuses one more than may wait', async () => {
  const { queue } = openQueue(2)
  void queue.demand(LIST, 'rpz', 1)
  await turn()
  void queue.demand(LIST, 'rpz', 2)
  void queue.demand(LIST, 'rpz', 3)
  await expect(queue.demand(LIST, 'rpz', 4)).rejects.toMatchObject({ code: 'serve/busy' })
})

test('tells a failure to those who wait, and otherwise to the log', async () => {
  const { queue, making, faults } = openQueue()
  const asked = queue.demand(LIST, 'rpz', 1)
  await turn()
  making[0]!.fail(new Error('one'))
  await expect(asked).rejects.toThrow('one')
  expect(faults).toEqual([])
  queue.prepare(LIST, 'rpz', 1)
  await turn()
  making[1]!.fail(new Error('two'))
  await turn()
  expect(faults).toMatchObject([{ message: 'two' }])
})

test('gives up what waits for an older serial, unless somebody waits for it', async () => {
  const { queue, making } = openQueue()
  void queue.demand(LIST, 'rpz', 1)
  await turn()
  queue.prepare(LIST, 'csv', 1)
  void queue.demand(LIST, 'hosts', 1)
  queue.forgetOlder(LIST, 2)
  expect(queue.length).toBe(1)
  making[0]!.end()
  await turn()
  expect(making.map(({ what }) => what)).toEqual(['rpz 1', 'hosts 1'])
})
