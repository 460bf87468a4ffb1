import { parentPort, Worker } from 'node:worker_threads'
import { Fault, type FaultCode } from '../core/fault.ts'
import { lowerThreadPriority } from '../platform/thread-priority.ts'
import { asFault } from './system-fault.ts'

/** What goes to a thread, and what comes back. */
interface Question {
  readonly id: number
  readonly question: unknown
}

type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly fault: { readonly code: FaultCode; readonly message: string } }

export interface Thread {
  /** Faults that the thread throws come out here; when it dies, an error does, for all that wait. */
  readonly ask: (question: unknown) => Promise<unknown>
  /** Questions that are not answered. */
  readonly waiting: () => number
  /** Whether it was started and has not ended. */
  readonly isRunning: () => boolean
  /** Ends the thread, when all is answered or `patienceMs` are over. */
  readonly close: (patienceMs: number) => Promise<void>
}

interface Asked {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

export interface ThreadOptions {
  readonly workerData: unknown
  /** Without a question for so long the thread ends, and its memory goes back; the next question starts another. */
  readonly idleMs?: number
}

/** Longer than the pauses of whoever works through a few lists by hand. */
const IDLE_MS = 10_000

/** What a thread makes on its heap is short-lived: without a limit each would keep tens of megabytes for it. */
const MAX_YOUNG_MIB = 4

/**
 * A thread that runs the compiled file `url` and answers questions. It is started by the first, and after it
 * has died or ended by the next; it doesn't keep the process from ending.
 */
export function openThread(url: URL, { workerData, idleMs = IDLE_MS }: ThreadOptions): Thread {
  const asked = new Map<number, Asked>()
  let worker: Worker | null = null
  let idling: NodeJS.Timeout | undefined
  let lastId = 0

  function start(): Worker {
    const resourceLimits = { maxYoungGenerationSizeMb: MAX_YOUNG_MIB }
    const started = new Worker(url, { workerData, resourceLimits })
    started.unref()
    started.on('message', settle)
    started.on('error', (error) => giveUp(started, error))
    started.on('exit', () => giveUp(started, new Error(`the thread ${url.pathname} has ended`)))
    return started
  }

  function settle(reply: Reply): void {
    const one = asked.get(reply.id)
    asked.delete(reply.id)
    if ('fault' in reply) one?.reject(new Fault(reply.fault.code, reply.fault.message))
    else one?.resolve(reply.answer)
    if (asked.size === 0) idling = setTimeout(endIdle, idleMs).unref()
  }

  // Whoever asks from now on is answered by another thread.
  function endIdle(): void {
    const idle = worker
    worker = null
    void idle?.terminate()
  }

  function giveUp(ended: Worker, error: unknown): void {
    if (worker !== ended) return
    worker = null
    const reason = error instanceof Error ? error : new Error(String(error))
    for (const one of asked.values()) one.reject(reason)
    asked.clear()
  }

  return {
    waiting: () => asked.size,
    isRunning: () => worker !== null,
    ask: (question) => {
      clearTimeout(idling)
      worker ??= start()
      const id = ++lastId
      worker.postMessage({ id, question } satisfies Question)
      return new Promise((resolve, reject) => asked.set(id, { resolve, reject }))
    },
    close: async (patienceMs) => {
      const end = Date.now() + patienceMs
      while (asked.size > 0 && Date.now() < end) await delay(CLOSE_INTERVAL_MS)
      clearTimeout(idling)
      await worker?.terminate()
    },
  }
}

const CLOSE_INTERVAL_MS = 20

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/**
 * The other side: answers one question after the other with `answer`, behind the thread that serves. A `Fault` is passed on; anything else is a
 * bug, and ends the thread.
 */
export function answerQuestions(answer: (question: unknown) => unknown): void {
  const port = parentPort
  if (port === null) throw new Error('this file is run as a thread')
  lowerThreadPriority()
  let last = Promise.resolve()
  port.on('message', ({ id, question }: Question) => {
    last = last.then(async () => {
      port.postMessage(await replyTo(id, () => answer(question)))
    })
  })
}

async function replyTo(id: number, answer: () => unknown): Promise<Reply> {
  try {
    return { id, answer: await answer() }
  } catch (error) {
    const fault = asFault(error)
    if (fault === null) throw error
    return { id, fault: { code: fault.code, message: fault.message } }
  }
}
