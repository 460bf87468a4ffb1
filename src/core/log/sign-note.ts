import { Fault } from '../fault.ts'
import { cosignedText, encodeCosignature } from './cosignature.ts'
import type { NoteKey } from './note-key.ts'
import type { NoteSignature } from './note.ts'

/** Whoever holds a private key, here or in a device: gives an Ed25519 signature of 64 bytes. */
export interface NoteSigner {
  readonly key: NoteKey
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
}

/** The signature of a key of type `ed25519` over a note's text, which ends in a line feed. */
export async function signNote({ key, sign }: NoteSigner, text: string): Promise<NoteSignature> {
  assertType(key, 'ed25519')
  return { name: key.name, keyId: key.id, signature: await sign(Buffer.from(text)) }
}

/**
 * The cosignature of a key of type `cosignature` over a checkpoint's text at `timestamp`, in seconds. Whoever calls this has
 * recorded the checkpoint durably before (c2sp.org/tlog-witness): a witness that forgets what it signed signs forks.
 */
export async function cosignCheckpoint(
  { key, sign }: NoteSigner,
  text: string,
  timestamp: number,
): Promise<NoteSignature> {
  assertType(key, 'cosignature')
  const signature = await sign(Buffer.from(cosignedText(text, timestamp)))
  return {
    name: key.name,
    keyId: key.id,
    signature: encodeCosignature({ timestamp, signature }),
  }
}

/** One message must not be taken for the other: each type has its own function. */
function assertType(key: NoteKey, type: NoteKey['type']): void {
  if (key.type === type) return
  throw new Fault('log/key', `expected a key of type ${JSON.stringify(type)}, got ${key.type}`)
}
