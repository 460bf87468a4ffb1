import { createHash } from 'node:crypto'

/** What makes a subscriber's token recognisable, for people and for scanners of leaked secrets. */
export const TOKEN_PREFIX = 'blw_'
/** The same for a user's API key, and for the code with which a user chooses a password. */
export const API_KEY_PREFIX = 'blk_'
export const INVITATION_PREFIX = 'bli_'
/** The same for the code by which whoever appeals comes back to the case. */
export const APPEAL_PREFIX = 'bla_'
/** Bytes of chance in a token. */
export const TOKEN_BYTES = 32

const CHANCE = /^[A-Za-z0-9_-]{43}$/

/** The token made of `random`, 32 bytes of chance: `blw_`, or another prefix, and their base64url. */
export function printToken(random: Uint8Array, prefix = TOKEN_PREFIX): string {
  if (random.length !== TOKEN_BYTES) throw new Error(`a token needs ${TOKEN_BYTES} bytes of chance`)
  return prefix + Buffer.from(random).toString('base64url')
}

/** Whether `text` has the form of a token with that prefix. */
export function isToken(text: string, prefix: string): boolean {
  return text.startsWith(prefix) && CHANCE.test(text.slice(prefix.length))
}

/**
 * The SHA-256 of a token in hex: all that is ever stored. A fast hash is right here, as a token is 256 bits of
 * chance and no word that anyone could guess; comparing hashes tells nothing by its timing.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** The token of an `Authorization` header (RFC 6750 §2.1), or null if it holds none of ours with that prefix. */
export function bearerToken(
  authorization: string | undefined,
  prefix = TOKEN_PREFIX,
): string | null {
  if (authorization === undefined) return null
  const space = authorization.indexOf(' ')
  if (authorization.slice(0, space).toLowerCase() !== 'bearer') return null
  const token = authorization.slice(space + 1).trim()
  return isToken(token, prefix) ? token : null
}
