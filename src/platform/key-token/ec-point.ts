/**
 * The 32 bytes of an Ed25519 public key from a CKA_EC_POINT, or null for anything else. PKCS #11 3.0 §2.3.5 has the bare point (RFC 8032),
 * tokens of before have it as a DER OCTET STRING, as for other curves.
 */
export function decodeEcPoint(bytes: Buffer): Buffer | null {
  if (bytes.length === POINT_BYTES) return bytes
  const isWrapped =
    bytes.length === 2 + POINT_BYTES && bytes[0] === 0x04 && bytes[1] === POINT_BYTES
  return isWrapped ? bytes.subarray(2) : null
}

const POINT_BYTES = 32
