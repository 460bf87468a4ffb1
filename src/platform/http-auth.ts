import { createHash } from 'node:crypto'

/** What makes a token recognisable, for people and for scanners of leaked secrets. */
export const TOKEN_PREFIX = 'blw_'
/** Bytes of chance in a token. */
export const TOKEN_BYTES = 32

const TOKEN = new RegExp(`^${TOKEN_PREFIX}[A-Za-z0-9_-]{43}$`)

/** The token made of `random`, 32 bytes of chance: `blw_` and their base64url. */
export function printToken(random: Uint8Array): string {
  if (random.length !== TOKEN_BYTES) throw new Error(`a token needs ${TOKEN_BYTES} bytes of chance`)
  return TOKEN_PREFIX + Buffer.from(random).toString('base64url')
}

/**
 * The SHA-256 of a token in hex: all that is ever stored. A fast hash is right here, as a token is 256 bits of
 * chance and no word that anyone could guess; comparing hashes tells nothing by its timing.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** The token of an `Authorization` header (RFC 6750 §2.1), or null if it holds none of ours. */
export function bearerToken(authorization: string | undefined): string | null {
  if (authorization === undefined) return null
  const space = authorization.indexOf(' ')
  if (authorization.slice(0, space).toLowerCase() !== 'bearer') return null
  const token = authorization.slice(space + 1).trim()
  return TOKEN.test(token) ? token : null
}
