import { inspect } from 'node:util'
import { parentPort } from 'node:worker_threads'
import { Answerer, type Asker } from '../platform/answer-forwarded.ts'
import { lowerThreadPriority } from '../platform/thread-priority.ts'
import type { FromAnsweringThread, ToAnsweringThread } from './answering-thread.ts'
import { asFault } from './system-fault.ts'

/** What a thread answers requests with. */
export interface Answering {
  readonly answer: (request: Request, asker: Asker) => Promise<Response> | Response
  readonly close: () => void
}

/**
 * The other side of `AnsweringThread`: answers requests with what `open` gives, behind the thread that serves. What
 * `open` throws is told, and ends the thread.
 */
export function answerRequests(open: (onFault: (error: unknown) => void) => Answering): void {
  const port = parentPort
  if (port === null) throw new Error('this file is run as a thread')
  lowerThreadPriority()
  const post = (message: FromAnsweringThread): void => port.postMessage(message)
  const onFault = (error: unknown): void => post(told(error))
  let answering: Answering
  try {
    answering = open(onFault)
  } catch (error) {
    onFault(error)
    post({ kind: 'ending' })
    return
  }
  const answerer = new Answerer({ postMessage: post }, answering.answer, onFault)
  port.on('message', (message: ToAnsweringThread) => {
    if (message.kind !== 'close') answerer.take(message)
    else {
      answering.close()
      port.close()
    }
  })
}

/** As it goes through a port: an error loses its class there, and keeps its words. */
function told(error: unknown): FromAnsweringThread {
  const fault = asFault(error)
  if (fault === null) return { kind: 'bug', message: String(error), stack: inspect(error) }
  const { code, message, cause } = fault
  return { kind: 'fault', code, message, cause: cause instanceof Error ? cause.message : null }
}
