import { createHash } from 'node:crypto'
import { Fault } from '../fault.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'

/**
 * The public keys of notes (c2sp.org/signed-note, «Verifier keys»), Ed25519 alone: signed-note says that implementations «SHOULD
 * select only the one(s) required for their design».
 */

/** Of the signature types of signed-note: a key that signs a note's text, and one that cosigns checkpoints with a time. */
export type NoteKeyType = 'ed25519' | 'cosignature'

export interface NoteKey {
  /** A URL without scheme, such as `log.example/2030`. */
  readonly name: string
  readonly type: NoteKeyType
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** With the name it tells keys apart; it is no proof of anything. */
  readonly id: number
}

/** No key name is longer, in UTF-16 units. */
export const MAX_KEY_NAME_LENGTH = 255

/** signed-note, «Signature types». */
const TYPE_OCTETS = { ed25519: 0x01, cosignature: 0x04 } as const

const PUBLIC_KEY_BYTES = 32

/** Throws `log/key` for a name that isn't one, and for a key that hasn't 32 bytes. */
export function makeNoteKey(name: string, type: NoteKeyType, publicKey: Uint8Array): NoteKey {
  if (!isKeyName(name)) {
    throw new Fault(
      'log/key',
      `expected a key name without spaces and plus signs, got ${JSON.stringify(name.slice(0, 100))}`,
    )
  }
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new Fault(
      'log/key',
      `expected an Ed25519 key of ${PUBLIC_KEY_BYTES} bytes, got ${publicKey.length}`,
    )
  }
  // signed-note: «key ID = SHA-256(key name || 0x0A || signature type || public key)[:4]»
  const id = createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(TYPE_OCTETS[type]))
    .update(publicKey)
    .digest()
    .readUInt32BE()
  return { name, type, publicKey, id }
}

/** signed-note, «Format»: «non-empty and MUST NOT contain any Unicode spaces or plus (U+002B) characters». */
export function isKeyName(name: string): boolean {
  return (
    name.length > 0 && name.length <= MAX_KEY_NAME_LENGTH && !/[\p{White_Space}\p{Cc}+]/u.test(name)
  )
}

/** `name+id+base64`: what a policy names a key by. */
export function printNoteKey({ name, type, publicKey, id }: NoteKey): string {
  const octets = Buffer.concat([Buffer.of(TYPE_OCTETS[type]), publicKey])
  return `${name}+${printKeyId(id)}+${encodeBase64(octets)}`
}

/** From outside. Throws `log/key`, also for a type of signature that isn't Ed25519 and for an id that isn't the key's. */
export function parseNoteKey(text: string): NoteKey {
  // Base64 may have plus signs of its own.
  const [, name = '', id = '', base64 = ''] =
    /^([^+]*)\+([0-9a-f]{8})\+(.{1,200})$/.exec(text) ?? []
  const octets = decodeKey(base64, text)
  const type = octets[0] === TYPE_OCTETS.cosignature ? 'cosignature' : 'ed25519'
  if (octets[0] !== TYPE_OCTETS[type]) {
    throw new Fault(
      'log/key',
      `expected a key of type 1 or 4 (Ed25519), got ${octets[0] ?? 'none'}`,
    )
  }
  const key = makeNoteKey(name, type, octets.subarray(1))
  if (printKeyId(key.id) === id) return key
  throw new Fault(
    'log/key',
    `expected the key id ${printKeyId(key.id)} of ${JSON.stringify(name)}, got ${id}`,
  )
}

/** Eight hex digits. */
export function printKeyId(id: number): string {
  return id.toString(16).padStart(8, '0')
}

function decodeKey(base64: string, text: string): Buffer {
  try {
    if (base64 !== '') return decodeBase64(base64)
  } catch (error) {
    throw new Fault('log/key', 'expected the key in base64, got something else', { cause: error })
  }
  throw new Fault(
    'log/key',
    `expected a key as name+id+base64, got ${JSON.stringify(text.slice(0, 100))}`,
  )
}
