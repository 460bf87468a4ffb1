import { Fault } from '../fault.ts'
import { HASH_BYTES } from './tree-hash.ts'

/**
 * The bytes of a text in the standard alphabet with its padding (RFC 4648 §4). Only the one text that an encoder makes of them is
 * taken: two notes that differ in bits that nobody reads would else be one. Throws `log/invalid`.
 */
export function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') === text) return bytes
  throw new Fault('log/invalid', `expected base64, got ${JSON.stringify(text.slice(0, 100))}`)
}

/** A SHA-256 in base64. Throws `log/invalid`. */
export function decodeHash(text: string): Buffer {
  // 32 bytes are 44 characters: nothing longer is looked at.
  const bytes = text.length === 44 ? decodeBase64(text) : null
  if (bytes?.length === HASH_BYTES) return bytes
  throw new Fault(
    'log/invalid',
    `expected ${HASH_BYTES} bytes in base64, got ${JSON.stringify(text.slice(0, 100))}`,
  )
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
