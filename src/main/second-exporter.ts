import { Worker } from 'node:worker_threads'
import type { EntryArena } from '../core/entry-arena.ts'
import { type EntrySet, joinSealed, type SealedParts, sealParts } from '../core/entry-set.ts'
import { Fault, type FaultCode } from '../core/fault.ts'
import type { IndexedLines } from '../core/indexed-lines.ts'
import { middlePart, partEntries, type SortableParts } from '../core/part-entries.ts'
import type { ExportSource, ExportSummary } from '../formats/render-export.ts'
import { type ExportJob, type JobCounter, writeExports } from './write-export.ts'

/** What the second thread is asked. What is large lies in shared memory: nothing is copied. */
export type SecondAsk =
  | { readonly ask: 'seal'; readonly parted: SortableParts; readonly from: number }
  | {
      readonly ask: 'export'
      readonly jobs: readonly ExportJob[]
      readonly source: Omit<ExportSource, 'lines'>
      readonly blocks: readonly Uint8Array[]
      readonly spans: readonly Uint32Array[]
      readonly counter: JobCounter
    }

/** What it answers: what was asked for, or the fault that kept it from that. */
export type SecondAnswer =
  | { readonly sealed: SealedParts }
  | { readonly written: ReadonlyMap<number, ExportSummary> }
  | { readonly fault: { readonly code: FaultCode; readonly message: string } }

/** What the thread makes on its heap is small and short-lived: without a limit it would keep tens of megabytes for it. */
const MAX_YOUNG_MIB = 4

/**
 * A thread that shares the work of one conversion with the thread that read the lists. It is opened early, so that it has started
 * when there is work: reading keeps the first thread busy and leaves the other processor idle.
 */
export class SecondExporter {
  readonly #worker = new Worker(new URL('./second-exporter-thread.js', import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: MAX_YOUNG_MIB },
  })

  /** The entries of the arena, which MUST lie in shared memory, sealed: half of them by each thread. */
  async seal(arena: EntryArena): Promise<EntrySet> {
    const { spare, ...parted } = partEntries(arena)
    const from = middlePart(parted)
    const answer = this.#ask({ ask: 'seal', parted, from })
    const mine = sealParts(parted, 0, from, spare)
    const theirs = await answer
    if (!('sealed' in theirs)) throw new Error('the second thread has not sealed')
    return joinSealed([mine, theirs.sealed])
  }

  /** All exports, by both threads. The lines are the source's, and MUST lie in shared memory. */
  async writeAll(
    jobs: readonly ExportJob[],
    source: ExportSource,
    { blocks, spans }: IndexedLines,
  ): Promise<ExportSummary[]> {
    const counter = new Int32Array(new SharedArrayBuffer(4))
    const { definition, serial, state, entries, zone } = source
    const told = { definition, serial, state, entries, ...(zone !== undefined && { zone }) }
    const answer = this.#ask({ ask: 'export', jobs, source: told, blocks, spans, counter })
    const mine = writeExports(jobs, source, counter)
    const theirs = await answer
    if (!('written' in theirs)) throw new Error('the second thread has not written')
    return jobs.map((_, at) => mine.get(at) ?? theirs.written.get(at) ?? missing(at))
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  /** Asks at once: whoever waits for the answer may keep this thread busy meanwhile. */
  #ask(ask: SecondAsk): Promise<Exclude<SecondAnswer, { fault: unknown }>> {
    const answer = new Promise<SecondAnswer>((resolve, reject) => {
      this.#worker.once('message', resolve)
      this.#worker.once('error', reject)
    })
    this.#worker.postMessage(ask)
    const told = answer.then((answered) => {
      if ('fault' in answered) throw new Fault(answered.fault.code, answered.fault.message)
      return answered
    })
    // When this thread fails first nobody waits for the answer any more.
    told.catch(() => undefined)
    return told
  }
}

function missing(at: number): never {
  throw new Error(`nobody has written export ${at}`)
}
