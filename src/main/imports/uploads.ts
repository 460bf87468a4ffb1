import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { UPLOAD_LIMITS } from '../../console/limits.ts'
import { Fault } from '../../core/fault.ts'

/** A file that somebody has uploaded. */
export interface Upload {
  readonly id: string
  /** As it is told of: no part of it becomes a path. */
  readonly name: string
  /** Whose it is: the id of a user. */
  readonly owner: string
  readonly bytes: number
  readonly sha256: string
  readonly until: Date
  /** Where its bytes lie, and where its refused lines are written. */
  readonly path: string
  readonly report: string
}

export interface Uploads {
  /** Writes what comes to a file of its own, while it comes. Throws `import/too-large`. */
  readonly receive: (
    file: { readonly owner: string; readonly name: string; readonly at: Date },
    chunks: AsyncIterable<Uint8Array>,
  ) => Promise<Upload>
  /** The upload of that id, if it is the owner's and is still kept. */
  readonly find: (owner: string, id: string, at: Date) => Upload | null
  /** Keeps something beside it, as JSON. */
  readonly note: (upload: Upload, value: unknown) => void
  readonly noted: (upload: Upload) => unknown
  readonly remove: (upload: Pick<Upload, 'id'>) => void
}

type Kept = Omit<Upload, 'until' | 'path' | 'report'> & { readonly until: string }

const ID = /^[0-9a-f]{32}$/

/** What of an upload has a file of its own. */
const PARTS = ['json', 'data', 'refused', 'note'] as const

/** The uploads in a folder that nobody else reads; it is made when the first comes. */
export function openUploads(folder: string): Uploads {
  const shelf = openShelf(folder)
  return {
    receive: async ({ owner, name, at }, chunks) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      sweep(shelf, at)
      const id = randomBytes(16).toString('hex')
      try {
        const written = await writeChunks(shelf.path(id, 'data'), chunks)
        const until = new Date(at.getTime() + UPLOAD_LIMITS.keptMs).toISOString()
        const kept: Kept = { id, owner, name: shownName(name), ...written, until }
        writeWhole(shelf.path(id, 'json'), JSON.stringify(kept))
        forgetOldest(shelf, owner)
        return shelf.open(kept)
      } catch (error) {
        shelf.remove({ id })
        throw error
      }
    },
    find: (owner, id, at) => {
      const upload = shelf.read(id)
      return upload?.owner === owner && upload.until > at ? upload : null
    },
    note: ({ id }, value) => {
      writeWhole(shelf.path(id, 'note'), JSON.stringify(value))
    },
    noted: ({ id }) => {
      const text = readText(shelf.path(id, 'note'))
      return text === null ? null : (JSON.parse(text) as unknown)
    },
    remove: shelf.remove,
  }
}

interface Shelf {
  readonly path: (id: string, what: (typeof PARTS)[number]) => string
  readonly open: (kept: Kept) => Upload
  readonly read: (id: string) => Upload | null
  readonly remove: (upload: Pick<Upload, 'id'>) => void
  readonly ids: () => string[]
}

function openShelf(folder: string): Shelf {
  const path: Shelf['path'] = (id, what) => join(folder, `${id}.${what}`)
  const open = ({ until, ...kept }: Kept): Upload => ({
    ...{ ...kept, until: new Date(until) },
    ...{ path: path(kept.id, 'data'), report: path(kept.id, 'refused') },
  })
  return {
    ...{ path, open },
    read: (id) => {
      // From the network: whatever isn't an id is no part of a path.
      const text = ID.test(id) ? readText(path(id, 'json')) : null
      return text === null ? null : open(JSON.parse(text) as Kept)
    },
    remove: ({ id }) => {
      for (const what of PARTS) rmSync(path(id, what), { force: true })
    },
    ids: () => {
      const names = readdirSync(folder).map((name) => name.split('.')[0] ?? '')
      return [...new Set(names)].filter((id) => ID.test(id))
    },
  }
}

/** Takes away what is kept no more, and what a crash has left without its end. */
function sweep({ ids, read, remove, path }: Shelf, at: Date): void {
  for (const id of ids()) {
    const upload = read(id)
    const isKept = upload === null ? isYoung(path(id, 'data'), at) : upload.until > at
    if (!isKept) remove({ id })
  }
}

function isYoung(path: string, at: Date): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats !== undefined && stats.mtimeMs + UPLOAD_LIMITS.keptMs > at.getTime()
}

function forgetOldest({ ids, read, remove }: Shelf, owner: string): void {
  const own = ids()
    .map(read)
    .filter((upload) => upload !== null)
    .filter((upload) => upload.owner === owner)
    .sort((a, b) => b.until.getTime() - a.until.getTime())
  for (const upload of own.slice(UPLOAD_LIMITS.perPerson)) remove(upload)
}

/** A name as people may be shown it: without folders, control characters and what is too long. */
function shownName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const shown = last.replaceAll(/\p{Cc}|\p{Surrogate}/gu, '').trim()
  return (shown === '' ? 'upload' : shown).slice(0, UPLOAD_LIMITS.nameLength)
}

/** From the network, not yet verified: stopped as soon as it is too long. */
async function writeChunks(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Pick<Upload, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256')
  const fd = openSync(path, 'wx', 0o600)
  try {
    let bytes = 0
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > UPLOAD_LIMITS.bytes) throw tooLarge()
      hash.update(chunk)
      for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at)
    }
    return { bytes, sha256: hash.digest('hex') }
  } finally {
    closeSync(fd)
  }
}

function tooLarge(): Fault {
  return new Fault(
    'import/too-large',
    `expected a file of at most ${UPLOAD_LIMITS.bytes} bytes, got more: «bailiwick entry import» takes larger ones`,
  )
}

/** Nobody sees half of it. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.draft`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, path)
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
