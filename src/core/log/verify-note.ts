import { verify } from 'node:crypto'
import { Fault } from '../fault.ts'
import { ed25519Key } from '../minisign.ts'
import { cosignedText, decodeCosignature } from './cosignature.ts'
import { printKeyId, type NoteKey } from './note-key.ts'
import type { Note, NoteSignature } from './note.ts'

/** A key that signed, and for a cosignature when, in seconds; of two by one key the later. */
export interface VerifiedSignature {
  readonly key: NoteKey
  readonly timestamp: number | null
}

/**
 * The signatures of a note by `keys`, in the order of the note, each key once. Signatures of other keys are passed over. Throws
 * `log/signature` where one of a known key is wrong, which condemns the whole note, and where no known key signed; `log/key` where
 * two of `keys` can't be told apart.
 */
export function verifyNote(keys: readonly NoteKey[], note: Note): readonly VerifiedSignature[] {
  const known = keysByIdentity(keys)
  const verified = new Map<string, VerifiedSignature>()
  for (const signature of note.signatures) {
    const identity = identityOf(signature.name, signature.keyId)
    const key = known.get(identity)
    // signed-note: «Verifiers MUST ignore signatures from unknown keys, even if they share a name or ID (but not both)».
    if (key === undefined) continue
    // «If the key name and ID match a known key, verifiers MUST verify the signature»: also the second one of a key.
    const timestamp = verifySignature(key, note.text, signature)
    const before = verified.get(identity)?.timestamp ?? 0
    verified.set(identity, {
      key,
      timestamp: timestamp === null ? null : Math.max(timestamp, before),
    })
  }
  if (verified.size > 0) return [...verified.values()]
  throw new Fault(
    'log/signature',
    `expected a signature of ${keys.map(({ name }) => JSON.stringify(name)).join(' or ') || 'no key'}, got none`,
  )
}

function verifySignature(key: NoteKey, text: string, { signature }: NoteSignature): number | null {
  const cosignature = key.type === 'cosignature' ? decodeCosignature(signature) : null
  const isGood =
    key.type === 'ed25519'
      ? signature.length === 64 && isSignedBy(key, text, signature)
      : cosignature !== null &&
        isSignedBy(key, cosignedText(text, cosignature.timestamp), cosignature.signature)
  if (isGood) return cosignature?.timestamp ?? null
  // «If a signature from a known key fails to verify, clients SHOULD reject the whole note.»
  throw new Fault(
    'log/signature',
    `expected a good signature of ${JSON.stringify(key.name)} (${printKeyId(key.id)}), got a wrong one`,
  )
}

function isSignedBy(key: NoteKey, message: string, signature: Uint8Array): boolean {
  return verify(null, Buffer.from(message), ed25519Key(key.publicKey), signature)
}

function keysByIdentity(keys: readonly NoteKey[]): Map<string, NoteKey> {
  const known = new Map<string, NoteKey>()
  for (const key of keys) {
    const identity = identityOf(key.name, key.id)
    const other = known.get(identity)
    if (other !== undefined && Buffer.compare(other.publicKey, key.publicKey) !== 0) {
      throw new Fault('log/key', `expected one key ${identity}, got two`)
    }
    known.set(identity, key)
  }
  return known
}

/** signed-note: «The tuple of key name and key ID uniquely identifies the key». A name has no plus sign. */
function identityOf(name: string, id: number): string {
  return `${name}+${printKeyId(id)}`
}
