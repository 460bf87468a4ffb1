import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DRAFT_PREFIX, draftPath, keepPrivate, makeFolder, writeAll } from './durable-file.ts'

interface Changes {
  readonly added: Iterable<Uint8Array>
  readonly removed: Iterable<Uint8Array>
}

/**
 * `work/`: the lines of each list's newest serial, and what came and went with each serial. All of it can be made again from the
 * database, so nothing is synced; a file is there whole or not at all unless the machine lost its power, and then `changes`
 * notices by their digest, and the reader of `lines` by their state.
 */
export interface LineCache {
  readonly lines: (place: string, serial: number) => Iterable<Uint8Array> | null
  /** The same, quicker: each block holds only until the next one is asked for. */
  readonly passingLines: (place: string, serial: number) => Iterable<Uint8Array> | null
  readonly changes: (place: string, serial: number) => Changes | null
  /** A file for the lines of a serial that may become the newest; `keep` or `discard` it. */
  readonly draftLines: (place: string, serial: number) => LineDraft
  readonly putChanges: (place: string, serial: number, changes: Changes) => void
  readonly forget: (
    place: string,
    before: { readonly lines: number; readonly changes: number },
  ) => void
}

/** Lines on their way to the cache: nobody sees them before `keep`. */
export interface LineDraft {
  readonly write: (block: Uint8Array) => void
  /** What was written, once all is: each block holds only until the next one is asked for. */
  readonly lines: () => Iterable<Uint8Array>
  readonly keep: () => void
  /** After `keep`, does nothing. */
  readonly discard: () => void
}

/** How much is read at once: it stays in a processor's own cache. */
const READ_BYTES = 1 << 18
const DIGEST_BYTES = 32
const STALE_MS = 3_600_000

/** Opens the cache, whose files none but its owner can reach: they have the lines of restricted lists. */
export function openLineCache(folder: string): LineCache {
  keepPrivate(folder)
  const fileOf = (place: string, name: string): string => join(folder, place, name)
  return {
    lines: (place, serial) => readLines(fileOf(place, `${serial}.lines`)),
    passingLines: (place, serial) =>
      readLines(fileOf(place, `${serial}.lines`), { isPassing: true }),
    changes: (place, serial) => {
      const added = readChecked(fileOf(place, `${serial}.added`))
      const removed = readChecked(fileOf(place, `${serial}.removed`))
      return added === null || removed === null ? null : { added, removed }
    },
    draftLines: (place, serial) => openLineDraft(fileOf(place, `${serial}.lines`)),
    putChanges: (place, serial, { added, removed }) => {
      writeChecked(fileOf(place, `${serial}.added`), added)
      writeChecked(fileOf(place, `${serial}.removed`), removed)
    },
    forget: (place, before) => {
      for (const name of namesIn(join(folder, place))) {
        if (name.startsWith(DRAFT_PREFIX)) removeStale(fileOf(place, name))
        const [, serial, part] = /^([0-9]+)\.(lines|added|removed)$/.exec(name) ?? []
        if (serial === undefined) continue
        const limit = part === 'lines' ? before.lines : before.changes
        if (Number(serial) < limit) rmSync(fileOf(place, name), { force: true })
      }
    },
  }
}

function openLineDraft(path: string): LineDraft {
  makeFolder(dirname(path), 0o700)
  const draft = draftPath(path)
  const fd = openSync(draft, 'wx')
  let isOpen = true
  const close = (): void => {
    if (isOpen) closeSync(fd)
    isOpen = false
  }
  return {
    write: (block) => writeAll(fd, block),
    lines: () => readLines(draft, { isPassing: true }) ?? [],
    keep: () => {
      close()
      renameSync(draft, path)
    },
    discard: () => {
      close()
      rmSync(draft, { force: true })
    },
  }
}

/** Writes blocks with their digest at the end. */
function writeChecked(path: string, blocks: Iterable<Uint8Array>): void {
  const draft = openLineDraft(path)
  try {
    const hash = createHash('sha256')
    for (const block of blocks) {
      hash.update(block)
      draft.write(block)
    }
    draft.write(hash.digest())
    draft.keep()
  } catch (error) {
    draft.discard()
    throw error
  }
}

/** The lines of a file before the digest at its end, if that is right; null otherwise. Reads it once now, and again when asked. */
function readChecked(path: string): Iterable<Uint8Array> | null {
  const lines = readLines(path, { except: DIGEST_BYTES })
  if (lines === null) return null
  const hash = createHash('sha256')
  let length = 0
  for (const block of lines) {
    hash.update(block)
    length += block.length
  }
  return hash.digest().equals(readAt(path, length)) ? lines : null
}

function readAt(path: string, offset: number): Uint8Array {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(DIGEST_BYTES)
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, offset))
  } finally {
    closeSync(fd)
  }
}

interface ReadOptions {
  /** How many bytes at the end are no lines. */
  readonly except?: number
  /** Whether one buffer serves for all blocks. */
  readonly isPassing?: boolean
}

/** A file of lines as line blocks; null when there is none. May be iterated more than once. */
function readLines(
  path: string,
  { except = 0, isPassing = false }: ReadOptions = {},
): Iterable<Uint8Array> | null {
  if (!existsSync(path)) return null
  return {
    *[Symbol.iterator]() {
      // Nothing, when another process has forgotten it meanwhile.
      if (!existsSync(path)) return
      const fd = openSync(path, 'r')
      try {
        const end = fstatSync(fd).size - except
        let buffer = Buffer.alloc(0)
        for (let at = 0; at < end;) {
          if (!isPassing || at === 0)
            buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, end - at))
          const got = readSync(fd, buffer, 0, Math.min(buffer.length, end - at), at)
          // A line that is cut is read again from its start; one that has no end is for the taker to refuse.
          const cut = buffer.lastIndexOf(0x0a, got - 1) + 1
          const length = cut === 0 || got === 0 ? got : cut
          if (length === 0) return
          yield buffer.subarray(0, length)
          at += length
        }
      } finally {
        closeSync(fd)
      }
    },
  }
}

/** Removes the draft of a process that was killed: nobody works on one for so long. */
function removeStale(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat !== undefined && Date.now() - stat.mtimeMs > STALE_MS) rmSync(path, { force: true })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
