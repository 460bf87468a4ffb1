import { readFileSync } from 'node:fs'

/** Whether a process of this number runs; one that has ended but was not waited for by its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: there, but another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return !hasEnded(pid)
}

function hasEnded(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Behind the program's name in brackets, which may hold spaces and brackets itself.
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    // A system without /proc, or it has just ended: its number alone has to do.
    return false
  }
}
