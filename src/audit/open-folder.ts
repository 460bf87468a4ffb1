import { createReadStream, readFileSync, statSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { Fault } from '../core/fault.ts'
import type { Published, TakePiece } from './published.ts'

/** What is published, in a folder: the authority's own, a copy, or an unpacked bundle. Throws `audit/source`. */
export async function openFolder(folder: string): Promise<Published> {
  const found = await stat(folder).catch(() => null)
  if (found?.isDirectory() !== true) {
    throw new Fault('audit/source', `expected a folder at ${JSON.stringify(folder)}, got none`)
  }
  const pieces = (path: string, maxBytes: number, take: TakePiece): Promise<boolean> =>
    readPieces(join(folder, path), maxBytes, take)
  return {
    name: folder,
    pieces,
    read: (path, maxBytes) => Promise.resolve(readWhole(join(folder, path), maxBytes)),
    paths: () => listFolder(folder),
    hasFeeds: false,
    close: () => Promise.resolve(),
  }
}

/** All pieces as one; null where there is no file. */
export async function collect(
  pieces: Published['pieces'],
  path: string,
  maxBytes: number,
): Promise<Buffer | null> {
  const parts: Buffer[] = []
  const isThere = await pieces(path, maxBytes, (piece) => void parts.push(piece))
  return isThere ? Buffer.concat(parts) : null
}

/** Small files in one call: a log has many of them. */
function readWhole(file: string, maxBytes: number): Buffer | null {
  try {
    if (statSync(file).size > maxBytes) throw tooLarge(file, maxBytes)
    return readFileSync(file)
  } catch (error) {
    assertMissing(file, error)
    return null
  }
}

async function readPieces(file: string, maxBytes: number, take: TakePiece): Promise<boolean> {
  let length = 0
  try {
    for await (const piece of createReadStream(file, { highWaterMark: 1 << 18 })) {
      length += (piece as Buffer).length
      if (length > maxBytes) throw tooLarge(file, maxBytes)
      await take(piece as Buffer)
    }
    return true
  } catch (error) {
    assertMissing(file, error)
    return false
  }
}

/** Throws unless `error` says that there is no such file. */
function assertMissing(file: string, error: unknown): void {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return
  if (error instanceof Fault || code === undefined || !/^E[A-Z]+$/.test(code)) throw error
  throw new Fault('fetch/failed', `expected to read ${JSON.stringify(file)}, got ${code}`, {
    cause: error,
  })
}

function tooLarge(file: string, maxBytes: number): Fault {
  return new Fault(
    'fetch/too-large',
    `expected at most ${maxBytes} bytes in ${JSON.stringify(file)}, got more`,
  )
}

async function listFolder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length))
    .map((path) => path.replaceAll(sep, '/'))
    .sort()
}
