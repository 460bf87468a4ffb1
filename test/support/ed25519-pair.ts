import { createPrivateKey, type KeyObject } from 'node:crypto'
import { makeEd25519Key } from '../../src/platform/make-ed25519-key.ts'

/** A new key: the public one as 32 bytes, and one to sign with. */
export function ed25519Pair(): { readonly raw: Buffer; readonly privateKey: KeyObject } {
  const { raw, pkcs8 } = makeEd25519Key()
  return { raw, privateKey: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }) }
}
