import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Names of files that are not finished begin so; whoever lists a folder leaves them out. */
export const DRAFT_PREFIX = '.draft-'

export interface DurableOptions {
  readonly mode?: number
  /**
   * The file is immutable: when it is there already with the same bytes, that is a success; with other bytes it is an error of
   * the system (`EEXIST`).
   */
  readonly immutable?: boolean
}

/**
 * Writes a file so that after any crash it is there whole, or as it was before: a draft beside it, fsync, rename, fsync of the
 * folder. When it returns, the file is on the disk. Makes the folder. Leaves no draft after an error.
 */
export function writeDurableFile(
  path: string,
  bytes: Uint8Array,
  { mode = 0o644, immutable = false }: DurableOptions = {},
): void {
  if (immutable && existsSync(path)) {
    assertSame(path, bytes)
    return
  }
  writeDurableBlocks(path, [bytes], { mode })
}

/** The same for several files, with one wait for each folder: after a crash each of them is there whole or as it was before. */
export function writeDurableFiles(
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): void {
  for (const { path, bytes } of files) replaceFile(path, [bytes], 0o644)
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) syncFolder(folder)
}

/** So many files are on their way to the disk at once: it takes several flushes together. */
const REPLACED_AT_ONCE = 16

/** As `writeDurableFiles`, of many, and without keeping others from working. */
export async function replaceDurableFiles(
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    for (let file = files[next++]; file; file = files[next++]) await replaceLater(file)
  }
  await Promise.all(Array.from({ length: REPLACED_AT_ONCE }, work))
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) syncFolder(folder)
}

async function replaceLater({
  path,
  bytes,
}: {
  readonly path: string
  readonly bytes: Uint8Array
}): Promise<void> {
  makeFolder(dirname(path))
  const draft = draftPath(path)
  try {
    await writeFile(draft, bytes, { flag: 'wx', mode: 0o644, flush: true })
    await rename(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** The same for bytes that come in blocks; what they throw leaves everything as it was. */
export function writeDurableBlocks(
  path: string,
  blocks: Iterable<Uint8Array>,
  { mode = 0o644 }: Pick<DurableOptions, 'mode'> = {},
): void {
  replaceFile(path, blocks, mode)
  syncFolder(dirname(path))
}

/** All but the last step: the name is not durable yet. */
function replaceFile(path: string, blocks: Iterable<Uint8Array>, mode: number): void {
  makeFolder(dirname(path))
  const draft = draftPath(path)
  try {
    const fd = openSync(draft, 'wx', mode)
    try {
      for (const block of blocks) writeAll(fd, block)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** A name for a draft of `path`, in the same folder, that nobody else uses. */
export function draftPath(path: string): string {
  return join(
    dirname(path),
    `${DRAFT_PREFIX}${randomBytes(6).toString('hex')}-${basename(path).slice(-100)}`,
  )
}

/** Writes all of `bytes`, however little the system takes at once: at `offset`, or else where the file stands. */
export function writeAll(fd: number, bytes: Uint8Array, offset: number | null = null): void {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(fd, bytes, at, bytes.length - at, offset === null ? null : offset + at)
  }
}

/** Makes the names in a folder durable. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Makes a folder and those above it, durably, if it is not there. */
export function makeFolder(folder: string, mode = 0o755): void {
  const first = mkdirSync(folder, { recursive: true, mode })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made))
    syncFolder(dirname(made))
}

/**
 * Keeps a folder of the data from the host's other users, with all that is in it; one that is there already too, unless it is
 * somebody else's to change. Does not make it.
 */
export function keepPrivate(folder: string): void {
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (stats === undefined || (stats.mode & 0o077) === 0) return
  try {
    chmodSync(folder, 0o700)
  } catch (error) {
    if (!['EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

function assertSame(path: string, bytes: Uint8Array): void {
  if (readFileSync(path).equals(bytes)) return
  throw Object.assign(new Error(`${path} is there already with other bytes`), {
    code: 'EEXIST',
    path,
    syscall: 'open',
  })
}
