import { closeSync, openSync, writeSync } from 'node:fs'
import {
  type ExportFormat,
  type ExportSource,
  type ExportSummary,
  renderExport,
} from '../formats/render-export.ts'

/** One export, and the path of the draft that it is written to. */
export interface ExportJob {
  readonly format: ExportFormat
  readonly draft: string
}

/** Writes the export into its draft, which is there already, and gives what became of the entries. */
export function writeExport({ format, draft }: ExportJob, source: ExportSource): ExportSummary {
  const fd = openSync(draft, 'w')
  try {
    const blocks = renderExport(format, source)
    let next = blocks.next()
    for (; next.done !== true; next = blocks.next()) writeAll(fd, next.value)
    return next.value
  } finally {
    closeSync(fd)
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
}

/** What two threads that share the jobs have in common: where the next job stands. */
export type JobCounter = Int32Array<SharedArrayBuffer>

/** Does jobs as long as there are any that nobody has begun. Gives their summaries by their places. */
export function writeExports(
  jobs: readonly ExportJob[],
  source: ExportSource,
  counter: JobCounter,
): Map<number, ExportSummary> {
  const done = new Map<number, ExportSummary>()
  for (;;) {
    const at = Atomics.add(counter, 0, 1)
    const job = jobs[at]
    if (job === undefined) return done
    done.set(at, writeExport(job, source))
  }
}
