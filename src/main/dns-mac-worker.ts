import type { KeyObject } from 'node:crypto'
import { Worker } from 'node:worker_threads'
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

/** What a thread allocates is small and short-lived: without a limit it would keep tens of megabytes for it. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 }

/** A run to be signed. */
export interface ThreadJob extends Omit<Extract<MacAsk, { ask: 'sign' }>, 'ask' | 'id' | 'key'> {
  readonly key: TsigKey
}

/** What was asked for, or null from a thread that died before it had it. */
export type Taker = (wraps: RunWraps | null) => void

export interface ThreadDeps {
  readonly keys: KeyNumbers
  readonly idleMs: number
  readonly url: URL
}

/** A thread, and what it has been asked for and has not answered yet. */
export class MacThread {
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
export class KeyNumbers {
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
