import type { IncomingMessage, ServerResponse } from 'node:http'
import { Worker } from 'node:worker_threads'
import { Fault, type FaultCode } from '../core/fault.ts'
import { Forwarder, type ForwardLimits } from '../platform/forward-requests.ts'
import type { FromAnswerer, ToAnswerer } from '../platform/forwarded-messages.ts'
import { restartPauseMs } from './restart-pause.ts'

/** What goes to a thread that answers requests. */
export type ToAnsweringThread = ToAnswerer | { readonly kind: 'close' }

/** What comes back from it. */
export type FromAnsweringThread =
  | FromAnswerer
  | {
      readonly kind: 'fault'
      readonly code: FaultCode
      readonly message: string
      readonly cause: string | null
    }
  /** As text: what hangs on an error need not go through a port. */
  | { readonly kind: 'bug'; readonly message: string; readonly stack: string }
  /** It ends by itself, and has told why. */
  | { readonly kind: 'ending' }

export interface AnsweringThreadOptions {
  readonly url: URL
  /** What the thread is told when it is started. */
  readonly workerData: () => unknown
  readonly limits: ForwardLimits
  /** Told what went wrong in the thread, and that it has died. */
  readonly onFault: (error: unknown) => void
  readonly nowMs: () => number
}

interface Running {
  readonly worker: Worker
  readonly forwarder: Forwarder
  /** Whether it has told why it ends. */
  isEnding: boolean
}

/** What a request makes on the heap dies young; and a page that wants more than all of this ends its own thread, not the server. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 1024 }
const MAX_CRASHES_KEPT = 16

/**
 * A thread that answers the requests that are passed to it, by the compiled file `url`, which calls `answerRequests`. It is started by the
 * first request, or before; after it has died by the next one, but not at once (`restartPauseMs`). It doesn't keep the process from ending.
 */
export class AnsweringThread {
  readonly #options: AnsweringThreadOptions
  #running: Running | null = null
  #crashesMs: number[] = []
  #isClosed = false

  constructor(options: AnsweringThreadOptions) {
    this.#options = options
  }

  isRunning(): boolean {
    return this.#running !== null
  }

  /** Starts it, if it doesn't run. Throws `serve/busy` while it may not. */
  start(): Forwarder {
    if (this.#running !== null) return this.#running.forwarder
    const { url, workerData, limits, nowMs } = this.#options
    const last = this.#crashesMs.at(-1) ?? -Infinity
    if (this.#isClosed || nowMs() - last < restartPauseMs(this.#crashesMs, nowMs())) {
      throw new Fault('serve/busy', 'expected the console to be running, got one that starts again')
    }
    const worker = new Worker(url, { workerData: workerData(), resourceLimits: RESOURCE_LIMITS })
    const postMessage = (message: ToAnswerer): void => worker.postMessage(message)
    const running = { worker, forwarder: new Forwarder({ postMessage }, limits), isEnding: false }
    this.#running = running
    worker.unref()
    worker.on('message', (message: FromAnsweringThread) => this.#take(running, message))
    worker.on('error', (error) => this.#end(running, error))
    worker.on('exit', (code) => this.#end(running, new Error(`it has ended with ${code}`)))
    return running.forwarder
  }

  /** Kept once the response is over, with the bytes of its body. Faults: those of `Forwarder.forward`. */
  async forward(request: IncomingMessage, response: ServerResponse): Promise<number> {
    return this.start().forward(request, response)
  }

  /** Lets the thread close what it has open, and ends it when it doesn't. */
  async close(patienceMs: number): Promise<void> {
    this.#isClosed = true
    const worker = this.#running?.worker
    if (worker === undefined) return
    worker.ref()
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    const timer = setTimeout(() => void worker.terminate(), patienceMs)
    worker.postMessage({ kind: 'close' } satisfies ToAnsweringThread)
    await ended
    clearTimeout(timer)
  }

  #take(running: Running, message: FromAnsweringThread): void {
    const { onFault } = this.#options
    if (message.kind === 'ending') running.isEnding = true
    else if (message.kind === 'bug') {
      onFault(Object.assign(new Error(message.message), { stack: message.stack }))
    } else if (message.kind === 'fault') {
      onFault(
        new Fault(
          message.code,
          message.message,
          message.cause === null ? {} : { cause: new Error(message.cause) },
        ),
      )
    } else running.forwarder.take(message)
  }

  #end(running: Running, error: unknown): void {
    if (this.#running !== running) return
    this.#running = null
    running.forwarder.giveUp()
    if (this.#isClosed) return
    const { onFault, nowMs } = this.#options
    this.#crashesMs = [...this.#crashesMs, nowMs()].slice(-MAX_CRASHES_KEPT)
    if (running.isEnding) return
    onFault(new Error('the thread that answers requests has died', { cause: error }))
  }
}
