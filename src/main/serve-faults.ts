import { isFault } from '../core/fault.ts'
import type { ServerLog } from '../platform/server-log.ts'

/** Writes down what went wrong where nobody waits for an answer: a fault in its own words, anything else as a bug. */
export function tellFault({ log }: ServerLog, error: unknown, about: object = {}): void {
  if (isFault(error)) {
    log.error({ ...about, code: error.code, cause: causeOf(error) }, error.message)
  } else {
    log.error({ ...about, err: error }, 'this is a bug, please report it')
  }
}

function causeOf({ cause }: Error): string | undefined {
  return cause instanceof Error ? cause.message : undefined
}
