import { Fault, isFault } from '../core/fault.ts'
import { printCheckpoint } from '../core/log/checkpoint.ts'
import { tileHashReader, type HashReader } from '../core/log/hash-reader.ts'
import type { NoteKey } from '../core/log/note-key.ts'
import { printNote, type Note, type NoteSignature } from '../core/log/note.ts'
import { parsePolicy } from '../core/log/parse-policy.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { proveConsistency } from '../core/log/prove.ts'
import { signNote } from '../core/log/sign-note.ts'
import { isSameHash, type TreeHead } from '../core/log/tree-hash.ts'
import { collectCosignatures } from './collect-cosignatures.ts'
import { retryConflicts } from './retry-conflicts.ts'
import { LOG_KEY_USE, logNoteKey, readPolicies, type Policies } from './log-policy.ts'
import type { HeldKey, LogBatch, PublishDeps, SignedMetadata } from './ports.ts'
import { publishProofs } from './project-proofs.ts'
import { projectTiles, tilesOf } from './project-tiles.ts'
import { signTimestamp } from './seal-metadata.ts'
import { parseOwnMetadata } from './tuf-metadata.ts'

export type FinishDeps = Pick<
  PublishDeps,
  'store' | 'keys' | 'files' | 'now' | 'askWitness' | 'onWitness'
>

/**
 * Finishes the batch that waits, if one does, whoever began it: its leaves are put under a checkpoint, the witnesses are asked, proofs are
 * published, and with the timestamp it is committed. Readers see it after `projectPublished`. Does nothing where none waits, or another
 * process finished it meanwhile. Everything before the commit may be done again: the same leaves give the same checkpoint.
 *
 * Throws `publish/waits` where the policy's quorum of witnesses has not signed: the batch goes on waiting; `log/forked`, and what keys
 * and files throw.
 */
export async function finishBatch(deps: FinishDeps): Promise<void> {
  const batch = deps.store.log.batch()
  if (batch === null) return
  const policies = readPolicies(deps.store, batch)
  const head = projectTiles(deps, batch.size)
  const reader = tileHashReader(tilesOf(deps), batch.size)
  const checkpoint = await signCheckpoint(deps, policies.next, head)
  const old = await askOld(deps, policies, { checkpoint, batch, reader })
  const asked = { checkpoint: old, reader, size: batch.size }
  const note = printNote(await cosigned(deps, policies.next, asked))
  const isReplacing = policies.old !== null
  const from = isReplacing ? 0 : (deps.store.log.checkpoint()?.size ?? 0)
  await publishProofs(deps, from, { note, size: batch.size, isReplacing })
  await retryConflicts(
    async () => {
      const timestamp = await timestampOf(deps, batch)
      const { size, root } = head
      const sealed = { size, root: Buffer.from(root), note: Buffer.from(note) }
      // THE COMMIT POINT of whatever was signed. A crash before it leaves the batch waiting; a crash after it leaves projecting to be done.
      deps.store.log.finish({ ...sealed, sealedAt: deps.now(), timestamp })
    },
    () => deps.store.log.batch()?.size === batch.size,
  ).catch((error: unknown) => {
    if (deps.store.log.batch()?.size === batch.size) throw error
  })
}

/**
 * The signed note of a tree, by the key that the policy names: the first line of signatures. A key that an earlier policy of the log named
 * signs too while its file is here, for readers and witnesses who know that one alone (ADR 026).
 */
async function signCheckpoint(
  { keys, store }: Pick<FinishDeps, 'keys' | 'store'>,
  policy: LogPolicy,
  head: TreeHead,
): Promise<Note> {
  const held = keys.all().filter(({ use }) => use === LOG_KEY_USE)
  const [own] = policy.logs.flatMap(({ key }) => heldKey(held, key) ?? [])
  if (own === undefined) {
    throw new Fault(
      'key/missing',
      `expected the key of the log ${policy.logs.map(({ key }) => JSON.stringify(key.name)).join(' or ')} on this host, got none: bring its file into keys/`,
    )
  }
  const { origin } = own
  const text = printCheckpoint({ origin, ...head })
  const earlier = earlierKeys(store, origin).flatMap((key) => heldKey(held, key) ?? [])
  const signing = new Map([own, ...earlier].map(({ key }) => [key.keyid, key]))
  const signatures: NoteSignature[] = []
  for (const key of signing.values()) {
    const signer = await keys.signer(key.keyid)
    const sign = async (message: Uint8Array): Promise<Uint8Array> =>
      Buffer.from((await signer.sign(message)).sig, 'hex')
    signatures.push(await signNote({ key: logNoteKey(origin, key), sign }, text))
  }
  return { text, signatures }
}

function heldKey(
  held: readonly HeldKey[],
  { name, publicKey }: NoteKey,
): { readonly origin: string; readonly key: HeldKey } | null {
  const key = held.find(({ publicHex }) => isSameHash(publicKey, Buffer.from(publicHex, 'hex')))
  return key === undefined ? null : { origin: name, key }
}

/** The keys of that origin in all policies that there were, the newest first. */
function earlierKeys({ log }: Pick<FinishDeps['store'], 'log'>, origin: string): NoteKey[] {
  return log
    .policies()
    .flatMap((policy) => parsePolicy(Buffer.from(policy)).logs)
    .map(({ key }) => key)
    .filter(({ name }) => name === origin)
}

interface Asked {
  readonly checkpoint: Note
  readonly reader: HashReader
  readonly size: number
}

/**
 * Readers who hold the policy before believe the change only with its witnesses (`docs/agent.md` §5). Where they are given up they are asked
 * all the same.
 */
async function askOld(
  deps: FinishDeps,
  { old }: Policies,
  { checkpoint, batch, reader }: Omit<Asked, 'size'> & { readonly batch: LogBatch },
): Promise<Note> {
  if (old === null) return checkpoint
  try {
    return await cosigned(deps, old, { checkpoint, reader, size: batch.size })
  } catch (error) {
    if (batch.needsOldQuorum || !isFault(error, 'publish/waits')) throw error
    return checkpoint
  }
}

async function cosigned(
  { store, askWitness, onWitness }: FinishDeps,
  policy: LogPolicy,
  { checkpoint, reader, size }: Asked,
): Promise<Note> {
  if (policy.witnesses.length === 0) return checkpoint
  const last = store.log.checkpoint()?.size ?? 0
  const { note, quorum, answers } = await collectCosignatures(
    {
      ask: askWitness,
      knownSize: () => last,
      proof: (from) => proveConsistency(reader, from, size),
    },
    policy,
    checkpoint,
    size,
  )
  for (const answer of answers) onWitness(answer)
  if (quorum.isMet) return note
  const told = answers
    .filter(({ outcome }) => outcome !== 'cosigned')
    .map(({ sentence }) => sentence)
  throw new Fault(
    'publish/waits',
    `expected enough witnesses to sign the log, got too few: ${quorum.sentence}; ${told.join('; ')}: nothing is lost, it is published when they answer`,
  )
}

/** Over the snapshot of the batch, by the keys of its root; null for a batch without one. */
async function timestampOf(
  { store, keys, now }: Pick<FinishDeps, 'store' | 'keys' | 'now'>,
  batch: LogBatch,
): Promise<SignedMetadata | null> {
  const snapshot = batch.metadata.findLast(({ role }) => role === 'snapshot')
  if (snapshot === undefined) return null
  const root =
    batch.metadata.findLast(({ role }) => role === 'root') ?? store.metadata.latest('root')
  if (root === null) throw new Error('a snapshot was signed without a root')
  const before = store.metadata.latest('timestamp')?.version ?? 0
  const by = { root: parseOwnMetadata(root.bytes, 'root'), before }
  return signTimestamp(keys, by, snapshot, now())
}
