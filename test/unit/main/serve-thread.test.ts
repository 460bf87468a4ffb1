import { afterEach, expect, test } from 'vitest'
import { openThread, type Thread } from '../../../src/main/serve-thread.ts'

/** Answers with its own number; ends when it is asked to die, and never answers when it is asked to wait. */
const CODE = `
  import { parentPort, threadId } from 'node:worker_threads'
  parentPort.on('message', ({ id, question }) => {
    if (question === 'die') process.exit(1)
    if (question !== 'wait') parentPort.postMessage({ id, answer: threadId })
  })`
const URL_OF_CODE = new URL(`data:text/javascript,${encodeURIComponent(CODE)}`)

let thread: Thread

afterEach(() => thread.close(0))

function open(idleMs: number): void {
  thread = openThread(URL_OF_CODE, { workerData: null, idleMs })
}

test('a thread answers many questions', async () => {
  open(60_000)
  const answers = await Promise.all([thread.ask('a'), thread.ask('b')])
  expect(new Set([...answers, await thread.ask('c')]).size).toBe(1)
})

test('a thread that nobody asks ends, and the next question starts another', async () => {
  open(1)
  const first = await thread.ask('a')
  await expect.poll(() => thread.isRunning()).toBe(false)
  expect(await thread.ask('b')).not.toBe(first)
})

test('a thread that works does not end', async () => {
  open(1)
  await thread.ask('a')
  const waiting = thread.ask('wait')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(thread.isRunning()).toBe(true)
  expect(thread.waiting()).toBe(1)
  await thread.close(0)
  await expect(waiting).rejects.toThrow('has ended')
})

test('a thread that died has its questions refused, and the next one starts another', async () => {
  open(60_000)
  const first = await thread.ask('a')
  await expect(thread.ask('die')).rejects.toThrow('has ended')
  expect(await thread.ask('b')).not.toBe(first)
})
