import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'

/**
 * Lets the thread that calls it stand back behind the others of the process when there are not processors
 * enough (on Linux, where setpriority(2) is of a thread). Elsewhere, or where it is not allowed, it does
 * nothing: it is only a matter of how soon requests are answered while there is other work.
 */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return
  try {
    // «PID/task/TID» of the very thread that reads it (proc(5)).
    const [, , thread] = readlinkSync('/proc/thread-self').split('/')
    setPriority(Number(thread), NICENESS)
  } catch {
    // No /proc, or forbidden by a sandbox: decided above.
  }
}

const NICENESS = 10
