const DOT = 0x2e
const ZERO = 0x30

/**
 * Whether `bytes[start, end)` is one IPv4 address in its canonical form (`docs/spec/entry.md` §4), without making a string: four numbers of
 * at most 255, without leading zeros. Whatever else `readIpValue` takes is left to it.
 */
export function isCanonicalIpv4(bytes: Uint8Array, start: number, end: number): boolean {
  let numbers = 1
  let value = 0
  let digits = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0
    if (byte === DOT) {
      if (digits === 0 || ++numbers > 4) return false
      value = digits = 0
      continue
    }
    const digit = byte - ZERO
    if (digit < 0 || digit > 9 || (digits > 0 && value === 0)) return false
    value = value * 10 + digit
    digits++
    if (value > 255) return false
  }
  return numbers === 4 && digits > 0
}
