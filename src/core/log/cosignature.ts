import { Fault } from '../fault.ts'

/**
 * What a witness signs (c2sp.org/tlog-cosignature, Ed25519): as of this time, the checkpoint is the largest one that it has seen of
 * this log, and consistent with all before.
 */
export interface Cosignature {
  /** Seconds since 1970. */
  readonly timestamp: number
  /** 64 bytes, over `cosignedText`. */
  readonly signature: Uint8Array
}

const ED25519_BYTES = 64

/** tlog-cosignature, «Ed25519 signed message»: two lines before the whole text of the checkpoint. */
export function cosignedText(checkpointText: string, timestamp: number): string {
  return `cosignature/v1\ntime ${timestamp}\n${checkpointText}`
}

/** The `timestamped_signature`: eight octets of time and the signature. Throws `log/invalid`. */
export function encodeCosignature({ timestamp, signature }: Cosignature): Buffer {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0 || signature.length !== ED25519_BYTES) {
    throw new Fault(
      'log/invalid',
      `expected a time in seconds and a signature of ${ED25519_BYTES} bytes, got ${timestamp} and ${signature.length}`,
    )
  }
  const octets = Buffer.alloc(8 + ED25519_BYTES)
  octets.writeBigUInt64BE(BigInt(timestamp))
  octets.set(signature, 8)
  return octets
}

/**
 * Null for another length, and for a time above 2⁵³−1: that lies in the future, and tlog-cosignature lets verifiers reject it.
 */
export function decodeCosignature(octets: Uint8Array): Cosignature | null {
  if (octets.length !== 8 + ED25519_BYTES) return null
  const view = Buffer.from(octets.buffer, octets.byteOffset, octets.length)
  const timestamp = Number(view.readBigUInt64BE())
  return Number.isSafeInteger(timestamp) ? { timestamp, signature: view.subarray(8) } : null
}
