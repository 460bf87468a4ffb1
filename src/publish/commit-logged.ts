import { Fault } from '../core/fault.ts'
import { assertNotForked } from './assert-not-forked.ts'
import { beginLog } from './begin-log.ts'
import { finishBatch, type FinishDeps } from './finish-batch.ts'
import { logManifest, metadataLeafOf, type LoggedPublication } from './log-leaves.ts'
import type { Act, NewBatch, PublishDeps, SignedMetadata } from './ports.ts'

export type LoggedDeps = FinishDeps & Pick<PublishDeps, 'newSalt'>

/** What one act has signed: metadata without a timestamp, and what it was signed for. */
export interface LoggedChange {
  readonly metadata: readonly SignedMetadata[]
  readonly at: Date
  readonly publication?: LoggedPublication
  /** The text of a policy that the targets among the metadata name. */
  readonly policy?: string
  /** Whether a policy is not to wait for the witnesses of the one before. */
  readonly isForced?: boolean
  /** Whether it was signed over what waits, and is to become one with it. */
  readonly joins?: boolean
  /** What it was signed for, as the chain of decisions tells it. */
  readonly acts?: readonly Act[]
}

/**
 * The way of everything that is signed to its readers (`docs/spec/log.md` §10): into the log, under a checkpoint that witnesses have seen,
 * and only then, with a timestamp, into the database. Readers see it after `projectPublished`.
 *
 * Throws `publish/conflict` when another process was quicker: sign again over what holds now; and what `finishBatch` throws, with the
 * change in the log, and waiting.
 */
export async function commitLogged(deps: LoggedDeps, change: LoggedChange): Promise<void> {
  const { store } = deps
  assertNotForked(deps)
  if (store.log.batch() !== null && change.joins !== true) {
    await finishBatch(deps)
    throw overtaken('what another program has signed was finished first')
  }
  if (store.log.size() === 0 && store.metadata.latest('root') !== null) {
    await beginLog(deps)
    throw overtaken('the log was begun first')
  }
  store.write(() => {
    store.log.begin(batchOf(deps, change))
  })
  await finishBatch(deps)
}

function overtaken(why: string): Fault {
  return new Fault('publish/conflict', `expected to be the next to sign, got that ${why}`)
}

function batchOf(
  deps: LoggedDeps,
  { metadata, at, publication, policy, joins = false, isForced = false, acts = [] }: LoggedChange,
): NewBatch {
  const expectedSize = deps.store.log.size()
  const manifest = publication === undefined ? null : logManifest(deps, publication)
  // What it names comes before the snapshot that names it.
  const named = metadata.filter(({ role }) => role !== 'snapshot')
  const snapshot = metadata.filter(({ role }) => role === 'snapshot')
  return {
    ...{ expectedSize, begunAt: at, metadata, policy: policy ?? null, joins, acts },
    needsOldQuorum: !isForced,
    leaves: [
      ...named.map(metadataLeafOf),
      ...(manifest === null ? [] : [manifest.leaf]),
      ...snapshot.map(metadataLeafOf),
    ],
    manifests: manifest === null ? [] : [manifest.kept],
    publication: publication === undefined ? null : waiting(publication),
  }
}

function waiting({ list, publication, previous }: LoggedPublication): NewBatch['publication'] {
  return { listRowId: list.rowId, publication, expectedSerial: previous?.serial ?? 0 }
}
