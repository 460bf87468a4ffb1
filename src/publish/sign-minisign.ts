import {
  minisignGlobalBytes,
  printMinisign,
  printMinisignKey,
  printSignify,
  type MinisignKey,
} from '../core/minisign.ts'
import type { PublicKey, Signer } from './ports.ts'

/** The minisign form of one of our keys. Its minisign id is the first 8 bytes of its TUF id. */
export function minisignKey({ keyid, publicHex }: PublicKey): MinisignKey {
  return { id: Buffer.from(keyid.slice(0, 16), 'hex'), publicKey: Buffer.from(publicHex, 'hex') }
}

/** The bytes of the target `keys/export.pub`, with the authority's name in the comment if it has one. */
export function printExportKey(key: PublicKey, authority: string): Buffer {
  return Buffer.from(printMinisignKey(minisignKey(key), authority))
}

/** The text of the `.minisig` beside a file of which `digest` is the `minisignDigest`. `trustedComment` is one line. */
export async function signMinisign(
  signer: Signer,
  digest: Uint8Array,
  trustedComment: string,
): Promise<string> {
  const signature = Buffer.from((await signer.sign(digest)).sig, 'hex')
  const global = await signer.sign(minisignGlobalBytes(signature, trustedComment))
  return printMinisign({
    keyId: minisignKey(signer).id,
    signature,
    trustedComment,
    globalSignature: Buffer.from(global.sig, 'hex'),
  })
}

/** The text of the `.sig` beside a file, for OpenBSD's signify. Ed25519 reads its message twice, so that the whole file must be in memory. */
export async function signSignify(signer: Signer, file: Uint8Array): Promise<string> {
  const signature = Buffer.from((await signer.sign(file)).sig, 'hex')
  return printSignify(minisignKey(signer).id, signature)
}
