import { keyidOf } from '../../core/tuf-key.ts'
import { printSortedJson } from '../../core/sorted-json.ts'
import type { HeldKey, PublicKey, Signer } from '../ports.ts'
import { invalid, isHex, parseCanonicalFile, printCanonicalFile } from './canonical-file.ts'
import { isSignature } from './verify-given.ts'

/** What a holder hands to the authority (`docs/spec/keys.md` §5). */
const FORMAT = 'bailiwick-public-key/1'

const ABOUT = {
  what: 'the public file of a key',
  format: FORMAT,
  members: ['keyid', 'proof', 'public', 'use'],
}

/** The public file of a key, with a signature of its own: so no key is named that nobody holds. */
export async function printPublicKeyFile(
  key: HeldKey,
  signer: Pick<Signer, 'sign'>,
): Promise<string> {
  const told = { keyid: key.keyid, public: key.publicHex, use: key.use }
  const { sig } = await signer.sign(provenText(told))
  return printCanonicalFile({ format: FORMAT, proof: sig, ...told })
}

/** Throws `draft/invalid` for a file that was changed or cut, or that somebody made who hasn't got the key. */
export function parsePublicKeyFile(bytes: Uint8Array): PublicKey & Pick<HeldKey, 'use'> {
  const { keyid, proof, public: publicHex, use } = parseCanonicalFile(bytes, ABOUT)
  const isShaped =
    isHex(keyid, 32) && isHex(publicHex, 32) && isHex(proof, 64) && typeof use === 'string'
  if (!isShaped || keyidOf(publicHex) !== keyid) {
    throw invalid(`expected ${ABOUT.what} with its own id, got ${JSON.stringify(keyid)}`)
  }
  if (!isSignature(publicHex, provenText({ keyid, public: publicHex, use }), proof)) {
    throw invalid(`expected ${ABOUT.what} ${keyid.slice(0, 16)} to be signed by it, got another`)
  }
  return { keyid, publicHex, use }
}

/** No metadata begins so: this signature can't be taken for one of anything else. */
function provenText(told: {
  readonly keyid: string
  readonly public: string
  readonly use: string
}): Buffer {
  return Buffer.from(`${FORMAT}\n${printSortedJson(told)}`)
}
