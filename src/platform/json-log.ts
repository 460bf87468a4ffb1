import { destination as openDestination, pino, type Logger } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LogOptions {
  readonly level: LogLevel
  /** A file descriptor or a path; 2 (stderr) is the habit, for stdout belongs to results. */
  readonly destination: number | string
}

export type JsonLog = Logger

/**
 * A log of one JSON object a line: `level` as a word, `time` in ISO 8601, `msg`, and the fields given. Written
 * synchronously, so that the last line before a crash is there.
 */
export function openLog({ level, destination }: LogOptions): JsonLog {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Never let a secret through by an object logged in passing.
      redact: {
        paths: ['token', '*.token', 'authorization', '*.authorization'],
        censor: '[hidden]',
      },
    },
    openDestination({ dest: destination, sync: true }),
  )
}
