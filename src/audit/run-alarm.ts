import { execFile } from 'node:child_process'
import { Fault } from '../core/fault.ts'

/** Runs a program to its end. Throws `audit/alarm` unless it ends with 0 in time. */
export type AlarmRunner = (command: readonly string[], timeoutMs: number) => Promise<void>

/** What a program may print; past this it is stopped. */
const MAX_OUTPUT_BYTES = 1024 * 1024

/** No shell: the arguments are what they are, and nothing that a source has made up is ever interpreted. */
export const runAlarm: AlarmRunner = ([program = '', ...args], timeoutMs) =>
  new Promise((resolve, reject) => {
    const options = {
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
    } as const
    const child = execFile(program, args, options, (error) => {
      if (!error) {
        resolve()
        return
      }
      const message = `expected ${JSON.stringify(program)} to succeed, got ${error.message.slice(0, 500)}`
      reject(new Fault('audit/alarm', message, { cause: error }))
    })
    child.stdin?.end()
  })
