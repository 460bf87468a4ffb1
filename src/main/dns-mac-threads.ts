import type { KeyObject } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { MAC_THREAD_IDLE_MS, SMALL_RUN_BYTES, THREAD_START_BYTES } from '../dns/limits.ts'
import type { MacChain, MacDesk } from '../dns/mac-desk.ts'
import { signRun } from '../dns/tsig-run.ts'
import type { MessageRun, RunWraps } from '../dns/wire/message-run.ts'
import type { TsigKey } from '../dns/zone-source.ts'

/** What a thread is told. A run without the MAC before goes on where the last of its chain ended. */
export type MacAsk =
  | { readonly ask: 'key'; readonly id: number; readonly key: TsigKey }
  | {
      readonly ask: 'sign'
      readonly id: number
      readonly chain: number
      readonly key: number
      readonly prior: Uint8Array | null
      readonly isFirst: boolean
      readonly now: number
      readonly run: MessageRun
    }
  | { readonly ask: 'close'; readonly chain: number }

export interface MacAnswer {
  readonly id: number
  readonly wraps: RunWraps
}

export interface MacThreads extends MacDesk {
  /** Threads that are running or starting. */
  readonly running: () => number
  /** Those of them that sign. */
  readonly ready: () => number
  /** Ends the threads; what they had to sign is signed here. */
  readonly close: () => Promise<void>
}

export interface MacThreadsOptions {
  /** At most; no more than there are processors. 0: everything is signed where it is asked for. */
  readonly threads: number
  readonly idleMs?: number
  /** Runs with fewer bytes are signed at once, in the thread that asks. */
  readonly smallRunBytes?: number
  /** How much a chain signs without a thread before one is started. */
  readonly startBytes?: number
  /** The compiled thread, where that is not beside this file. */
  readonly url?: URL
}

/** What a thread allocates is small and short-lived: without a limit it would keep tens of megabytes for it. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 }

/**
 * Signs transfers in threads of their own, so that signing and sending share the processors, even for a single asker. Threads are started
 * when there is much to sign, and ended when there has been nothing for a while. Until one has started, and when one dies, its work
 * is done here: nothing waits for a start, and nothing is ever lost.
 */
export function openMacThreads(options: MacThreadsOptions): MacThreads {
  const { idleMs = MAC_THREAD_IDLE_MS, smallRunBytes = SMALL_RUN_BYTES } = options
  const { startBytes = THREAD_START_BYTES } = options
  const { url = new URL('./dns-mac-thread.js', import.meta.url) } = options
  const maxThreads = Math.min(options.threads, availableParallelism())
  const keys = new KeyNumbers()
  const threads = new Set<MacThread>()
  let isClosed = false
  let lastChain = 0
  let restUntilMs = 0

  /** The one with the least to do. While all have something to do, or there is none, one is started for the next time. */
  function pick(run: MessageRun, signedBytes: number): MacThread | null {
    if (run.records.length < smallRunBytes) return null
    let best: MacThread | null = null
    for (const one of threads) {
      if (one.isReady && (best === null || one.waiting < best.waiting)) best = one
    }
    if (signedBytes >= startBytes && best?.waiting !== 0) startOne()
    return best
  }

  function startOne(): void {
    // One that died would perhaps die again at once.
    const mayStart = !isClosed && performance.now() >= restUntilMs
    const isStarting = [...threads].some(({ isReady }) => !isReady)
    if (!mayStart || isStarting || threads.size >= maxThreads) return
    const started = new MacThread({ keys, idleMs, url }, (hasFailed) => {
      threads.delete(started)
      if (hasFailed) restUntilMs = performance.now() + MAC_THREAD_IDLE_MS
    })
    threads.add(started)
  }

  return {
    open: (key, questionMac) => new ThreadedChain({ pick, key, number: ++lastChain }, questionMac),
    running: () => threads.size,
    ready: () => [...threads].filter(({ isReady }) => isReady).length,
    close: async () => {
      isClosed = true
      await Promise.all([...threads].map((thread) => thread.end()))
    },
  }
}

interface ChainDeps {
  readonly pick: (run: MessageRun, signedBytes: number) => MacThread | null
  readonly key: TsigKey
  readonly number: number
}

/** Stays with one thread while that has runs of it, for the runs go on from each other; then takes the one with the least to do. */
class ThreadedChain implements MacChain {
  readonly #deps: ChainDeps
  #prior: Uint8Array
  #isFirst = true
  #thread: MacThread | null = null
  #waiting = 0
  #signedBytes = 0

  constructor(deps: ChainDeps, questionMac: Uint8Array) {
    this.#deps = deps
    this.#prior = questionMac
  }

  sign(run: MessageRun, now: number): Promise<RunWraps> | RunWraps {
    const { key, number: chain } = this.#deps
    const isFirst = this.#isFirst
    this.#isFirst = false
    const isAlone = this.#waiting === 0
    if (isAlone) this.#move(run)
    this.#signedBytes += run.records.length
    const here = (): RunWraps => signRun(run, { key, prior: this.#prior, isFirst, now })
    const thread = this.#thread
    if (thread === null) return this.#took(here())
    this.#waiting++
    const prior = isAlone ? this.#prior : null
    return new Promise((resolve) => {
      thread.sign({ chain, key, prior, isFirst, now, run }, (wraps) => {
        this.#waiting--
        resolve(this.#took(wraps ?? here()))
      })
    })
  }

  close(): void {
    this.#thread?.close(this.#deps.number)
    this.#thread = null
  }

  #move(run: MessageRun): void {
    const next = this.#deps.pick(run, this.#signedBytes)
    if (next !== this.#thread) this.close()
    this.#thread = next
  }

  #took(wraps: RunWraps): RunWraps {
    this.#prior = wraps.mac ?? this.#prior
    return wraps
  }
}

interface ThreadJob extends Omit<Extract<MacAsk, { ask: 'sign' }>, 'ask' | 'id' | 'key'> {
  readonly key: TsigKey
}

/** What was asked for, or null from a thread that died before it had it. */
type Taker = (wraps: RunWraps | null) => void

interface ThreadDeps {
  readonly keys: KeyNumbers
  readonly idleMs: number
  readonly url: URL
}

class MacThread {
  readonly #worker: Worker
  readonly #keys: KeyNumbers
  readonly #told = new Set<number>()
  readonly #takers = new Map<number, Taker>()
  readonly #idleMs: number
  readonly #onEnd: (hasFailed: boolean) => void
  #lastId = 0
  #idle: NodeJS.Timeout | null = null
  #isDead = false
  #isReady = false

  constructor({ keys, idleMs, url }: ThreadDeps, onEnd: (hasFailed: boolean) => void) {
    this.#worker = new Worker(url, { resourceLimits: RESOURCE_LIMITS })
    this.#keys = keys
    this.#idleMs = idleMs
    this.#onEnd = onEnd
    this.#worker.unref()
    this.#worker.once('online', () => {
      this.#isReady = true
      this.#rest(true)
    })
    this.#worker.on('message', ({ id, wraps }: MacAnswer) => this.#take(id, wraps))
    this.#worker.on('error', () => this.#die(true))
    this.#worker.on('exit', () => this.#die(true))
  }

  get isReady(): boolean {
    return this.#isReady && !this.#isDead
  }

  get waiting(): number {
    return this.#takers.size
  }

  sign({ key, run, ...job }: ThreadJob, taker: Taker): void {
    if (this.#isDead) {
      taker(null)
      return
    }
    this.#rest(false)
    const id = ++this.#lastId
    this.#takers.set(id, taker)
    const number = this.#tell(key)
    this.#post({ ask: 'sign', id, ...job, key: number, run: forThread(run) })
  }

  close(chain: number): void {
    if (!this.#isDead) this.#post({ ask: 'close', chain })
  }

  async end(): Promise<void> {
    this.#die(false)
    await this.#worker.terminate()
  }

  #tell(key: TsigKey): number {
    const id = this.#keys.of(key)
    if (!this.#told.has(id)) {
      this.#told.add(id)
      const { name, algorithm, secret } = key
      this.#post({ ask: 'key', id, key: { name, algorithm, secret } })
    }
    return id
  }

  #post(ask: MacAsk): void {
    this.#worker.postMessage(ask)
  }

  #take(id: number, wraps: RunWraps): void {
    const taker = this.#takers.get(id)
    this.#takers.delete(id)
    if (this.#takers.size === 0) this.#rest(true)
    taker?.(wraps)
  }

  #rest(isIdle: boolean): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = isIdle ? setTimeout(() => void this.end(), this.#idleMs).unref() : null
  }

  /** In the order in which they were asked, so that each finds the MAC before. */
  #die(hasFailed: boolean): void {
    if (this.#isDead) return
    this.#isDead = true
    this.#rest(false)
    this.#onEnd(hasFailed)
    for (const taker of this.#takers.values()) taker(null)
    this.#takers.clear()
  }
}

/** A number for each key, by which threads know it: its secret crosses once, without being exported. */
class KeyNumbers {
  readonly #numbers = new WeakMap<KeyObject, Map<string, number>>()
  #last = 0

  of({ name, algorithm, secret }: TsigKey): number {
    const ofSecret = this.#numbers.get(secret) ?? new Map<string, number>()
    this.#numbers.set(secret, ofSecret)
    const number = ofSecret.get(`${algorithm} ${name}`) ?? ++this.#last
    ofSecret.set(`${algorithm} ${name}`, number)
    return number
  }
}

/** A view of memory that is not shared would take all of its memory along. */
function forThread(run: MessageRun): MessageRun {
  const records =
    run.records.buffer instanceof SharedArrayBuffer ? run.records : new Uint8Array(run.records)
  return { ...run, records }
}
