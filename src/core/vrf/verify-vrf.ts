import { Fault } from '../fault.ts'
import {
  BASE,
  CHALLENGE_BYTES,
  ORDER,
  POINT_BYTES,
  VRF_PROOF_BYTES,
  challengeOf,
  decodePoint,
  decodeScalar,
  encodeToCurve,
  outputOf,
  type CurvePoint,
} from './ecvrf.ts'

/**
 * The output, 64 octets, that `proof` proves for `alpha` under `publicKey`: RFC 9381 §5.3 with validate_key, so that there is one output
 * for each input, whoever made the key. Throws `vrf/invalid` on anything else; each proof has one encoding.
 */
export function verifyVrf(publicKey: Uint8Array, alpha: Uint8Array, proof: Uint8Array): Uint8Array {
  const y = parseVrfPublicKey(publicKey)
  const { gamma, c, s } = decodeProof(proof)
  const h = encodeToCurve(publicKey, alpha)
  // All of it is public: the quicker multiplication may be taken.
  const u = BASE.multiplyUnsafe(s).subtract(y.multiplyUnsafe(c))
  const v = h.multiplyUnsafe(s).subtract(gamma.multiplyUnsafe(c))
  if (challengeOf([y, h, gamma, u, v]) !== c) {
    throw new Fault('vrf/invalid', 'expected a VRF proof of this input, got one that does not fit')
  }
  return outputOf(gamma)
}

/** RFC 9381 §5.4.5: a point, in its one encoding, that isn't of small order. Throws `vrf/invalid`. */
export function parseVrfPublicKey(publicKey: Uint8Array): CurvePoint {
  const y = publicKey.length === POINT_BYTES ? decodePoint(publicKey) : null
  if (y && !y.isSmallOrder()) return y
  throw new Fault(
    'vrf/invalid',
    `expected a VRF public key, got ${Buffer.from(publicKey.subarray(0, POINT_BYTES)).toString('hex')}`,
  )
}

/** RFC 9381 §5.4.4. From outside. */
function decodeProof(proof: Uint8Array): { gamma: CurvePoint; c: bigint; s: bigint } {
  if (proof.length !== VRF_PROOF_BYTES) {
    throw new Fault(
      'vrf/invalid',
      `expected a VRF proof of ${VRF_PROOF_BYTES} octets, got ${proof.length}`,
    )
  }
  const challengeEnd = POINT_BYTES + CHALLENGE_BYTES
  const gamma = decodePoint(proof.subarray(0, POINT_BYTES))
  const c = decodeScalar(proof.subarray(POINT_BYTES, challengeEnd))
  const s = decodeScalar(proof.subarray(challengeEnd))
  // RFC 9381 §5.4.4: «s >= q» is invalid, else each proof would have a second encoding.
  if (gamma && s < ORDER) return { gamma, c, s }
  throw new Fault('vrf/invalid', 'expected a VRF proof, got one whose point or scalar is none')
}
