import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '../core/fault.ts'

/**
 * The only way the agent changes the disk, so that a test can break each change before and after it
 * lands. What a call did is on the disk when it returns, and survives the loss of power.
 */
export interface Disk {
  /** A new file, empty; whatever was at `path` is gone. */
  create: (path: string, mode: number) => NewFile
  /** Atomic: readers see the old file or the new one, whole. Both in one folder. */
  rename: (from: string, to: string) => void
  /** A file or a folder with all it holds; nothing there is fine too. */
  remove: (path: string) => void
  /** With its parents; there already is fine too. */
  makeFolder: (path: string, mode: number) => void
}

export interface NewFile {
  write: (bytes: Uint8Array) => void
  /** After this the bytes are durable under the file's own name. */
  finish: () => void
  /** Closes and removes it; for when its making failed. */
  abandon: () => void
}

export const realDisk: Disk = {
  create: (path, mode) =>
    onDisk(path, () => {
      rmSync(path, { force: true })
      // wx: never through a link that someone put there in the meantime.
      const fd = openSync(path, 'wx', mode)
      fchmodSync(fd, mode)
      return newFile(path, fd)
    }),
  rename: (from, to) =>
    onDisk(to, () => {
      renameSync(from, to)
      syncFolder(dirname(to))
    }),
  remove: (path) => onDisk(path, () => rmSync(path, { recursive: true, force: true })),
  makeFolder: (path, mode) => onDisk(path, () => void mkdirSync(path, { recursive: true, mode })),
}

function newFile(path: string, fd: number): NewFile {
  let isOpen = true
  const close = (): void => {
    if (isOpen) closeSync(fd)
    isOpen = false
  }
  return {
    write: (bytes) =>
      onDisk(path, () => {
        let written = 0
        while (written < bytes.length) written += writeSync(fd, bytes, written)
      }),
    finish: () =>
      onDisk(path, () => {
        fsyncSync(fd)
        close()
      }),
    abandon: () => {
      close()
      rmSync(path, { force: true })
    },
  }
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** A full disk, a read-only folder: the operator's business, so a `Fault` and not a bug. */
function onDisk<Result>(path: string, act: () => Result): Result {
  try {
    return act()
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    throw new Fault(
      'agent/disk',
      `expected to write ${JSON.stringify(path)}, got ${cause.message}`,
      {
        cause,
      },
    )
  }
}

/** Entries are kept from the host's other users: a restricted list's are for whom its outputs are. */
export const PRIVATE = 0o600

/** A new file at `path`, filled by `fill`; on any failure nothing stays. */
export function createFile<Result>(
  disk: Disk,
  path: string,
  mode: number,
  fill: (write: NewFile['write']) => Result,
): Result {
  const file = disk.create(path, mode)
  try {
    const result = fill((bytes) => file.write(bytes))
    file.finish()
    return result
  } catch (error) {
    file.abandon()
    throw error
  }
}

/** As `createFile`, for bytes that arrive over time; readable by the agent alone. */
export async function createDownload<Result>(
  disk: Disk,
  path: string,
  fill: (write: NewFile['write']) => Promise<Result>,
): Promise<Result> {
  const file = disk.create(path, PRIVATE)
  try {
    const result = await fill((bytes) => file.write(bytes))
    file.finish()
    return result
  } catch (error) {
    file.abandon()
    throw error
  }
}

/** Puts `bytes` at `path` in one step: readers see the old file or the new one, never a part of it. */
export function replaceFile(disk: Disk, path: string, bytes: Uint8Array, mode: number): void {
  const passing = `${path}.new`
  createFile(disk, passing, mode, (write) => write(bytes))
  disk.rename(passing, path)
}
