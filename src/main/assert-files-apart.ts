import { statSync, realpathSync, type BigIntStats } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Fault } from '../core/fault.ts'
import { STDIN } from './read-chunks.ts'

/** The files that a command was told to read, and those it was told to write. `-` is a stream, and no file. */
export interface CommandFiles {
  readonly inputs: readonly string[]
  /** Of each, the option that named it. */
  readonly outputs: readonly { readonly option: string; readonly path: string }[]
}

/**
 * To be asked before anything is read or written: no output takes the place of an input or of another output, by whatever path
 * or link they are named, and each can have its name in a folder that is there. Inputs may be named twice.
 *
 * Faults: `usage/invalid`; `system/not-found` for a folder that is missing.
 */
export function assertFilesApart({ inputs, outputs }: CommandFiles): void {
  const taken = new Map(inputs.filter(isFile).map((path) => [identityOf(path), 'read']))
  for (const { option, path } of outputs.filter((output) => isFile(output.path))) {
    assertReplaceable(option, path)
    const identity = identityOf(path)
    const other = taken.get(identity)
    if (other !== undefined) {
      throw new Fault(
        'usage/invalid',
        `expected ${option} to name a file of its own, got ${JSON.stringify(path)}, which is ${other} too`,
      )
    }
    taken.set(identity, `named by ${option}`)
  }
}

function isFile(path: string): boolean {
  return path !== STDIN
}

/** A file that is there is known by device and number, since it may have several names; another one by where it would lie. */
function identityOf(path: string): string {
  const stats = statOf(path)
  if (stats !== undefined) return `${stats.dev}:${stats.ino}`
  const folder = dirname(resolve(path))
  return join(statOf(folder) === undefined ? folder : realpathSync(folder), basename(path))
}

/** Outputs are renamed into place: that makes no folder, and would put a file where a device was. */
function assertReplaceable(option: string, path: string): void {
  const folder = dirname(path)
  if (statOf(folder)?.isDirectory() !== true) {
    throw new Fault(
      'system/not-found',
      `expected ${option} to name a file in a folder that is there, got ${JSON.stringify(path)}: make ${JSON.stringify(folder)} first`,
    )
  }
  const stats = statOf(path)
  if (stats === undefined || stats.isFile()) return
  const found = stats.isDirectory() ? 'a folder, not a file' : 'a device or a pipe'
  throw new Fault(
    stats.isDirectory() ? 'system/not-found' : 'usage/invalid',
    `expected ${option} to name a file, got ${JSON.stringify(path)}, which is ${found}`,
  )
}

/** Undefined when nothing is there, also because a part of its path is no folder. */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
