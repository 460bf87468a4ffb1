import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'

/**
 * Makes this process the only agent on a state folder, until `release`. A lock whose process is gone (kill -9, power loss)
 * is taken over. Throws `agent/locked`.
 *
 * Limitations: processes are told apart by number and start time, so agents in different containers must not share a folder.
 */
export function takeLock(stateFolder: string): { readonly release: () => void } {
  const path = join(stateFolder, 'lock')
  const own = join(stateFolder, `lock.${process.pid}`)
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }) + '\n')
  try {
    // link fails if the name is taken, and shows the file with its content or not at all.
    if (!tryLink(own, path) && !(removeStale(path, own) && tryLink(own, path))) throw locked(path)
  } finally {
    rmSync(own, { force: true })
  }
  return { release: () => rmSync(path, { force: true }) }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Moves a dead process's lock out of the way. Another agent may be doing the same: what was moved is looked at once more. */
function removeStale(path: string, own: string): boolean {
  if (isHeld(path)) return false
  const aside = `${own}.stale`
  try {
    renameSync(path, aside)
    if (isHeld(aside)) {
      tryLink(aside, path)
      return false
    }
    return true
  } catch (error) {
    // Someone else has moved it already: try for the free name.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true
    throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function isHeld(path: string): boolean {
  const holder = readHolder(path)
  return holder !== null && isAlive(holder.pid) && startOf(holder.pid) === holder.started
}

interface Holder {
  readonly pid: number
  readonly started: string | null
}

function readHolder(path: string): Holder | null {
  try {
    const { pid, started } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>
    return Number.isSafeInteger(pid) ? { pid: Number(pid), started: started ?? null } : null
  } catch (error) {
    // No lock, or nothing an agent wrote.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return null
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: there, but another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Linux's start time of a process in ticks since boot, for numbers are used again; null where there is no /proc, and for a process
 * that has ended but whose parent has not asked for its end (as in a container whose first process never does).
 */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets, which may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    // Another system, or the process has just ended: its number alone has to do.
    return null
  }
}

function locked(path: string): Fault {
  const holder = readHolder(path)
  return new Fault(
    'agent/locked',
    `expected no other agent on this state folder, got process ${holder?.pid ?? 'unknown'} holding ${JSON.stringify(path)}`,
  )
}
