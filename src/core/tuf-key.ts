import { createHash } from 'node:crypto'

/** An Ed25519 public key as it stands in TUF metadata (TUF 1.0 §4.3). */
export interface TufKey {
  readonly keytype: 'ed25519'
  readonly scheme: 'ed25519'
  readonly keyval: { readonly public: string }
}

/** `publicHex`: the 32 bytes of the key in lower-case hex. */
export function tufKey(publicHex: string): TufKey {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicHex } }
}

/** The id of a key: SHA-256 of its canonical JSON, which for these three members is this text (TUF 1.0 §4.2). */
export function keyidOf(publicHex: string): string {
  const canonical = `{"keytype":"ed25519","keyval":{"public":"${publicHex}"},"scheme":"ed25519"}`
  return createHash('sha256').update(canonical).digest('hex')
}

/** The ids of the keys that signed TUF metadata of our own (TUF 1.0 §4.2), in their order there. */
export function signingKeyids(bytes: Uint8Array): string[] {
  const { signatures } = JSON.parse(Buffer.from(bytes).toString()) as {
    readonly signatures: readonly { readonly keyid: string }[]
  }
  return signatures.map(({ keyid }) => keyid)
}
