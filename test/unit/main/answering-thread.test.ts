import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AnsweringThread } from '../../../src/main/answering-thread.ts'
import { problemOf } from '../../../src/platform/problem.ts'

/** The other side in short: tells its thread, dies, or says why it ends. */
const CODE = `
  import { parentPort, threadId, workerData } from 'node:worker_threads'
  if (workerData.isBroken) throw new Error('broken')
  parentPort.on('message', ({ kind, id, url }) => {
    if (kind === 'close') parentPort.close()
    if (kind !== 'request') return
    if (url === '/die') process.exit(1)
    if (url === '/throw') throw new Error('thrown')
    if (url === '/hang') return
    if (url === '/fault') parentPort.postMessage({ kind: 'fault', code: 'store/full', message: 'no room', cause: 'ENOSPC' })
    if (url === '/bug') parentPort.postMessage({ kind: 'bug', message: 'a bug', stack: 'at x' })
    if (url === '/end') {
      parentPort.postMessage({ kind: 'ending' })
      parentPort.close()
      return
    }
    parentPort.postMessage({ kind: 'head', id, status: 200, headers: [] })
    parentPort.postMessage({ kind: 'piece', id, bytes: Buffer.from(String(threadId)) })
    parentPort.postMessage({ kind: 'end', id })
  })`

let nowMs = 0
let isBroken = false
let faults: unknown[] = []
let sent: number[] = []
let thread: AnsweringThread
let url: string
let stop: () => void

beforeEach(async () => {
  ;[nowMs, isBroken, faults, sent] = [0, false, [], []]
  thread = new AnsweringThread({
    url: new URL(`data:text/javascript,${encodeURIComponent(CODE)}`),
    workerData: () => ({ isBroken }),
    limits: {
      maxWaiting: 4,
      idleMs: 60_000,
      maxBodyBytes: 10,
      pace: { graceMs: 60_000, bytesPerSecond: 1, maxMs: 60_000 },
    },
    onFault: (error) => faults.push(error),
    nowMs: () => nowMs,
  })
  const server = createServer((request, response) => {
    thread.forward(request, response).then(
      (bytes) => sent.push(bytes),
      (error: unknown) => response.writeHead(problemOf(error).status).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = () => {
    server.closeAllConnections()
    server.close()
  }
})

afterEach(async () => {
  stop()
  await thread.close(0)
})

const statusOf = async (path: string): Promise<number> => (await fetch(url + path)).status
const threadId = async (): Promise<string> => (await fetch(url)).text()

describe('a thread that answers requests', () => {
  it('is started by the first, and answers all', async () => {
    expect(thread.isRunning()).toBe(false)
    const first = await threadId()
    expect(await threadId()).toBe(first)
    expect(sent).toEqual([first.length, first.length])
    expect(faults).toEqual([])
  })

  it.each(['/die', '/throw'])(
    'is told of when %s ends it, and starts again after a pause',
    async (path) => {
      const first = await threadId()
      expect(await statusOf(path)).toBe(503)
      expect(faults.map(String)).toEqual(['Error: the thread that answers requests has died'])
      nowMs = 999
      expect(await statusOf('/')).toBe(503)
      expect(thread.isRunning()).toBe(false)
      nowMs = 1000
      expect(await threadId()).not.toBe(first)
    },
  )

  it('waits the longer the oftener it dies', async () => {
    await statusOf('/die')
    nowMs = 1000
    await statusOf('/die')
    nowMs = 2999
    expect(await statusOf('/')).toBe(503)
    nowMs = 3000
    expect(await statusOf('/')).toBe(200)
  })

  it('answers 503 when it cannot even begin', async () => {
    isBroken = true
    expect(await statusOf('/')).toBe(503)
    expect(faults).toMatchObject([{ cause: { message: 'broken' } }])
  })

  it('tells what went wrong in it, in its own words', async () => {
    expect(await statusOf('/fault')).toBe(200)
    expect(await statusOf('/bug')).toBe(200)
    expect(faults).toMatchObject([
      { code: 'store/full', message: 'no room', cause: { message: 'ENOSPC' } },
      { message: 'a bug', stack: 'at x' },
    ])
  })

  it('that has told why it ends is not told of once more, and pauses all the same', async () => {
    expect(await statusOf('/end')).toBe(503)
    expect(faults).toEqual([])
    expect(await statusOf('/')).toBe(503)
  })

  it('ends when it is closed, also while somebody waits, and starts no more', async () => {
    const hanging = statusOf('/hang')
    await threadId()
    await thread.close(60_000)
    expect(await hanging).toBe(503)
    expect(thread.isRunning()).toBe(false)
    expect(await statusOf('/')).toBe(503)
    expect(faults).toEqual([])
  })
})
