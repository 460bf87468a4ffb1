import { ed25519 } from '@noble/curves/ed25519.js'
import { Fault } from '../fault.ts'
import {
  BASE,
  CHALLENGE_BYTES,
  ORDER,
  SCALAR_BYTES,
  challengeOf,
  decodeScalar,
  encodeScalar,
  encodeToCurve,
  outputOf,
  sha512,
} from './ecvrf.ts'

/** SK: 32 octets of chance, as of an Ed25519 key. */
export const VRF_SECRET_BYTES = 32

/**
 * The secret side of ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381 §5.5): who has it knows the output of every input, and proves it to
 * who has the public key. To everybody else an output without its proof is 64 octets of chance.
 *
 * What leaks: multiplying by the secret runs the same steps for every scalar, but on numbers of JavaScript whose operations take more or
 * less time; and the time of each call tells how many tries the input needed (`encodeToCurve`). Who can measure many calls precisely, with inputs
 * of his choice, must be kept from it: answers go out from a store or after a queue, not right from here. No memory is wiped.
 */
export interface VrfKey {
  /** 32 octets, PK. */
  readonly publicKey: Uint8Array
  /** beta, 64 octets: the output alone, at a third of the cost of `prove`. */
  readonly evaluate: (alpha: Uint8Array) => Uint8Array
  /** pi, 80 octets (RFC 9381 §5.1), the same for the same input; and the output that it proves. */
  readonly prove: (alpha: Uint8Array) => VrfProof
}

export interface VrfProof {
  readonly proof: Uint8Array
  readonly output: Uint8Array
}

/** The key of its 32 secret octets. Throws `vrf/invalid` on another number of them. */
export function openVrfKey(secret: Uint8Array): VrfKey {
  if (secret.length !== VRF_SECRET_BYTES) {
    throw new Fault(
      'vrf/invalid',
      `expected ${VRF_SECRET_BYTES} octets of a VRF secret, got ${secret.length}`,
    )
  }
  // RFC 9381 §5.5: x and Y are those of RFC 8032 §5.1.5; `prefix` is the second half of the hashed secret.
  const { scalar, prefix, point, pointBytes } = ed25519.utils.getExtendedPublicKey(secret)
  return {
    publicKey: pointBytes,
    evaluate: (alpha) => outputOf(encodeToCurve(pointBytes, alpha).multiply(scalar)),
    prove: (alpha) => {
      const h = encodeToCurve(pointBytes, alpha)
      const gamma = h.multiply(scalar)
      // RFC 9381 §5.4.2.2: the nonce comes of the secret and the input; no chance is needed, so none can fail.
      const nonce = decodeScalar(sha512(prefix, h.toBytes())) % ORDER
      const c = challengeOf([point, h, gamma, BASE.multiply(nonce), h.multiply(nonce)])
      const s = (nonce + c * scalar) % ORDER
      const proof = [
        gamma.toBytes(),
        encodeScalar(c, CHALLENGE_BYTES),
        encodeScalar(s, SCALAR_BYTES),
      ]
      return { proof: Buffer.concat(proof), output: outputOf(gamma) }
    },
  }
}
