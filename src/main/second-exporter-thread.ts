import { parentPort } from 'node:worker_threads'
import { sealParts } from '../core/entry-set.ts'
import { Fault } from '../core/fault.ts'
import { IndexedLines } from '../core/indexed-lines.ts'
import type { SecondAnswer, SecondAsk } from './second-exporter.ts'
import { writeExports } from './write-export.ts'

parentPort?.on('message', (ask: SecondAsk) => {
  parentPort?.postMessage(answerOrFault(ask))
})

function answerOrFault(ask: SecondAsk): SecondAnswer {
  try {
    return answer(ask)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { fault: { code: error.code, message: error.message } }
  }
}

function answer(ask: SecondAsk): SecondAnswer {
  if (ask.ask === 'seal') {
    const { parted, from } = ask
    return { sealed: sealParts(parted, from, parted.starts.length - 1, new Uint8Array(0)) }
  }
  const { jobs, source, blocks, spans, counter } = ask
  const lines = new IndexedLines(blocks, spans)
  return { written: writeExports(jobs, { ...source, lines: () => lines }, counter) }
}
