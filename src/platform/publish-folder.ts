import {
  closeSync,
  fsync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  type Dirent,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import {
  DRAFT_PREFIX,
  draftPath,
  makeFolder,
  syncFolder,
  writeAll,
  replaceDurableFiles,
  writeDurableFile,
  writeDurableFiles,
} from './durable-file.ts'

/** Bytes on their way to a staged file. */
export interface StagedDraft {
  readonly write: (bytes: Uint8Array) => void
  /** Writes over what is there, from the start on. */
  readonly patch: (bytes: Uint8Array) => void
  /** What was written, in blocks that each hold only until the next one is asked for. */
  readonly blocks: () => Iterable<Uint8Array>
  readonly finish: (path: string) => Promise<void>
  readonly discard: () => void
}

/** What is published, and what is about to be: two folders on one file system. Paths are published paths, with `/`. */
export interface PublishFolder {
  /** A new file in `staging/`, seen by nobody until it is promoted. When `finish` is kept its bytes are durable. */
  readonly draft: () => StagedDraft
  /** Renames staged files to their published places, durably; gives those that were there to be moved. */
  readonly promote: (paths: readonly string[]) => readonly string[]
  /** Removes staged files and drafts last written before `before`. */
  readonly discardStaged: (before: Date) => void
  readonly publishedLength: (path: string) => number | null
  /** Immutable files; one that is there already is left as it is. */
  readonly publish: (
    files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  ) => void
  /** Replaces a mutable file atomically. */
  readonly replace: (path: string, bytes: Uint8Array) => void
  /** The same for many; others may work meanwhile. */
  readonly replaceAll: (
    files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  ) => Promise<void>
  readonly read: (path: string) => Buffer | null
  /** The bytes of a file in blocks; none when it is not there. May be iterated more than once. */
  readonly blocks: (path: string) => Iterable<Uint8Array>
  /** Files right in a published folder, drafts left out. */
  readonly seen: (folder: string) => readonly string[]
  /** Removes files last written before `before`; gives the removed. */
  readonly remove: (paths: readonly string[], before: Date) => readonly string[]
}

const syncFd = promisify(fsync)

const BLOCK_BYTES = 1 << 18

export function openPublishFolder(published: string, staging: string): PublishFolder {
  return {
    draft: () => openDraft(staging),
    promote: (paths) => promote(published, staging, paths),
    discardStaged: (before) => discardStaged(staging, before),
    publishedLength: (path) => lengthOf(join(published, path)),
    publish: (files) => {
      const missing = files.filter(
        ({ path, bytes }) => lengthOf(join(published, path)) !== bytes.length,
      )
      writeDurableFiles(missing.map(({ path, bytes }) => ({ path: join(published, path), bytes })))
    },
    replace: (path, bytes) => writeDurableFile(join(published, path), bytes),
    replaceAll: (files) =>
      replaceDurableFiles(files.map(({ path, bytes }) => ({ path: join(published, path), bytes }))),
    read: (path) => ifThere(() => readFileSync(join(published, path))),
    blocks: (path) => ({ [Symbol.iterator]: () => fileBlocks(join(published, path)) }),
    seen: (folder) =>
      entriesOf(join(published, folder))
        .filter((entry) => entry.isFile() && !entry.name.startsWith(DRAFT_PREFIX))
        .map(({ name }) => `${folder}/${name}`),
    remove: (paths, before) => paths.filter((path) => removeOld(join(published, path), before)),
  }
}

function* fileBlocks(
  path: string,
  { isPassing = false } = {},
): Generator<Uint8Array, void, undefined> {
  const fd = ifThere(() => openSync(path, 'r'))
  if (fd === null) return
  try {
    let block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
    for (;;) {
      if (!isPassing) block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
      const got = readSync(fd, block)
      if (got === 0) return
      yield block.subarray(0, got)
    }
  } finally {
    closeSync(fd)
  }
}

function openDraft(staging: string): StagedDraft {
  makeFolder(staging, 0o700)
  const draft = draftPath(join(staging, 'new'))
  const fd = openSync(draft, 'wx')
  let isOpen = true
  let length = 0
  const close = (): void => {
    if (isOpen) closeSync(fd)
    isOpen = false
  }
  return {
    write: (bytes) => {
      writeAll(fd, bytes, length)
      length += bytes.length
    },
    patch: (bytes) => writeAll(fd, bytes, 0),
    blocks: () => fileBlocks(draft, { isPassing: true }),
    finish: async (path) => {
      await syncFd(fd)
      close()
      const file = join(staging, path)
      makeFolder(dirname(file))
      renameSync(draft, file)
    },
    discard: () => {
      close()
      rmSync(draft, { force: true })
    },
  }
}

function promote(published: string, staging: string, paths: readonly string[]): string[] {
  const moved = paths.filter((path) => {
    makeFolder(dirname(join(published, path)))
    // Another process may be promoting the same files: whoever comes second finds nothing to move.
    return ifThere(() => (renameSync(join(staging, path), join(published, path)), true)) ?? false
  })
  for (const folder of new Set(moved.map((path) => dirname(join(published, path)))))
    syncFolder(folder)
  return moved
}

function discardStaged(staging: string, before: Date): void {
  for (const entry of entriesOf(staging, true)) {
    if (entry.isFile()) removeOld(join(entry.parentPath, entry.name), before)
  }
}

function removeOld(path: string, before: Date): boolean {
  const stat = ifThere(() => statSync(path))
  if (stat === null || stat.mtime >= before) return false
  rmSync(path, { force: true })
  return true
}

function lengthOf(path: string): number | null {
  return ifThere(() => statSync(path).size)
}

function entriesOf(folder: string, recursive = false): Dirent[] {
  return ifThere(() => readdirSync(folder, { withFileTypes: true, recursive })) ?? []
}

function ifThere<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
