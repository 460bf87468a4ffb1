import { hash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { Fault } from '../fault.ts'

/**
 * What proving and verifying share of ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381 §5.5): SHA-512, the curve edwards25519, and
 * try-and-increment. `vrf-key.ts` proves, `verify-vrf.ts` verifies.
 */

/** A point of edwards25519. */
export type CurvePoint = typeof ed25519.Point.BASE

export const BASE = ed25519.Point.BASE
/** q, the order of the group that BASE makes. */
export const ORDER = ed25519.Point.CURVE().n

/** ptLen and qLen: an encoded point, an encoded scalar. */
export const POINT_BYTES = 32
export const SCALAR_BYTES = 32
/** cLen. */
export const CHALLENGE_BYTES = 16
/** Gamma, c, s (RFC 9381 §5.1). */
export const VRF_PROOF_BYTES = POINT_BYTES + CHALLENGE_BYTES + SCALAR_BYTES

const SUITE = 0x03
const ENCODE_FRONT = 0x01
const CHALLENGE_FRONT = 0x02
const OUTPUT_FRONT = 0x03
const BACK = 0x00
const MAX_TRIES = 256

/**
 * The point of its 32 octets by RFC 8032 §5.1.3, or null where they are none: not on the curve, or not the one encoding
 * that the point has.
 */
export function decodePoint(octets: Uint8Array): CurvePoint | null {
  try {
    return ed25519.Point.fromBytes(octets, false)
  } catch {
    // It says «no point» only by throwing, whatever is wrong with them.
    return null
  }
}

/**
 * RFC 9381 §5.4.1.1, ECVRF_encode_to_curve_try_and_increment, with the public key as salt (§5.5). How often it tries, two times
 * in the mean, depends on `alpha`, and so does the time that it takes.
 */
export function encodeToCurve(publicKey: Uint8Array, alpha: Uint8Array): CurvePoint {
  for (let counter = 0; counter < MAX_TRIES; counter++) {
    const digest = sha512(
      Buffer.of(SUITE, ENCODE_FRONT),
      publicKey,
      alpha,
      Buffer.of(counter, BACK),
    )
    const point = decodePoint(digest.subarray(0, POINT_BYTES))?.clearCofactor()
    if (point && !point.is0()) return point
  }
  // Half of all tries succeed: nobody sees this.
  throw new Fault('vrf/invalid', `expected a point within ${MAX_TRIES} tries, got none`)
}

/** RFC 9381 §5.4.3: c of the five points. */
export function challengeOf(points: readonly CurvePoint[]): bigint {
  const encoded = points.map((point) => point.toBytes())
  const digest = sha512(Buffer.of(SUITE, CHALLENGE_FRONT), ...encoded, Buffer.of(BACK))
  return decodeScalar(digest.subarray(0, CHALLENGE_BYTES))
}

/** RFC 9381 §5.2, ECVRF_proof_to_hash: beta of Gamma. */
export function outputOf(gamma: CurvePoint): Uint8Array {
  const encoded = gamma.clearCofactor().toBytes()
  return sha512(Buffer.of(SUITE, OUTPUT_FRONT), encoded, Buffer.of(BACK))
}

/** RFC 9381 §5.5: string_to_int is little-endian. */
export function decodeScalar(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).reverse().toString('hex')}`)
}

/** RFC 9381 §5.5: int_to_string is little-endian. */
export function encodeScalar(scalar: bigint, length: number): Uint8Array {
  return Buffer.from(scalar.toString(16).padStart(2 * length, '0'), 'hex').reverse()
}

export function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  return hash('sha512', Buffer.concat(parts), 'buffer')
}
