import { Worker } from 'node:worker_threads'
import { Fault, type FaultCode } from '../core/fault.ts'
import type { IndexedLines } from '../core/indexed-lines.ts'
import type { ExportSource, ExportSummary } from '../formats/render-export.ts'
import { type ExportJob, type JobCounter, writeExports } from './write-export.ts'

/** What the second thread is given. The blocks lie in shared memory: nothing is copied. */
export interface ExporterWork {
  readonly jobs: readonly ExportJob[]
  readonly source: Omit<ExportSource, 'lines'>
  readonly blocks: readonly Uint8Array[]
  readonly spans: readonly Uint32Array[]
  readonly counter: JobCounter
}

/** What it gives back. */
export type ExporterAnswer =
  | { readonly done: ReadonlyMap<number, ExportSummary> }
  | { readonly fault: { readonly code: FaultCode; readonly message: string } }

/**
 * A thread that shares the exports of one conversion with the thread that read the lists. It is opened early, so that it has started
 * when there is work: reading keeps the first thread busy and leaves the other processor idle.
 */
export class SecondExporter {
  readonly #worker = new Worker(new URL('./second-exporter-thread.js', import.meta.url))

  /** All exports, by both threads. The lines are the source's, and MUST lie in shared memory. */
  async writeAll(
    jobs: readonly ExportJob[],
    source: ExportSource,
    { blocks, spans }: IndexedLines,
  ): Promise<ExportSummary[]> {
    const counter = new Int32Array(new SharedArrayBuffer(4))
    const { definition, serial, state, entries, zone } = source
    const told = { definition, serial, state, entries, ...(zone !== undefined && { zone }) }
    const work: ExporterWork = { jobs, source: told, blocks, spans, counter }
    const answer = new Promise<ExporterAnswer>((resolve, reject) => {
      this.#worker.once('message', resolve)
      this.#worker.once('error', reject)
    })
    this.#worker.postMessage(work)
    const mine = writeExports(jobs, source, counter)
    const theirs = await answer
    if ('fault' in theirs) throw new Fault(theirs.fault.code, theirs.fault.message)
    return jobs.map((_, at) => mine.get(at) ?? theirs.done.get(at) ?? missing(at))
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}

function missing(at: number): never {
  throw new Error(`nobody has written export ${at}`)
}
