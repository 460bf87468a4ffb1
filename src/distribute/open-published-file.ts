import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileMemory } from './file-memory.ts'
import { prepareRepresentation, type Representation } from './representation.ts'

/** Where published files lie, and the memory that may hold them. */
export interface PublishedFilesDeps {
  /** `DATA/published`. */
  readonly published: string
  readonly memory: FileMemory
}

const IMMUTABLE = 'max-age=31536000, immutable'
/** Of the log: its files are immutable too, but proofs are made again with a new policy, and all of it with a new log. */
const LASTING = 'max-age=3600'
/** Always ask: it is the pointer that everything else hangs from. */
const REVALIDATE = 'no-cache'

export type Visibility = 'public' | 'private'

/** A target, whose SHA-256 stands in its name; null if there is no such file. */
export async function openTarget(
  { published }: PublishedFilesDeps,
  { file, sha256 }: { readonly file: string; readonly sha256: string },
  visibility: Visibility,
): Promise<Representation | null> {
  const path = join(published, file)
  const facts = await stat(path).catch(ifMissing)
  if (facts?.isFile() !== true) return null
  return prepareRepresentation({
    file: path,
    size: facts.size,
    tag: sha256,
    lastModified: facts.mtime,
    contentType: contentTypeOf(file),
    cacheControl: `${visibility}, ${IMMUTABLE}`,
  })
}

/** A metadata file or one of the log, tagged by the hash of its bytes; null if there is none. */
export async function openMetadata(
  { published, memory }: PublishedFilesDeps,
  file: string,
  {
    visibility,
    isPointer,
    see,
  }: {
    readonly visibility: Visibility
    readonly isPointer: boolean
    /** Told its bytes. */
    readonly see?: (body: Buffer) => void
  },
): Promise<Representation | null> {
  const path = join(published, file)
  const handle = await open(path, 'r').catch(ifMissing)
  if (handle === null) return null
  try {
    // By the handle: length, time and bytes are then of one and the same file, also while it is replaced.
    const facts = await handle.stat()
    const body = await handle.readFile()
    const representation = prepareRepresentation({
      file: path,
      size: body.length,
      tag: createHash('sha256').update(body).digest('hex'),
      lastModified: facts.mtime,
      contentType: contentTypeOf(file),
      cacheControl: `${visibility}, ${isPointer ? REVALIDATE : lastingOf(file)}`,
    })
    memory.hold(representation, body)
    see?.(body)
    return representation
  } finally {
    await handle.close()
  }
}

function lastingOf(file: string): string {
  return file.startsWith('log/') ? LASTING : IMMUTABLE
}

function contentTypeOf(file: string): string {
  if (file.endsWith('.gz')) return 'application/gzip'
  if (file.endsWith('.json')) return 'application/json'
  // c2sp.org/tlog-tiles: tiles «SHOULD be served with Content-Type: application/octet-stream».
  return file.startsWith('log/tile/') ? 'application/octet-stream' : 'text/plain; charset=utf-8'
}

function ifMissing(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null
  throw error
}
