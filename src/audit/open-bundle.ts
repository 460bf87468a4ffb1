import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import { MAX_BUNDLE_FILES } from './limits.ts'
import type { Published, TakePiece } from './published.ts'
import { decodeTarHeader, TAR_BLOCK, tarPadding } from './tar.ts'

interface Stored {
  readonly at: number
  readonly size: number
}

const PIECE_BYTES = 1 << 18

/** What is published, in one file that `bundle` has written. Throws `audit/source`, `audit/bundle`. */
export function openBundle(file: string): Published {
  const fd = open(file)
  let stored: ReadonlyMap<string, Stored>
  try {
    stored = readIndex(fd)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  const read = (path: string, maxBytes: number): Stored | null => {
    const found = stored.get(path) ?? null
    if (found === null || found.size <= maxBytes) return found
    throw new Fault(
      'fetch/too-large',
      `expected at most ${maxBytes} bytes in ${JSON.stringify(path)}, got ${found.size}`,
    )
  }
  return {
    name: file,
    read: (path, maxBytes) =>
      Promise.resolve().then(() => {
        const found = read(path, maxBytes)
        return found && readAt(fd, found.at, found.size)
      }),
    pieces: async (path, maxBytes, take: TakePiece) => {
      const found = read(path, maxBytes)
      if (found === null) return false
      for (let at = 0; at < found.size; at += PIECE_BYTES) {
        await take(readAt(fd, found.at + at, Math.min(PIECE_BYTES, found.size - at)))
      }
      return true
    },
    paths: () => Promise.resolve([...stored.keys()]),
    hasFeeds: false,
    close: () => {
      closeSync(fd)
      return Promise.resolve()
    },
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (cause) {
    throw new Fault('audit/source', `expected a bundle at ${JSON.stringify(file)}, got none`, {
      cause,
    })
  }
}

/** Where each file stands. Every byte of the archive must be one of a header, of a file, or zero. */
function readIndex(fd: number): ReadonlyMap<string, Stored> {
  const { size } = fstatSync(fd)
  const stored = new Map<string, Stored>()
  let last = ''
  for (let at = 0; ;) {
    const entry = decodeTarHeader(readAt(fd, at, TAR_BLOCK))
    at += TAR_BLOCK
    if (entry === null) {
      // POSIX: two blocks of zeros end an archive.
      assertZeros(fd, at, TAR_BLOCK)
      if (at + TAR_BLOCK === size) return stored
      throw refused('the end of the file behind its last block', `${size - at - TAR_BLOCK} bytes`)
    }
    if (entry.path <= last) throw refused(`a path after ${JSON.stringify(last)}`, entry.path)
    if (stored.size === MAX_BUNDLE_FILES) throw refused(`${MAX_BUNDLE_FILES} files at most`, 'more')
    last = entry.path
    stored.set(entry.path, { at, size: entry.size })
    at += entry.size
    assertZeros(fd, at, tarPadding(entry.size))
    at += tarPadding(entry.size)
  }
}

function assertZeros(fd: number, at: number, length: number): void {
  if (readAt(fd, at, length).some((byte) => byte !== 0)) throw refused('zeros', 'other bytes')
}

function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let got = 0; got < length;) {
    const read = readSync(fd, bytes, got, length - got, at + got)
    if (read === 0) throw refused(`${length} bytes at ${at}`, `the end after ${got}`)
    got += read
  }
  return bytes
}

function refused(expected: string, got: string): Fault {
  return new Fault('audit/bundle', `expected ${expected} in the bundle, got ${got}`)
}
