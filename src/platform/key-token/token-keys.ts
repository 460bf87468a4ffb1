import { isMainThread } from 'node:worker_threads'
import { KeyToken, type KeyTokenDeps } from './key-token.ts'
import { loadPkcs11js } from './load-pkcs11js.ts'
import { shareModules } from './share-modules.ts'
import { parseTokenUri, printTokenUri, wholeToken, type TokenUri } from './token-uri.ts'

/** The keys in tokens that a key folder refers to. References are `pkcs11:` URIs. */
export interface TokenKeys {
  /** A function that signs, when the key is there and is the one of that public key. */
  readonly signer: (
    reference: string,
    publicHex: string,
  ) => Promise<(bytes: Uint8Array) => Promise<Buffer>>
  /** Makes a key where `wanted` says, or takes one that is there. */
  readonly make: (
    use: string,
    wanted: WantedTokenKey,
  ) => Promise<{ readonly publicHex: string; readonly reference: string }>
  /** Ends all sessions. May be used again. */
  readonly close: () => void
}

export interface WantedTokenKey {
  /** A `pkcs11:` URI. */
  readonly uri: string
  /** It is in the token already, and none is to be made. */
  readonly isExisting: boolean
}

export type TokenAccess = Omit<KeyTokenDeps, 'openModule'>

/** Keys in tokens, by the modules that are loaded into this process. */
export function openTokenKeys(access: TokenAccess): TokenKeys {
  return tokenKeys({ openModule, ...access })
}

/** Of this thread. */
const openModule = shareModules(loadPkcs11js, { mayFinalise: isMainThread })

/** For `openTokenKeys`, over any module. */
export function tokenKeys(deps: KeyTokenDeps): TokenKeys {
  const tokens = new Map<string, KeyToken>()

  function tokenOf(uri: TokenUri): KeyToken {
    const name = printTokenUri(wholeToken(uri))
    const known = tokens.get(name) ?? new KeyToken(deps, uri)
    tokens.set(name, known)
    return known
  }

  return {
    signer: async (reference, publicHex) => {
      const uri = parseTokenUri(reference)
      const token = tokenOf(uri)
      await token.assertHolds(uri, publicHex)
      return (bytes) => token.sign(uri, publicHex, bytes)
    },
    make: async (use, { uri: text, isExisting }) => {
      const uri = parseTokenUri(text)
      const token = tokenOf(uri)
      const made = isExisting ? await token.take(uri) : await token.make(uri, use)
      return { publicHex: made.publicHex, reference: printTokenUri(made.uri) }
    },
    close: () => {
      for (const token of tokens.values()) token.close()
    },
  }
}
