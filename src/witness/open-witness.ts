import { Fault } from '../core/fault.ts'
import type { NoteKey } from '../core/log/note-key.ts'
import type { NoteSigner } from '../core/log/sign-note.ts'
import { openKeyFolder, type FolderSecrets } from '../platform/key-folder.ts'
import type { AddCheckpointDeps } from './add-checkpoint.ts'
import { openCheckpointFolder, type CheckpointFolder } from './checkpoint-folder.ts'
import { checkpointsFolder } from './make-witness.ts'
import type { WitnessConfig } from './read-config.ts'
import { readIdentity } from './witness-identity.ts'

export interface WitnessOptions {
  readonly config: Pick<WitnessConfig, 'keys' | 'state' | 'logs'>
  readonly passphrase: () => string | null
  /** The PIN of the token that the key may lie in. */
  readonly pin?: FolderSecrets['pin']
  readonly now: () => Date
  /** The clock is right, though it is earlier than what was signed. */
  readonly isClockTrusted: boolean
}

/**
 * What `addCheckpoint` needs, from the folders of a witness. The key is unsealed and all that is kept is read at once: what is wrong
 * is to be told at the start. Throws `witness/state`, and the faults of keys. Whoever calls it holds the lock of the state folder.
 */
export async function openWitness(options: WitnessOptions): Promise<AddCheckpointDeps> {
  const { config } = options
  const key = readIdentity(config.state)
  const signer = await openSigner(key, options)
  const checkpoints = openCheckpointFolder(checkpointsFolder(config.state))
  // Read here once for what it throws.
  checkpoints.all()
  const { now, isClockTrusted } = options
  return { logs: config.logs, checkpoints, signer, now, isClockTrusted }
}

/** What a state folder remembers, for whoever only looks: no key is opened. */
export function lookAtWitness(stateFolder: string): {
  readonly key: NoteKey
  readonly checkpoints: CheckpointFolder
} {
  const key = readIdentity(stateFolder)
  return { key, checkpoints: openCheckpointFolder(checkpointsFolder(stateFolder)) }
}

async function openSigner(
  key: NoteKey,
  { config, passphrase, pin }: WitnessOptions,
): Promise<NoteSigner> {
  const folder = config.keys
  const publicHex = Buffer.from(key.publicKey).toString('hex')
  const keys = openKeyFolder(folder, passphrase, { pin, isUnattended: true })
  const held = keys.all().find((one) => one.publicHex === publicHex)
  if (held === undefined) {
    throw new Fault(
      'key/missing',
      `expected the key of the witness ${JSON.stringify(key.name)} in ${JSON.stringify(folder)}, got no such file: restore it from a backup`,
    )
  }
  const signer = await keys.signer(held.keyid)
  return {
    key,
    sign: async (message) => Buffer.from((await signer.sign(message)).sig, 'hex'),
  }
}
