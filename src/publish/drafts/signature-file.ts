import { isObject } from '../../core/event.ts'
import type { GivenSignature } from './draft.ts'
import { invalid, isHex, parseCanonicalFile, printCanonicalFile } from './canonical-file.ts'

/** What a holder gives back (`docs/spec/keys.md` §7). */
const FORMAT = 'bailiwick-signatures/1'

const ABOUT = { what: 'a file of signatures', format: FORMAT, members: ['signatures'] }

/** Signatures of one file at most: two payloads by each key of a holder. */
const MAX_SIGNATURES = 256

export function printSignatureFile(signatures: readonly GivenSignature[]): string {
  const sorted = signatures
    .map(({ keyid, payload, sig }) => ({ keyid, payload, sig }))
    .sort((a, b) => (a.keyid + a.payload < b.keyid + b.payload ? -1 : 1))
  return printCanonicalFile({ format: FORMAT, signatures: sorted })
}

/** Whether the signatures are good, and of what, is not looked at. Throws `draft/invalid`. */
export function parseSignatureFile(bytes: Uint8Array): GivenSignature[] {
  const { signatures } = parseCanonicalFile(bytes, ABOUT)
  const isCounted =
    Array.isArray(signatures) && signatures.length > 0 && signatures.length <= MAX_SIGNATURES
  if (!isCounted) throw invalid(`expected ${ABOUT.what} with 1 to ${MAX_SIGNATURES}, got others`)
  return signatures.map((one: unknown) => {
    const isShaped =
      isObject(one) &&
      Object.keys(one).join() === 'keyid,payload,sig' &&
      isHex(one['keyid'], 32) &&
      isHex(one['payload'], 32) &&
      isHex(one['sig'], 64)
    if (isShaped) return one as unknown as GivenSignature
    throw invalid(`expected ${ABOUT.what} with keyid, payload and sig of each, got something else`)
  })
}
