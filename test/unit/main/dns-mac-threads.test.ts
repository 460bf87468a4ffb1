import { describe, expect, onTestFinished, test } from 'vitest'
import { type MacDesk, inlineMacDesk } from '../../../src/dns/mac-desk.ts'
import type { MessageRun, RunWraps } from '../../../src/dns/wire/message-run.ts'
import { type MacThreadsOptions, openMacThreads } from '../../../src/main/dns-mac-threads.ts'
import { until } from '../../support/dns-host.ts'
import { fakeKey, room } from '../../support/fake-zones.ts'

const NOW = 1_800_000_000
const QUESTION_MAC = new Uint8Array(32).fill(9)

/** With threads that have started. */
async function open(options: Partial<MacThreadsOptions> = {}) {
  const threads = openCold(options)
  await signAll(threads, runs(1))
  await until(() => threads.ready() > 0)
  return threads
}

function openCold(options: Partial<MacThreadsOptions> = {}) {
  const url = new URL('../../../dist/main/dns-mac-thread.js', import.meta.url)
  const threads = openMacThreads({ threads: 2, smallRunBytes: 0, startBytes: 0, url, ...options })
  onTestFinished(() => threads.close())
  return threads
}

/** Runs of some messages with some octets each. */
function runs(count: number, { shared = true, bytes = 5000 } = {}): MessageRun[] {
  return Array.from({ length: count }, (_, number) => {
    const records = new Uint8Array(room(bytes * 3, shared))
    records.fill(number)
    return {
      ...{ id: 7, flags: 0x8400, question: new Uint8Array(14), opt: new Uint8Array(11) },
      ...{ records, ends: [bytes, bytes * 2, bytes * 3], counts: [1, 2, 3] },
    }
  })
}

/** All runs are asked for before the first is there, as a transfer does that signs ahead. */
async function signAll(desk: MacDesk, all: readonly MessageRun[], name?: string) {
  const chain = desk.open(fakeKey(name), QUESTION_MAC)
  const wraps = await Promise.all(all.map(async (run) => chain.sign(run, NOW)))
  chain.close()
  return wraps.map(plain)
}

function plain({ bytes, mac }: RunWraps): string {
  return `${Buffer.from(bytes).toString('hex')} ${Buffer.from(mac!).toString('hex')}`
}

describe('threads sign what one thread would sign', () => {
  test.each([
    ['in shared memory', true],
    ['in memory of their own', false],
  ])('of sections %s', async (_, shared) => {
    const threads = await open()
    const all = runs(5, { shared })
    expect(await signAll(threads, all)).toEqual(await signAll(inlineMacDesk, all))
    expect(threads.ready()).toBeGreaterThan(0)
  })

  test('for many chains and keys at one time, which move to the thread that has less to do', async () => {
    const threads = await open()
    const names = Array.from({ length: 12 }, (_, i) => `key${i % 3}.test`)
    const all = runs(40, { bytes: 20_000 })
    const signed = await Promise.all(names.map((name) => signAll(threads, all, name)))
    for (const [i, name] of names.entries()) {
      expect(signed[i]).toEqual(await signAll(inlineMacDesk, all, name))
    }
    expect(threads.running()).toBeLessThanOrEqual(2)
  })

  test('for a chain that asks for one run after the other', async () => {
    const threads = await open()
    const chain = threads.open(fakeKey(), QUESTION_MAC)
    const all = runs(5)
    const signed: string[] = []
    for (const run of all) signed.push(plain(await chain.sign(run, NOW)))
    expect(signed).toEqual(await signAll(inlineMacDesk, all))
  })

  test('for a chain of which only some runs are large enough for a thread', async () => {
    const threads = await open({ smallRunBytes: 10_000 })
    const all = [...runs(1), ...runs(1, { bytes: 10 }), ...runs(2), ...runs(2, { bytes: 10 })]
    expect(await signAll(threads, all)).toEqual(await signAll(inlineMacDesk, all))
  })

  test('when a thread dies at its work', async () => {
    const dying = `import { parentPort } from 'node:worker_threads'
      parentPort.on('message', () => process.exit(1))`
    const url = new URL(`data:text/javascript,${encodeURIComponent(dying)}`)
    const threads = await open({ url })
    const all = runs(5)
    expect(await signAll(threads, all)).toEqual(await signAll(inlineMacDesk, all))
    expect(threads.running()).toBe(0)
  })

  test('when they are closed before all is signed, and afterwards', async () => {
    const threads = await open()
    const all = runs(5)
    const signed = signAll(threads, all)
    await threads.close()
    expect(await signed).toEqual(await signAll(inlineMacDesk, all))
    expect(await signAll(threads, all)).toEqual(await signAll(inlineMacDesk, all))
    expect(threads.running()).toBe(0)
  })
})

describe('there is no thread', () => {
  test('before there is much to sign, and none when that is over', async () => {
    const threads = openCold({ idleMs: 20, smallRunBytes: 10_000, startBytes: 50_000 })
    await signAll(threads, runs(50, { bytes: 1000 }))
    await signAll(threads, runs(4))
    expect(threads.running()).toBe(0)
    await signAll(threads, runs(5))
    expect(threads.running()).toBe(1)
    await until(() => threads.ready() === 1)
    await until(() => threads.running() === 0)
    await signAll(threads, runs(5))
    expect(threads.running()).toBe(1)
  })

  test('that is waited for while it starts', async () => {
    const threads = openCold()
    await signAll(threads, runs(2))
    expect([threads.running(), threads.ready()]).toEqual([1, 0])
  })
})

test('without threads all is signed where it is asked for', async () => {
  const threads = openCold({ threads: 0 })
  const all = runs(3)
  expect(await signAll(threads, all)).toEqual(await signAll(inlineMacDesk, all))
  expect(threads.running()).toBe(0)
})
