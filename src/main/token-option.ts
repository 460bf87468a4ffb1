import { Fault } from '../core/fault.ts'
import type { WantedTokenKey } from '../platform/key-token/token-keys.ts'
import { parseTokenUri, tokenName } from '../platform/key-token/token-uri.ts'

/** The options by which a command that makes keys makes them in a token. */
export interface TokenFlags {
  readonly token?: string
  readonly existing?: boolean
}

/** What the options ask for, if they do. Throws `usage/invalid`. */
export function wantedToken({ token: uri, existing }: TokenFlags): { token?: WantedTokenKey } {
  if (uri !== undefined) {
    parseTokenUri(uri)
    return { token: { uri, isExisting: existing === true } }
  }
  if (existing !== true) return {}
  throw new Fault('usage/invalid', 'expected --token with --existing, got none: it says which key')
}

interface KeyLocation {
  readonly isHeld: boolean
  /** A `pkcs11:` URI, or null. */
  readonly token: string | null
}

/** Where a key is, for people. */
export function keyPlace({ isHeld, token }: KeyLocation): string {
  if (token !== null) return `token «${tokenName(parseTokenUri(token))}»`
  return isHeld ? 'yes' : 'no'
}
