import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, isFault } from '../core/fault.ts'
import { writeDurableFile } from '../platform/durable-file.ts'
import { parseKeptCheckpoint, printKeptCheckpoint, type KeptCheckpoint } from './kept-checkpoint.ts'
import { MAX_KEPT_BYTES } from './limits.ts'

/** What a witness remembers, one checkpoint an origin. Everything is read from the disk, so nothing is believed that isn't there. */
export interface CheckpointFolder {
  /** Null where the origin was never cosigned. Throws `witness/state`. */
  readonly find: (origin: string) => KeptCheckpoint | null
  /** By origin. Throws `witness/state`. */
  readonly all: () => readonly KeptCheckpoint[]
  /** When it returns, the checkpoint is on the disk; when it throws, that one or the one before is. */
  readonly keep: (kept: KeptCheckpoint) => void
}

const KEPT_FILE = /^[0-9a-f]{64}\.json$/

/** `folder` is there, and this process alone works in it. */
export function openCheckpointFolder(folder: string): CheckpointFolder {
  // An origin may hold slashes; its hash names the file.
  const pathOf = (origin: string): string =>
    join(folder, `${createHash('sha256').update(origin).digest('hex')}.json`)
  return {
    find: (origin) => {
      const kept = readKept(pathOf(origin))
      if (kept !== null && kept.checkpoint.origin !== origin) throw misplaced(pathOf(origin), kept)
      return kept
    },
    all: () =>
      readdirSync(folder)
        .filter((name) => KEPT_FILE.test(name))
        .flatMap((name) => {
          const path = join(folder, name)
          const kept = readKept(path)
          if (kept !== null && pathOf(kept.checkpoint.origin) !== path) throw misplaced(path, kept)
          return kept ?? []
        })
        .sort((a, b) => (a.checkpoint.origin < b.checkpoint.origin ? -1 : 1)),
    keep: (kept) => {
      writeDurableFile(pathOf(kept.checkpoint.origin), Buffer.from(printKeptCheckpoint(kept)), {
        mode: 0o600,
      })
    },
  }
}

function readKept(path: string): KeptCheckpoint | null {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return null
  try {
    if (stats.size > MAX_KEPT_BYTES) {
      throw new Fault(
        'witness/state',
        `expected ${MAX_KEPT_BYTES} bytes at most, got ${stats.size}`,
      )
    }
    return parseKeptCheckpoint(readFileSync(path, 'utf8'))
  } catch (error) {
    if (!isFault(error, 'witness/state')) throw error
    throw new Fault('witness/state', `${JSON.stringify(path)}: ${error.message}`, { cause: error })
  }
}

function misplaced(path: string, { checkpoint }: KeptCheckpoint): Fault {
  return new Fault(
    'witness/state',
    `${JSON.stringify(path)}: expected the origin of that name, got ${JSON.stringify(checkpoint.origin)}`,
  )
}
