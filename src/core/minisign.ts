import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto'
import { Fault } from './fault.ts'

/**
 * The files of minisign (https://jedisct1.github.io/minisign/): a signature over the BLAKE2b-512 of a file («prehashed», `ED`),
 * and a second one over the first and a trusted comment. It has no threshold, no rotation and no expiry of its own: TUF is the authority,
 * this is for readers who have only `curl` and `minisign`.
 */

/** A minisign public key: an id of 8 bytes and an Ed25519 key of 32. */
export interface MinisignKey {
  readonly id: Uint8Array
  readonly publicKey: Uint8Array
}

export interface MinisignSignature {
  readonly keyId: Uint8Array
  /** 64 bytes, over the BLAKE2b-512 of the file. */
  readonly signature: Uint8Array
  readonly trustedComment: string
  /** 64 bytes, over `signature` and the trusted comment. */
  readonly globalSignature: Uint8Array
}

/** No signature file is longer than this, in bytes. */
export const MAX_MINISIGN_BYTES = 4096

const PREHASHED = Buffer.from('ED')
const ED25519 = Buffer.from('Ed')

/** The text of a public key file. `owner`, one line, stands in its comment. */
export function printMinisignKey({ id, publicKey }: MinisignKey, owner = ''): string {
  const of = owner === '' ? '' : ` of ${owner}`
  const body = Buffer.concat([ED25519, id, publicKey])
  return `untrusted comment: minisign public key ${keyIdText(id)}${of}\n${body.toString('base64')}\n`
}

/** Throws `signature/invalid`. */
export function parseMinisignKey(text: string): MinisignKey {
  const [comment = '', body = '', ...rest] = text.split('\n')
  const bytes = Buffer.from(body, 'base64')
  if (
    !comment.startsWith('untrusted comment: ') ||
    rest.join('') !== '' ||
    bytes.length !== 42 ||
    !bytes.subarray(0, 2).equals(ED25519)
  ) {
    throw new Fault(
      'signature/invalid',
      'expected a minisign public key of two lines, got something else',
    )
  }
  return { id: bytes.subarray(2, 10), publicKey: bytes.subarray(10) }
}

/** The id as minisign shows it: the 8 bytes as a little-endian number, in upper-case hex. */
export function keyIdText(id: Uint8Array): string {
  return Buffer.from(id).reverse().toString('hex').toUpperCase()
}

/** The hash that a prehashed signature signs; feed it the file. */
export function minisignDigest(blocks: Iterable<Uint8Array>): Buffer {
  const hash = createHash('blake2b512')
  for (const block of blocks) hash.update(block)
  return hash.digest()
}

/** What the second signature signs. */
export function minisignGlobalBytes(signature: Uint8Array, trustedComment: string): Buffer {
  return Buffer.concat([signature, Buffer.from(trustedComment)])
}

/** The text of a `.minisig` file. */
export function printMinisign({
  keyId,
  signature,
  trustedComment,
  globalSignature,
}: MinisignSignature): string {
  return [
    `untrusted comment: signature from bailiwick, key ${keyIdText(keyId)}`,
    Buffer.concat([PREHASHED, keyId, signature]).toString('base64'),
    `trusted comment: ${trustedComment}`,
    Buffer.from(globalSignature).toString('base64'),
    '',
  ].join('\n')
}

/**
 * The text of a signature file of OpenBSD's signify, which reads the same keys: `signature`, 64 bytes, is over the file itself
 * and not over its hash.
 */
export function printSignify(keyId: Uint8Array, signature: Uint8Array): string {
  const body = Buffer.concat([ED25519, keyId, signature]).toString('base64')
  return `untrusted comment: signature from bailiwick, key ${keyIdText(keyId)}\n${body}\n`
}

/** From outside: strict. Throws `signature/invalid`. */
export function parseMinisign(text: string): MinisignSignature {
  const lines = text.length > MAX_MINISIGN_BYTES ? [] : text.split('\n')
  const [untrusted = '', first = '', trusted = '', second = '', last] = lines
  const signed = Buffer.from(first, 'base64')
  const global = Buffer.from(second, 'base64')
  const isWhole =
    lines.length === 5 &&
    last === '' &&
    untrusted.startsWith('untrusted comment: ') &&
    trusted.startsWith('trusted comment: ') &&
    signed.length === 74 &&
    signed.subarray(0, 2).equals(PREHASHED) &&
    global.length === 64
  if (!isWhole) {
    throw new Fault(
      'signature/invalid',
      'expected a prehashed minisign signature of four lines, got something else',
    )
  }
  return {
    keyId: signed.subarray(2, 10),
    signature: signed.subarray(10),
    trustedComment: trusted.slice('trusted comment: '.length),
    globalSignature: global,
  }
}

/**
 * Verifies a signature file over a file of which `digest` is the `minisignDigest`, and gives its trusted comment. Throws
 * `signature/invalid`, also when another key signed.
 */
export function verifyMinisign(key: MinisignKey, digest: Uint8Array, text: string): string {
  const { keyId, signature, trustedComment, globalSignature } = parseMinisign(text)
  if (!Buffer.from(keyId).equals(key.id)) {
    throw new Fault(
      'signature/invalid',
      `expected a signature of key ${keyIdText(key.id)}, got one of ${keyIdText(keyId)}`,
    )
  }
  const publicKey = ed25519Key(key.publicKey)
  const isGood =
    verify(null, digest, publicKey, signature) &&
    verify(null, minisignGlobalBytes(signature, trustedComment), publicKey, globalSignature)
  if (!isGood)
    throw new Fault(
      'signature/invalid',
      'expected a good minisign signature, got one that does not fit the file',
    )
  return trustedComment
}

/** RFC 8410 §4: what stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** A key that node:crypto verifies with, from the 32 bytes of an Ed25519 public key. */
export function ed25519Key(publicKey: Uint8Array): KeyObject {
  return createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, publicKey]),
    format: 'der',
    type: 'spki',
  })
}
