import { Fault, type FaultCode } from './fault.ts'

/** No header of a snapshot or delta is longer than this, in bytes, with the empty line that ends it. */
export const MAX_HEADER_BYTES = 512

/** `key: value` lines in the given order, and the empty line that ends a header. */
export function printHeaderLines(fields: readonly (readonly [string, string | number])[]): string {
  return fields.map(([key, value]) => `${key}: ${value}\n`).join('') + '\n'
}

/**
 * The values of a header whose lines must be exactly `keys` in this order, and where the body begins. Bytes from outside: looks
 * at no more than `MAX_HEADER_BYTES`. Throws `code`.
 */
export function parseHeaderLines(
  bytes: Uint8Array,
  keys: readonly string[],
  code: FaultCode,
): { values: string[]; bodyOffset: number } {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_HEADER_BYTES))
  const end = head.indexOf('\n\n')
  if (end < 0) {
    throw new Fault(
      code,
      `expected an empty line within the first ${MAX_HEADER_BYTES} bytes, got none`,
    )
  }
  const lines = head.toString('latin1', 0, end).split('\n')
  if (lines.length !== keys.length) {
    throw new Fault(code, `expected ${keys.length} header lines, got ${lines.length}`)
  }
  const values = keys.map((key, i) => {
    const line = lines[i] ?? ''
    if (line.startsWith(`${key}: `)) return line.slice(key.length + 2)
    throw new Fault(
      code,
      `expected header line ${i + 1} to be ${JSON.stringify(key)}, got ${JSON.stringify(line)}`,
    )
  })
  return { values, bodyOffset: end + 2 }
}

/** Serials and counts are at most this: the range of a DNS serial (RFC 1982). */
export const MAX_SERIAL = 4_294_967_295

/** A decimal number without sign or leading zero, from `least` to 2³²−1. Throws `code`. */
export function parseCount(text: string, least: number, code: FaultCode): number {
  const value = /^(0|[1-9][0-9]{0,9})$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= MAX_SERIAL) return value
  throw new Fault(
    code,
    `expected a number from ${least} to ${MAX_SERIAL}, got ${JSON.stringify(text)}`,
  )
}

/** A SHA-256 in lower-case hex. Throws `code`. */
export function parseDigest(text: string, code: FaultCode): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text
  throw new Fault(code, `expected 64 lower-case hex digits, got ${JSON.stringify(text)}`)
}

/** A list's id. Throws `code`. */
export function parseHeaderListId(text: string, code: FaultCode): string {
  if (/^[a-z0-9-]{1,40}$/.test(text)) return text
  throw new Fault(code, `expected a list id of [a-z0-9-]{1,40}, got ${JSON.stringify(text)}`)
}

/** The value of a `format` line. Throws `code` for any other, with the hint that it may be of a later Bailiwick. */
export function assertFormat(text: string, format: string, code: FaultCode): void {
  if (text === format) return
  throw new Fault(
    code,
    `expected the format ${JSON.stringify(format)}, got ${JSON.stringify(text)}`,
  )
}
