import { parentPort } from 'node:worker_threads'
import { Fault } from '../core/fault.ts'
import type { HelperAnswer, HelperWork } from './export-helper.ts'
import { writeExports } from './write-export.ts'

parentPort?.on('message', ({ jobs, source, blocks, counter }: HelperWork) => {
  parentPort?.postMessage(answer())

  function answer(): HelperAnswer {
    try {
      return { done: writeExports(jobs, { ...source, lines: () => blocks }, counter) }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return { fault: { code: error.code, message: error.message } }
    }
  }
})
