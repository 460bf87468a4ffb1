import { destination as openDestination, pino, stdTimeFunctions, type Logger } from 'pino'
import type { LogLevel } from './json-log.ts'

/** How many bytes of log may wait, which must be less than what one write takes; and how long. */
const MAX_WAITING_BYTES = 16 * 1024 - 1
const FLUSH_INTERVAL_MS = 250

export interface ServerLog {
  readonly log: Logger
  /** Writes what waits, at once. */
  readonly close: () => void
}

/**
 * A log of one JSON object a line on standard error, as `openLog` has it, but written in blocks: a server logs
 * every request, and a system call for each would cost more than the answer. What waits when the process
 * is killed is lost, a quarter of a second at most.
 */
export function openServerLog(level: LogLevel): ServerLog {
  const destination = openDestination({ dest: 2, sync: false, minLength: MAX_WAITING_BYTES })
  const flushing = setInterval(() => destination.flush(), FLUSH_INTERVAL_MS)
  flushing.unref()
  const log = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ['token', 'authorization', '*.authorization'], censor: '[hidden]' },
    },
    destination,
  )
  return {
    log,
    close: () => {
      clearInterval(flushing)
      destination.flushSync()
    },
  }
}
