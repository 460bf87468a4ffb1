import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import { readPulls, writePulls } from './pull-file.ts'
import type { ListPull, SubscriberPulls } from './pull.ts'

export interface PullLedgerDeps {
  /** `DATA/pulls.json`. */
  readonly path: string
  readonly now: Clock
  /** Told once, until writing succeeds again. */
  readonly onFault: (fault: Fault) => void
  readonly limits?: PullLimits
}

export interface PullLimits {
  readonly maxSubscribers: number
  /** Lists of one subscriber. */
  readonly maxLists: number
  /** Of whom nothing was heard for so long is dropped when the ledger is opened. */
  readonly forgetMs: number
}

export const PULL_LIMITS: PullLimits = {
  ...{ maxSubscribers: 5_000, maxLists: 200 },
  forgetMs: 90 * 86_400_000,
}

/** How often what is new is written down, all of it at once. A crash loses no more. */
export const PULL_WRITE_INTERVAL_MS = 10_000

interface Row {
  askedAtMs: number
  readonly lists: Map<string, ListPull>
}

/**
 * What each subscriber has fetched over HTTP. To note a request is to put a number into a map: nothing is written while anybody is served.
 * It is bounded: whoever was heard of the longest ago makes room.
 */
export class PullLedger {
  readonly #deps: PullLedgerDeps
  readonly #limits: PullLimits
  /** By name, the one heard of the longest ago first. */
  readonly #rows = new Map<string, Row>()
  #isNew = false
  #isFailing = false
  #writing: Promise<void> = Promise.resolve()
  readonly #timer: NodeJS.Timeout

  constructor(deps: PullLedgerDeps) {
    this.#deps = deps
    this.#limits = deps.limits ?? PULL_LIMITS
    this.#load()
    this.#timer = setInterval(() => void this.flush(), PULL_WRITE_INTERVAL_MS).unref()
  }

  /** It asked for something with its token; `list` and `serial` are null where that says of no serial that it has it. */
  note(subscriber: string, has: { readonly list: string; readonly serial: number } | null): void {
    const atMs = this.#deps.now().getTime()
    const row = this.#rows.get(subscriber) ?? { askedAtMs: atMs, lists: new Map() }
    row.askedAtMs = atMs
    if (has !== null) this.#put(row, { ...has, atMs })
    // To the end: the first makes room.
    this.#rows.delete(subscriber)
    this.#rows.set(subscriber, row)
    if (this.#rows.size > this.#limits.maxSubscribers) dropFirst(this.#rows)
    this.#isNew = true
  }

  all(): SubscriberPulls[] {
    return [...this.#rows].map(([subscriber, { askedAtMs, lists }]) => {
      return { subscriber, askedAtMs, lists: [...lists.values()] }
    })
  }

  /** Writes down what is new; when nothing can be written, that is said, and nothing else stops. */
  async flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }

  #put({ lists }: Row, pull: ListPull): void {
    lists.delete(pull.list)
    lists.set(pull.list, pull)
    if (lists.size > this.#limits.maxLists) dropFirst(lists)
  }

  async #write(): Promise<void> {
    if (!this.#isNew) return
    this.#isNew = false
    try {
      await writePulls(this.#deps.path, this.all())
      this.#isFailing = false
    } catch (error) {
      this.#isNew = true
      this.#fail('write', error)
    }
  }

  #load(): void {
    const oldest = this.#deps.now().getTime() - this.#limits.forgetMs
    try {
      for (const { subscriber, askedAtMs, lists } of readPulls(this.#deps.path)) {
        if (askedAtMs < oldest) continue
        const byId = new Map(lists.map((pull): [string, ListPull] => [pull.list, pull]))
        this.#rows.set(subscriber, { askedAtMs, lists: byId })
      }
    } catch (error) {
      this.#fail('read', error)
    }
  }

  #fail(what: 'read' | 'write', cause: unknown): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const why = cause instanceof Error ? cause.message : String(cause)
    this.#deps.onFault(
      new Fault('serve/ledger', `expected to ${what} what subscribers have fetched, got ${why}`, {
        cause,
      }),
    )
  }
}

function dropFirst(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key)
    return
  }
}
