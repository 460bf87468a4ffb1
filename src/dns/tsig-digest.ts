import { createHmac } from 'node:crypto'
import { encodeName } from './wire/name.ts'
import { CLASS } from './wire/numbers.ts'
import { type TsigRecord, encodeTimers } from './wire/tsig-record.ts'
import type { TsigAlgorithm, TsigKey } from './zone-source.ts'

/** The hash behind each algorithm, and how long its MAC is (RFC 8945 §6). */
const HASHES: Readonly<Record<TsigAlgorithm, readonly [name: string, bytes: number]>> = {
  'hmac-sha256': ['sha256', 32],
  'hmac-sha384': ['sha384', 48],
  'hmac-sha512': ['sha512', 64],
}

/** RFC 8945 §10: seconds by which two clocks may differ. */
export const FUDGE_SECONDS = 300

type Digest = ReturnType<typeof createHmac>

/** The octets of a whole MAC. */
export function macBytes(algorithm: TsigAlgorithm): number {
  return HASHES[algorithm][1]
}

/** A digest that begins with the MAC before, as on the wire, where there is one (RFC 8945 §4.3.1). */
export function openDigest(key: TsigKey, prior: Uint8Array | null): Digest {
  const digest = createHmac(HASHES[key.algorithm][0], key.secret)
  if (prior !== null) digest.update(Uint8Array.of(prior.length >> 8, prior.length)).update(prior)
  return digest
}

/** The variables of a signature (RFC 8945 §4.3.3), its names in canonical form. */
export function encodeVariables(
  record: Pick<TsigRecord, 'keyName' | 'algorithm' | 'timeSigned' | 'fudge' | 'error' | 'other'>,
): Uint8Array {
  const owner = encodeName(record.keyName)
  const algorithm = encodeName(record.algorithm)
  const bytes = new Uint8Array(owner.length + algorithm.length + 18 + record.other.length)
  const view = new DataView(bytes.buffer)
  bytes.set(owner)
  // Class ANY, TTL 0.
  view.setUint16(owner.length, CLASS.any)
  bytes.set(algorithm, owner.length + 6)
  const at = owner.length + 6 + algorithm.length
  bytes.set(encodeTimers(record.timeSigned, record.fudge), at)
  view.setUint16(at + 8, record.error)
  view.setUint16(at + 10, record.other.length)
  bytes.set(record.other, at + 12)
  return bytes
}
