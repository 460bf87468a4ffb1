const DOT = 0x2e
const HYPHEN = 0x2d
const UNDERSCORE = 0x5f

/**
 * Whether `bytes[start, end)`, a canonical name, is a host name (RFC 952, RFC 1123 §2.1): no underscore, no label that begins or ends with
 * a hyphen. Only such owners may have address records in a zone that BIND loads as primary.
 */
export function isHostName(bytes: Uint8Array, start: number, end: number): boolean {
  let before = DOT
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0
    if (byte === UNDERSCORE) return false
    if (byte === HYPHEN && before === DOT) return false
    if (byte === DOT && before === HYPHEN) return false
    before = byte
  }
  // The last label is letters, or an A-label (`docs/spec/entry.md` §2).
  return true
}
