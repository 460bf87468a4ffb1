import type { MacChain } from '../dns/mac-desk.ts'
import { signRun } from '../dns/tsig-run.ts'
import type { MessageRun, RunWraps } from '../dns/wire/message-run.ts'
import type { TsigKey } from '../dns/zone-source.ts'
import type { MacThread } from './dns-mac-worker.ts'

/** What a thread is chosen by. */
export interface ChainState {
  /** The run to be signed next. */
  readonly run: MessageRun
  /** What the chain has signed so far. */
  readonly signedBytes: number
  /** Where it signs, and how many of its runs wait there. */
  readonly thread: MacThread | null
  readonly waiting: number
}

export interface ChainDeps {
  readonly key: TsigKey
  /** By which threads know it. */
  readonly number: number
  /** The thread for the next run; null: it is to be signed here. */
  readonly pick: (state: ChainState) => MacThread | null
}

interface Wanted {
  readonly run: MessageRun
  readonly now: number
  readonly isFirst: boolean
  readonly resolve: (wraps: RunWraps) => void
}

/** Enough that a thread has the next run when it is done with one, and few enough that the chain can move soon. */
const MAX_WAITING = 2

/**
 * Runs of one chain go on from each other, so it is with one thread at a time: it moves to another only when none of its runs waits
 * in the one before.
 */
export class ThreadedChain implements MacChain {
  readonly #deps: ChainDeps
  readonly #wanted: Wanted[] = []
  #prior: Uint8Array
  #isFirst = true
  #thread: MacThread | null = null
  #waiting = 0
  #signedBytes = 0

  constructor(deps: ChainDeps, questionMac: Uint8Array) {
    this.#deps = deps
    this.#prior = questionMac
  }

  sign(run: MessageRun, now: number): Promise<RunWraps> {
    const isFirst = this.#isFirst
    this.#isFirst = false
    return new Promise((resolve) => {
      this.#wanted.push({ run, now, isFirst, resolve })
      this.#giveOut()
    })
  }

  close(): void {
    this.#moveTo(null)
  }

  #giveOut(): void {
    for (let next = this.#wanted[0]; next !== undefined; next = this.#wanted[0]) {
      if (this.#waiting >= MAX_WAITING) return
      const { run } = next
      const { pick } = this.#deps
      const [signedBytes, waiting] = [this.#signedBytes, this.#waiting]
      const thread = pick({ run, signedBytes, thread: this.#thread, waiting })
      // It moves when what is on the way is there.
      if (thread !== this.#thread && this.#waiting > 0) return
      this.#moveTo(thread)
      this.#wanted.shift()
      this.#signedBytes += run.records.length
      if (thread === null) next.resolve(this.#signHere(next))
      else this.#signIn(thread, next)
    }
  }

  #signIn(thread: MacThread, wanted: Wanted): void {
    const { key, number: chain } = this.#deps
    const { run, now, isFirst } = wanted
    const prior = this.#waiting === 0 ? this.#prior : null
    this.#waiting++
    thread.sign({ chain, key, prior, isFirst, now, run }, (wraps) => {
      this.#waiting--
      wanted.resolve(wraps === null ? this.#signHere(wanted) : this.#took(wraps))
      this.#giveOut()
    })
  }

  #signHere({ run, now, isFirst }: Wanted): RunWraps {
    return this.#took(signRun(run, { key: this.#deps.key, prior: this.#prior, isFirst, now }))
  }

  #took(wraps: RunWraps): RunWraps {
    this.#prior = wraps.mac ?? this.#prior
    return wraps
  }

  #moveTo(thread: MacThread | null): void {
    if (thread === this.#thread) return
    this.#thread?.close(this.#deps.number)
    this.#thread = thread
  }
}
