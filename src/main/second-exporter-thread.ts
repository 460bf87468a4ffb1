import { parentPort } from 'node:worker_threads'
import { IndexedLines } from '../core/indexed-lines.ts'
import { Fault } from '../core/fault.ts'
import type { ExporterAnswer, ExporterWork } from './second-exporter.ts'
import { writeExports } from './write-export.ts'

parentPort?.on('message', ({ jobs, source, blocks, spans, counter }: ExporterWork) => {
  parentPort?.postMessage(answer())

  function answer(): ExporterAnswer {
    try {
      const lines = new IndexedLines(blocks, spans)
      return { done: writeExports(jobs, { ...source, lines: () => lines }, counter) }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return { fault: { code: error.code, message: error.message } }
    }
  }
})
