import {
  closeSync,
  fdatasync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '../../core/fault.ts'
import { draftPath, makeFolder, writeAll } from '../../platform/durable-file.ts'
import type { Secondary } from './secondary.ts'

const HEADER = JSON.stringify({ format: 'bailiwick-secondaries/1' })
/** What may be in the file beside three times of what counts in it, before it is written anew. */
const SPARE_BYTES = 1 << 20
/** Rows written at a time while others are served. */
const SLICE_ROWS = 256

export interface LedgerFileDeps {
  readonly path: string
  /** Names of all rows that count, and each of them as it is now. */
  readonly ids: () => Iterable<string>
  readonly row: (id: string) => Secondary | undefined
  /** Told once, until writing succeeds again. */
  readonly onFault: (fault: Fault) => void
}

/**
 * A file of rows, one JSON object a line, of which the last for a secondary counts. A row is with the system when `append` returns, so
 * it outlives the process; `sync` begins to bring it to the disk. When nothing can be written, that is said, and nothing else stops.
 */
export class LedgerFile {
  readonly #deps: LedgerFileDeps
  #fd: number | null = null
  #draft: { readonly fd: number; readonly path: string } | null = null
  #bytes = 0
  /** How long the file was when it was last written anew. */
  #rewritten = 0
  /** The end of the file may be half a line. */
  #isTorn = true
  #isFailing = false
  #isSyncing = false
  #isClosed = false

  constructor(deps: LedgerFileDeps) {
    this.#deps = deps
    this.#try(() => {
      makeFolder(dirname(deps.path))
      this.#fd = openSync(deps.path, 'a', 0o600)
      this.#bytes = this.#rewritten = fstatSync(this.#fd).size
      if (this.#bytes === 0) this.#write(this.#fd, `${HEADER}\n`)
    })
  }

  /** After `close` nothing: what was on its way then counts as cut. */
  append(row: Secondary): void {
    if (this.#isClosed) return
    const line = `${JSON.stringify(row)}\n`
    this.#try(() => {
      const fd = (this.#fd ??= openSync(this.#deps.path, 'a', 0o600))
      // Behind half a line this one would be lost with it.
      this.#write(fd, this.#isTorn ? `\n${line}` : line)
      if (this.#draft !== null) writeText(this.#draft.fd, line)
    })
    if (this.#bytes > 3 * this.#rewritten + SPARE_BYTES) void this.rewrite()
  }

  /** Begins to bring to the disk what was appended; for many calls at a time once. */
  sync(): void {
    if (this.#isSyncing || this.#fd === null) return
    this.#isSyncing = true
    fdatasync(this.#fd, () => (this.#isSyncing = false))
  }

  /** Writes the rows that count into a new file, some at a time, and puts it in place of this one. */
  async rewrite(): Promise<void> {
    if (this.#draft !== null) return
    // However it ends, it is not tried again with the next row.
    this.#rewritten = this.#bytes
    const path = draftPath(this.#deps.path)
    try {
      const draft = (this.#draft = { fd: openSync(path, 'wx', 0o600), path })
      writeText(draft.fd, `${HEADER}\n`)
      for (const slice of slicesOf([...this.#deps.ids()])) {
        // Given up when a row could not be written to both.
        if (this.#draft !== draft) return
        // As they are now: what was appended meanwhile is not newer.
        const rows = slice.flatMap((id) => this.#deps.row(id) ?? [])
        writeText(draft.fd, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
        await new Promise((resolve) => setImmediate(resolve))
      }
      if (this.#draft !== draft) return
      renameSync(path, this.#deps.path)
      this.#swap(draft.fd)
    } catch (error) {
      this.#fail(error)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#discardDraft()
    if (this.#fd !== null) closeSync(this.#fd)
    this.#fd = null
  }

  #swap(fd: number): void {
    if (this.#fd !== null) closeSync(this.#fd)
    this.#fd = fd
    this.#draft = null
    this.#isTorn = false
    this.#bytes = this.#rewritten = fstatSync(fd).size
  }

  #discardDraft(): void {
    if (this.#draft === null) return
    const { fd, path } = this.#draft
    this.#draft = null
    closeSync(fd)
    rmSync(path, { force: true })
  }

  #write(fd: number, text: string): void {
    this.#isTorn = true
    this.#bytes += writeText(fd, text)
    this.#isTorn = false
  }

  #try(work: () => void): void {
    try {
      work()
      this.#isFailing = false
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(cause: unknown): void {
    this.#discardDraft()
    if (this.#isFailing) return
    this.#isFailing = true
    const why = cause instanceof Error ? cause.message : String(cause)
    this.#deps.onFault(
      new Fault('serve/ledger', `expected to note what secondaries do, got ${why}`, { cause }),
    )
  }
}

/**
 * The rows of a file, each secondary's last, in the order in which they were last written; none when there is no file. Lines that
 * were torn by a crash are left out. Any process may read it at any time.
 */
export function readLedger(path: string): Secondary[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const rows = new Map<string, Secondary>()
  for (const line of text.split('\n')) {
    const row = parseRow(line)
    if (row === null) continue
    const id = secondaryId(row)
    rows.delete(id)
    rows.set(id, row)
  }
  return [...rows.values()]
}

/** One name for a secondary: none of its parts can have a space. */
export function secondaryId({
  subscriber,
  zone,
  address,
}: Pick<Secondary, 'subscriber' | 'zone' | 'address'>): string {
  return `${subscriber} ${zone} ${address}`
}

function parseRow(line: string): Secondary | null {
  if (!line.startsWith('{"subscriber":') || !line.endsWith('}')) return null
  try {
    return JSON.parse(line) as Secondary
  } catch {
    // Half a line, and the beginning of the next behind it.
    return null
  }
}

function* slicesOf(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += SLICE_ROWS) yield ids.slice(at, at + SLICE_ROWS)
}

function writeText(fd: number, text: string): number {
  const bytes = Buffer.from(text)
  writeAll(fd, bytes)
  return bytes.length
}
