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
} from 'node:fs'
import { dirname, join } from 'node:path'
import { draftPath, makeFolder, writeAll } from './durable-file.ts'

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
  readonly changes: (place: string, serial: number) => Changes | null
  /** Writes what passes through it; the file is there when the generator has ended. */
  readonly putLines: (
    place: string,
    serial: number,
    lines: Iterable<Uint8Array>,
  ) => Generator<Uint8Array, void, undefined>
  readonly putChanges: (place: string, serial: number, changes: Changes) => void
  readonly forget: (
    place: string,
    before: { readonly lines: number; readonly changes: number },
  ) => void
}

/** How much is read at once. */
const READ_BYTES = 1 << 20
const DIGEST_BYTES = 32

export function openLineCache(folder: string): LineCache {
  const fileOf = (place: string, name: string): string => join(folder, place, name)
  return {
    lines: (place, serial) => readLines(fileOf(place, `${serial}.lines`), 0),
    changes: (place, serial) => {
      const added = readChecked(fileOf(place, `${serial}.added`))
      const removed = readChecked(fileOf(place, `${serial}.removed`))
      return added === null || removed === null ? null : { added, removed }
    },
    putLines: (place, serial, lines) => writeThrough(fileOf(place, `${serial}.lines`), lines),
    putChanges: (place, serial, { added, removed }) => {
      writeChecked(fileOf(place, `${serial}.added`), added)
      writeChecked(fileOf(place, `${serial}.removed`), removed)
    },
    forget: (place, before) => {
      for (const name of namesIn(join(folder, place))) {
        const [, serial, part] = /^([0-9]+)\.(lines|added|removed)$/.exec(name) ?? []
        if (serial === undefined) continue
        const limit = part === 'lines' ? before.lines : before.changes
        if (Number(serial) < limit) rmSync(fileOf(place, name), { force: true })
      }
    },
  }
}

/** Yields `blocks` and writes them; under the name `path` when the last one has passed, and nothing stays if it never does. */
function* writeThrough(
  path: string,
  blocks: Iterable<Uint8Array>,
): Generator<Uint8Array, void, undefined> {
  makeFolder(dirname(path))
  const draft = draftPath(path)
  const fd = openSync(draft, 'wx')
  let isWhole = false
  try {
    for (const block of blocks) {
      writeAll(fd, block)
      yield block
    }
    isWhole = true
  } finally {
    closeSync(fd)
    if (isWhole) renameSync(draft, path)
    else rmSync(draft, { force: true })
  }
}

/** Writes blocks with their digest at the end. */
function writeChecked(path: string, blocks: Iterable<Uint8Array>): void {
  const through = writeThrough(path, withDigest(blocks))
  while (through.next().done !== true);
}

function* withDigest(blocks: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  const hash = createHash('sha256')
  for (const block of blocks) {
    hash.update(block)
    yield block
  }
  yield hash.digest()
}

/** The lines of a file without the digest at its end, if that is right; null otherwise. Reads it once now, and again when asked. */
function readChecked(path: string): Iterable<Uint8Array> | null {
  if (!existsSync(path)) return null
  const hash = createHash('sha256')
  let tail: Uint8Array = new Uint8Array(0)
  for (const block of rawBlocks(path)) {
    const both = Buffer.concat([tail, block])
    tail = both.subarray(Math.max(0, both.length - DIGEST_BYTES))
    hash.update(both.subarray(0, both.length - tail.length))
  }
  return hash.digest().equals(tail) ? readLines(path, DIGEST_BYTES) : null
}

/** A file of lines as line blocks, but for the last `except` bytes; null when there is none. May be iterated more than once. */
function readLines(path: string, except: number): Iterable<Uint8Array> | null {
  if (!existsSync(path)) return null
  return {
    *[Symbol.iterator]() {
      let rest: Uint8Array = new Uint8Array(0)
      for (const block of rawBlocks(path, except)) {
        const cut = block.lastIndexOf(0x0a) + 1
        if (cut === 0) {
          rest = Buffer.concat([rest, block])
          continue
        }
        // The line over the seam is given by itself, so that the block need not be copied.
        const first = rest.length === 0 ? 0 : block.indexOf(0x0a) + 1
        if (first > 0) yield Buffer.concat([rest, block.subarray(0, first)])
        if (cut > first) yield block.subarray(first, cut)
        rest = block.subarray(cut)
      }
      if (rest.length > 0) yield rest
    },
  }
}

/** The bytes of a file; none when another process has forgotten it meanwhile. */
function* rawBlocks(path: string, except = 0): Generator<Buffer, void, undefined> {
  if (!existsSync(path)) return
  const fd = openSync(path, 'r')
  try {
    const end = fstatSync(fd).size - except
    for (let at = 0; at < end;) {
      const block = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, end - at))
      const got = readSync(fd, block, 0, block.length, at)
      if (got === 0) return
      yield block.subarray(0, got)
      at += got
    }
  } finally {
    closeSync(fd)
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
