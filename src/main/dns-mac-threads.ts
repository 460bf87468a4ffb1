import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { MAC_THREAD_IDLE_MS, SMALL_RUN_BYTES, THREAD_START_BYTES } from '../dns/limits.ts'
import type { MacDesk } from '../dns/mac-desk.ts'
import { type ChainState, ThreadedChain } from './dns-mac-chain.ts'
import { KeyNumbers, MacThread } from './dns-mac-worker.ts'

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

/** By how many runs less another thread must be loaded to move there. */
const MOVE_LOAD = 2

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

  /**
   * The one with the least to do for others; it must be much less than where the chain is, for moving takes time. While all have
   * something to do, or there is none, one is started for the next time.
   */
  function pick({ run, signedBytes, thread: own, waiting }: ChainState): MacThread | null {
    if (run.records.length < smallRunBytes) return null
    let [best, load] = own?.isReady ? [own, own.waiting - waiting - MOVE_LOAD] : [null, Infinity]
    for (const one of threads) {
      if (one !== own && one.isReady && one.waiting < load) [best, load] = [one, one.waiting]
    }
    const isBusy = best === null || (best === own ? load > -MOVE_LOAD : load > 0)
    if (isBusy && signedBytes >= startBytes) startOne()
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
    open: (key, questionMac) => new ThreadedChain({ key, number: ++lastChain, pick }, questionMac),
    running: () => threads.size,
    ready: () => [...threads].filter(({ isReady }) => isReady).length,
    close: async () => {
      isClosed = true
      await Promise.all([...threads].map((thread) => thread.end()))
    },
  }
}
