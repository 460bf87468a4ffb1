/**
 * Whether `serial` comes before `other` in the arithmetic of serials, which wraps (RFC 1982 §3.2). Of two that are exactly half of all apart, neither
 * comes before the other.
 */
export function isSerialBefore(serial: number, other: number): boolean {
  const ahead = (other - serial) >>> 0
  return ahead > 0 && ahead < 0x8000_0000
}
