import { isCanonicalName } from './scan-name.ts'

/** `docs/spec/entry.md` §6, in octets. */
export const MAX_URL = 8000

const SLASH = 0x2f
const QUESTION = 0x3f
const STAR = 0x2a
const DOT = 0x2e

// What stands for itself in a path and in a query, and is neither decoded nor escaped by any step.
const PLAIN = new Uint8Array(256)
PLAIN.fill(1, 0x21, 0x7f)
for (const special of '#%\\') PLAIN[special.charCodeAt(0)] = 0

/**
 * Whether `bytes[start, end)` is a canonical URL value (`docs/spec/entry.md` §3) that can be told at a
 * glance, as nearly all are: a name, no port, no escapes, no dot segments. False means only that
 * `readUrlValue` has to look.
 */
export function isPlainUrlValue(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > MAX_URL) return false
  let pathStart = start
  while (pathStart < end && bytes[pathStart] !== SLASH) pathStart++
  if (pathStart === end || !isCanonicalName(bytes, start, pathStart)) return false
  const pathEnd = plainPathEnd(bytes, pathStart, end)
  if (pathEnd === end) return true
  return bytes[pathEnd] === QUESTION && isPlainQuery(bytes, pathEnd + 1, end)
}

/** The end of the value, its first `?`, or the first byte that is not plain where it stands. */
function plainPathEnd(bytes: Uint8Array, start: number, end: number): number {
  let before = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0
    if (byte === QUESTION || PLAIN[byte] === 0) return i
    // `//`, and whatever may be a dot segment.
    if (before === SLASH && (byte === SLASH || byte === DOT)) return i
    before = byte
  }
  return end
}

function isPlainQuery(bytes: Uint8Array, start: number, end: number): boolean {
  // `entry.md` §3.5: only a prefix ends in `/*`.
  if (bytes[end - 1] === STAR && bytes[end - 2] === SLASH) return false
  for (let i = start; i < end; i++) if (PLAIN[bytes[i] ?? 0] === 0) return false
  return end > start
}
