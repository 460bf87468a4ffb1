import { randomBytes } from 'node:crypto'
import type { TsigAlgorithm } from '../dns/zone-source.ts'
import { hashToken, printToken, TOKEN_BYTES } from '../platform/http-auth.ts'
import type { NewKey } from '../store/subscriber-store.ts'

export interface NewToken {
  readonly token: string
  readonly tokenHash: string
}

export function newToken(): NewToken {
  const token = printToken(randomBytes(TOKEN_BYTES))
  return { token, tokenHash: hashToken(token) }
}

/** As many as the hash gives out (RFC 2104 §3). */
const SECRET_BYTES: Readonly<Record<TsigAlgorithm, number>> = {
  'hmac-sha256': 32,
  'hmac-sha384': 48,
  'hmac-sha512': 64,
}

/** A label has 63 octets; what follows the subscriber's name takes seven. */
const MAX_KEPT = 56
const MARK_LENGTH = 6
const MARK_LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'

/** A key of chance. Its name is one label: the subscriber's, as far as it can stand there, and a mark that tells it from later ones. */
export function newKey(subscriber: string, algorithm: TsigAlgorithm): NewKey {
  const kept = subscriber
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, MAX_KEPT)
    .replace(/-$/, '')
  const mark = [...randomBytes(MARK_LENGTH)].map((byte) => MARK_LETTERS[byte % 32]).join('')
  const secret = randomBytes(SECRET_BYTES[algorithm]).toString('base64')
  return { name: `${kept}-${mark}`, algorithm, secret }
}
