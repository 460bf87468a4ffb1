import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { isKeyName, makeNoteKey, type NoteKey } from '../core/log/note-key.ts'
import { keepPrivate, makeFolder } from '../platform/durable-file.ts'
import { createKeyFolder, openKeyFolder, type FolderSecrets } from '../platform/key-folder.ts'
import type { WantedTokenKey } from '../platform/key-token/token-keys.ts'
import { writeIdentity } from './witness-identity.ts'

export interface NewWitness {
  /** Of the key: a URL without scheme is the habit. */
  readonly name: string
  readonly keys: string
  readonly state: string
  /** Seals the key; null leaves it unsealed. */
  readonly passphrase: string | null
  /** Where the key shall lie, if not in `keys`. */
  readonly token?: WantedTokenKey
  readonly pin?: FolderSecrets['pin']
}

/** Where the checkpoints lie in a state folder. */
export function checkpointsFolder(stateFolder: string): string {
  return join(stateFolder, 'checkpoints')
}

/**
 * Makes a witness: its key, and the state of one that has cosigned nothing. Throws `usage/invalid` for a name that none can have, and
 * `data/exists` where either folder has something in it, for a key whose state is gone must not begin anew.
 */
export async function makeWitness(wanted: NewWitness): Promise<NoteKey> {
  const { name, keys, state, passphrase, token, pin } = wanted
  if (!isKeyName(name)) {
    throw new Fault(
      'usage/invalid',
      `expected a name without spaces and plus signs, such as witness.example/2030, got ${JSON.stringify(name)}`,
    )
  }
  for (const folder of [keys, state]) assertUnused(folder)
  createKeyFolder(keys, { isPlain: passphrase === null })
  const folder = openKeyFolder(keys, () => passphrase, { pin })
  const made = await folder.make('witness', token === undefined ? {} : { token })
  folder.close()
  const key = makeNoteKey(name, 'cosignature', Buffer.from(made.publicHex, 'hex'))
  makeFolder(checkpointsFolder(state), 0o700)
  keepPrivate(state)
  // The commit point: before it there is a key that nobody knows, and no witness runs on it.
  writeIdentity(state, key)
  return key
}

function assertUnused(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return
  throw new Fault(
    'data/exists',
    `expected nothing in ${JSON.stringify(folder)} yet, got something: it stays as it is. Where an init was broken off, remove it; where a witness has run, its key and its state belong together`,
  )
}
