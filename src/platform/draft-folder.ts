import { closeSync, existsSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { makeFolder, syncFolder, writeDurableFile } from './durable-file.ts'
import { readAtMost } from './read-at-most.ts'

/** Changes that wait for signatures: small files, each replaced in one step. */
export interface DraftFolder {
  /** By name. Throws `draft/invalid` for a file that is too large to be one. */
  readonly all: () => readonly { readonly name: string; readonly bytes: Uint8Array }[]
  /** Durable when it returns. */
  readonly put: (name: string, bytes: Uint8Array) => void
  /** Does nothing where there is none of that name. */
  readonly remove: (name: string) => void
}

const FILE = /^([0-9a-f]{16})\.json$/

/** The metadata before and after of root and targets, of which readers take 5,000,000 bytes each. */
const MAX_DRAFT_BYTES = 32_000_000

/** `folder` is made when the first draft is put into it. */
export function openDraftFolder(folder: string): DraftFolder {
  return {
    all: () => {
      if (!existsSync(folder)) return []
      return readdirSync(folder)
        .sort()
        .flatMap((file) => {
          const name = FILE.exec(file)?.[1]
          return name === undefined ? [] : [{ name, bytes: readBounded(join(folder, file)) }]
        })
    },
    put: (name, bytes) => {
      makeFolder(folder, 0o700)
      writeDurableFile(join(folder, `${name}.json`), bytes, { mode: 0o600 })
    },
    remove: (name) => {
      if (!existsSync(folder)) return
      rmSync(join(folder, `${name}.json`), { force: true })
      syncFolder(folder)
    },
  }
}

function readBounded(path: string): Uint8Array {
  const fd = openSync(path, 'r')
  try {
    const bytes = readAtMost(fd, MAX_DRAFT_BYTES)
    if (bytes.length <= MAX_DRAFT_BYTES) return bytes
  } finally {
    closeSync(fd)
  }
  throw new Fault(
    'draft/invalid',
    `expected ${MAX_DRAFT_BYTES} bytes at most in ${JSON.stringify(path)}, got more: it is no draft; remove it`,
  )
}
