import { Fault } from '../core/fault.ts'
import type { ExportFiles, ExportMaker, StoredList } from './ports.ts'

export interface ExportQueueDeps {
  readonly maker: ExportMaker
  /** Exports that may wait; one more is refused. */
  readonly maxWaiting: number
  /** What failed when nobody waited for it. */
  readonly onFault: (error: unknown) => void
}

interface Job {
  readonly key: string
  readonly list: StoredList
  readonly format: string
  readonly serial: number
  readonly done: PromiseWithResolvers
  isAwaited: boolean
}

interface PromiseWithResolvers {
  readonly promise: Promise<ExportFiles>
  readonly resolve: (files: ExportFiles) => void
  readonly reject: (error: unknown) => void
}

/**
 * Has exports made one at a time, each once however many ask for it. What somebody waits for goes before
 * what is made ahead of demand.
 */
export class ExportQueue {
  readonly #deps: ExportQueueDeps
  readonly #jobs = new Map<string, Job>()
  #waiting: Job[] = []
  #running: Job | null = null

  constructor(deps: ExportQueueDeps) {
    this.#deps = deps
  }

  /** How many wait, besides the one that is being made. */
  get length(): number {
    return this.#waiting.length
  }

  /** The files of an export, made if need be. Faults: `serve/busy`, and those of the maker. */
  demand(list: StoredList, format: string, serial: number): Promise<ExportFiles> {
    const job = this.#jobOf(list, format, serial)
    if (job === null) {
      return Promise.reject(
        new Fault('serve/busy', 'expected room for one more export to be made, got a full queue'),
      )
    }
    job.isAwaited = true
    return job.done.promise
  }

  /** Has an export made ahead of demand, when nothing is waited for. */
  prepare(list: StoredList, format: string, serial: number): void {
    this.#jobOf(list, format, serial)
  }

  /** Gives up what waits for an earlier serial of the list and is awaited by nobody. */
  forgetOlder(list: StoredList, serial: number): void {
    const isStale = (job: Job): boolean =>
      job.list.rowId === list.rowId && job.serial < serial && !job.isAwaited
    for (const job of this.#waiting.filter(isStale)) this.#jobs.delete(job.key)
    this.#waiting = this.#waiting.filter((job) => !isStale(job))
  }

  #jobOf(list: StoredList, format: string, serial: number): Job | null {
    const key = `${list.rowId} ${format} ${serial}`
    const known = this.#jobs.get(key)
    if (known !== undefined) return known
    if (this.#waiting.length >= this.#deps.maxWaiting) return null
    const job = { key, list, format, serial, done: withResolvers(), isAwaited: false }
    this.#jobs.set(key, job)
    this.#waiting.push(job)
    // Whoever awaits it has the failure too; unawaited, it is told here and must not end the process.
    job.done.promise.catch((error: unknown) => {
      if (!job.isAwaited) this.#deps.onFault(error)
    })
    queueMicrotask(() => void this.#work())
    return job
  }

  async #work(): Promise<void> {
    if (this.#running !== null) return
    const job = this.#waiting.find(({ isAwaited }) => isAwaited) ?? this.#waiting[0]
    if (job === undefined) return
    this.#waiting = this.#waiting.filter((other) => other !== job)
    this.#running = job
    try {
      job.done.resolve(await this.#deps.maker.make(job.list, job.format, job.serial))
    } catch (error) {
      job.done.reject(error)
    }
    this.#running = null
    this.#jobs.delete(job.key)
    void this.#work()
  }
}

// Promise.withResolvers comes with Node 22.
function withResolvers(): PromiseWithResolvers {
  let resolve: PromiseWithResolvers['resolve'] | undefined
  let reject: PromiseWithResolvers['reject'] | undefined
  const promise = new Promise<ExportFiles>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  if (resolve === undefined || reject === undefined) throw new Error('a promise without its ends')
  return { promise, resolve, reject }
}
