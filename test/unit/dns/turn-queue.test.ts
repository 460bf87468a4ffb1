import { expect, test } from 'vitest'
import { TurnQueue } from '../../../src/dns/turn-queue.ts'

/** Asks for turns, and notes in which order they come. */
function ask(queue: TurnQueue, order: string[], names: readonly string[]) {
  return names.map((name) => {
    const turn = queue.ask(name[0]!)
    void turn.come.then(() => order.push(name))
    return turn
  })
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

test('lets as many be at work as may be, and the next when one leaves', async () => {
  const queue = new TurnQueue({ all: 2, each: 2 })
  const order: string[] = []
  const turns = ask(queue, order, ['a1', 'b1', 'c1'])
  await settle()
  expect(order).toEqual(['a1', 'b1'])
  expect(turns.map(({ isNow }) => isNow)).toEqual([true, true, false])
  expect([queue.atWork, queue.waiting]).toEqual([2, 1])
  turns[0]!.leave()
  await settle()
  expect(order).toEqual(['a1', 'b1', 'c1'])
  expect([queue.atWork, queue.waiting]).toEqual([2, 0])
})

test('serves askers in turn, however many turns one has asked for', async () => {
  const queue = new TurnQueue({ all: 1, each: 1 })
  const order: string[] = []
  const names = ['a0', 'a1', 'a2', 'a3', 'b1', 'c1', 'c2']
  const turns = ask(queue, order, names)
  while (order.length < names.length) {
    await settle()
    turns[names.indexOf(order.at(-1)!)]!.leave()
  }
  expect(order).toEqual(['a0', 'a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
})

test('passes over who has left while waiting, and counts nobody twice', async () => {
  const queue = new TurnQueue({ all: 1, each: 1 })
  const order: string[] = []
  const [first, second, third] = ask(queue, order, ['a1', 'b1', 'c1'])
  second!.leave()
  second!.leave()
  expect([queue.atWork, queue.waiting]).toEqual([1, 1])
  first!.leave()
  first!.leave()
  await settle()
  expect(order).toEqual(['a1', 'c1'])
  third!.leave()
  expect([queue.atWork, queue.waiting]).toEqual([0, 0])
})

test('lets no asker have more than its part, and gives what it leaves to others', async () => {
  const queue = new TurnQueue({ all: 4, each: 2 })
  const order: string[] = []
  const turns = ask(queue, order, ['a1', 'a2', 'a3', 'b1', 'a4'])
  await settle()
  expect(order).toEqual(['a1', 'a2', 'b1'])
  expect([queue.atWork, queue.waiting]).toEqual([3, 2])
  // There is room, but not for this one.
  turns[3]!.leave()
  await settle()
  expect(order).toEqual(['a1', 'a2', 'b1'])
  turns[0]!.leave()
  await settle()
  expect(order).toEqual(['a1', 'a2', 'b1', 'a3'])
  for (const turn of turns) turn.leave()
  expect([queue.atWork, queue.waiting]).toEqual([0, 0])
})
