import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { Fault } from '../core/fault.ts'

/** How the master key comes from the passphrase: what `keys/kdf.json` holds (`docs/spec/keys.md` §3). */
export type Kdf =
  | { readonly kdf: 'none' }
  | {
      readonly kdf: 'scrypt'
      readonly N: number
      readonly r: number
      readonly p: number
      readonly salt: string
    }

/** A private key at rest: AES-256-GCM with the key's id as associated data, all in base64; or plain. */
export type SealedKey =
  | { readonly cipher: 'none'; readonly data: string }
  | {
      readonly cipher: 'aes-256-gcm'
      readonly iv: string
      readonly tag: string
      readonly data: string
    }

/** 64 MiB and about a quarter of a second for each guess. */
export function newKdf(): Kdf {
  return { kdf: 'scrypt', N: 65_536, r: 8, p: 1, salt: randomBytes(16).toString('base64') }
}

/** The master key; takes a quarter of a second on a thread of its own. */
export function deriveMasterKey(
  passphrase: string,
  kdf: Extract<Kdf, { kdf: 'scrypt' }>,
): Promise<Buffer> {
  const { N, r, p, salt } = kdf
  return new Promise((resolve, reject) => {
    scrypt(
      passphrase.normalize('NFC'),
      Buffer.from(salt, 'base64'),
      32,
      { N, r, p, maxmem: 256 * N * r },
      (error, key) => {
        if (error === null) resolve(key)
        else reject(error)
      },
    )
  })
}

export function sealKey(pkcs8: Uint8Array, keyid: string, masterKey: Uint8Array | null): SealedKey {
  if (masterKey === null) return { cipher: 'none', data: Buffer.from(pkcs8).toString('base64') }
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', masterKey, iv)
  cipher.setAAD(Buffer.from(keyid))
  const data = Buffer.concat([cipher.update(pkcs8), cipher.final()])
  return {
    cipher: 'aes-256-gcm',
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  }
}

/** Throws `key/passphrase-wrong`, which a damaged file looks like too. */
export function unsealKey(
  sealed: Extract<SealedKey, { cipher: 'aes-256-gcm' }>,
  keyid: string,
  masterKey: Uint8Array,
): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', masterKey, Buffer.from(sealed.iv, 'base64'), {
      authTagLength: 16,
    })
    decipher.setAAD(Buffer.from(keyid))
    decipher.setAuthTag(Buffer.from(sealed.tag, 'base64'))
    return Buffer.concat([decipher.update(Buffer.from(sealed.data, 'base64')), decipher.final()])
  } catch (cause) {
    throw new Fault(
      'key/passphrase-wrong',
      `expected the passphrase that opens key ${keyid.slice(0, 8)}, got another one (or the key file is damaged)`,
      { cause },
    )
  }
}
