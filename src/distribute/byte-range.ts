/** First and last byte of a part, both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * What a `Range` header asks of `size` bytes: one range; `unsatisfiable` (416); or null where the header
 * is to be ignored and the whole sent: another unit, several ranges, or not well-formed (RFC 9110 §14.2:
 * "A server MAY ignore the Range header field").
 */
export function parseByteRange(header: string, size: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header)
  if (match === null) return null
  const [, from = '', to = ''] = match
  if (from === '') return to === '' ? null : suffixRange(Number(to), size)
  const first = Number(from)
  const last = to === '' ? Infinity : Number(to)
  if (last < first) return null
  if (first >= size) return 'unsatisfiable'
  return { first, last: Math.min(last, size - 1) }
}

// RFC 9110 §14.1.2: a suffix longer than the representation means all of it; of length 0, nothing.
function suffixRange(length: number, size: number): ByteRange | 'unsatisfiable' {
  if (length === 0 || size === 0) return 'unsatisfiable'
  return { first: Math.max(0, size - length), last: size - 1 }
}
