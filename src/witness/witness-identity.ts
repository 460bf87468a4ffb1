import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, isFault } from '../core/fault.ts'
import { parseNoteKey, printNoteKey, type NoteKey } from '../core/log/note-key.ts'
import { writeDurableFile } from '../platform/durable-file.ts'

/**
 * Whose state a folder holds. It is written once, at the end of `init`: where the key is and this file isn't, the state was lost, or
 * its disk isn't mounted, and a witness that began anew would cosign forks of what it has forgotten.
 */
export function writeIdentity(stateFolder: string, key: NoteKey): void {
  const bytes = Buffer.from(`${JSON.stringify({ v: 1, key: printNoteKey(key) })}\n`)
  writeDurableFile(identityPath(stateFolder), bytes, { mode: 0o600, immutable: true })
}

/** The key that a state folder belongs to, without its private part. Throws `witness/state`. */
export function readIdentity(stateFolder: string): NoteKey {
  const path = identityPath(stateFolder)
  try {
    const { v, key } = JSON.parse(readText(path)) as {
      readonly v?: unknown
      readonly key?: unknown
    }
    if (v === 1 && typeof key === 'string') return parseNoteKey(key)
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !isFault(cause, 'log/key')) throw cause
    throw unreadable(path, cause)
  }
  throw unreadable(path, null)
}

function identityPath(stateFolder: string): string {
  return join(stateFolder, 'witness.json')
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new Fault(
      'witness/state',
      `expected the state of a witness at ${JSON.stringify(path)}, got nothing there: is its disk mounted? For a new witness run bailiwick witness init`,
      { cause },
    )
  }
}

function unreadable(path: string, cause: Error | null): Fault {
  return new Fault(
    'witness/state',
    `expected the key of a witness in ${JSON.stringify(path)}, got something else`,
    cause === null ? undefined : { cause },
  )
}
