import { Fault, isFault } from '../core/fault.ts'
import { LOG_CHECKPOINT_PATH } from '../core/layout.ts'
import { parseCheckpoint, type Checkpoint } from '../core/log/checkpoint.ts'
import { parseNote } from '../core/log/note.ts'
import { isSameHash } from '../core/log/tree-hash.ts'
import type { PublishDeps } from './ports.ts'

type Deps = Pick<PublishDeps, 'files'> & {
  readonly store: { readonly log: Pick<PublishDeps['store']['log'], 'checkpoint'> }
}

/**
 * The published checkpoint lies outside of the database: where it is ahead, the database is a restored backup or one of two, and to go on
 * would make the log say two things at one place. Throws `log/forked`.
 */
export function assertNotForked({ store, files }: Deps): void {
  const shown = readShown(files)
  if (shown === null) return
  const last = store.log.checkpoint()
  if (last !== null && shown.size < last.size) return
  if (last?.size === shown.size && isSameHash(shown.root, last.root)) return
  throw new Fault(
    'log/forked',
    `expected the published checkpoint to be one of the ${last?.size ?? 0} leaves that the database has, or earlier, got ${shown.size} leaves with the root ${Buffer.from(shown.root).toString('base64')}: the database is older than what was published; docs/operate.md has the ways out`,
  )
}

/** What a published checkpoint says, which nobody but us has written; null where it is lost or damaged, and will be made again. */
export function readShown({ read }: Pick<PublishDeps['files'], 'read'>): Checkpoint | null {
  const shown = read(LOG_CHECKPOINT_PATH)
  if (shown === null) return null
  try {
    return parseCheckpoint(parseNote(shown).text)
  } catch (error) {
    if (isFault(error, 'log/invalid')) return null
    throw error
  }
}
