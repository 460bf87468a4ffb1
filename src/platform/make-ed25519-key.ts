import { generateKeyPairSync } from 'node:crypto'

/** A new Ed25519 key. */
export interface NewEd25519Key {
  /** RFC 8032 §5.1.5: 32 bytes. */
  readonly raw: Buffer
  /** The private key, in DER (RFC 8410 §7). */
  readonly pkcs8: Buffer
}

/** RFC 8410 §4: what stands before the key of 32 bytes. */
const SPKI_HEAD_BYTES = 12

/**
 * Makes a key. The only place that does: a key object of `generateKeyPair` shares a lock with the job that made it. In Node 20 its export as a
 * JWK holds that lock while it allocates, and a garbage collection that frees the job then waits for it for ever. So keys leave the job as
 * bytes, and none is ever exported that came from one.
 */
export function makeEd25519Key(): NewEd25519Key {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  })
  return { raw: publicKey.subarray(SPKI_HEAD_BYTES), pkcs8: privateKey }
}
