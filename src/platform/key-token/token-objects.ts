import { Fault } from '../../core/fault.ts'
import * as ck from './cryptoki.ts'
import { decodeEcPoint } from './ec-point.ts'
import { tokenName, type TokenUri } from './token-uri.ts'

/** A logged-in session on one token. */
export interface TokenSession {
  readonly cryptoki: ck.Cryptoki
  readonly slot: ck.Handle
  readonly info: ck.TokenInfo
  readonly handle: ck.Handle
  /** Private keys that were found in this session, by their public key in hex. */
  readonly found: Map<string, ck.Handle>
}

/** An Ed25519 key pair in a token. */
export interface TokenPair {
  readonly handle: ck.Handle
  readonly publicHex: string
  /** CKA_ID in hex; empty where it has none. */
  readonly id: string
  /** CKA_LABEL; may be empty. */
  readonly object: string
}

/** The one private key that a URI names, with its public key. Throws `key/token-missing`, `key/token-mismatch`. */
export function findPair(session: TokenSession, uri: TokenUri): TokenPair {
  const [handle, ...others] = find(session, ck.CKO_PRIVATE_KEY, uri)
  if (handle === undefined) {
    throw new Fault('key/token-missing', `expected ${describe(uri)}, got no such Ed25519 key`)
  }
  if (others.length > 0) {
    throw mismatch(uri, 'more than one: name its id')
  }
  return pairOf(session, uri, handle)
}

/**
 * Makes a pair of which the private part can't leave the token: CKA_SENSITIVE, not CKA_EXTRACTABLE. Throws `key/token-mismatch` where that id is
 * taken.
 */
export function makePair(
  session: TokenSession,
  uri: TokenUri & { readonly id: string; readonly object: string },
): TokenPair {
  if (find(session, ck.CKO_PRIVATE_KEY, { id: uri.id }).length > 0) {
    throw mismatch(uri, 'a token that has a key of that id already: --existing takes it')
  }
  const { cryptoki, slot } = session
  const named = [
    { type: ck.CKA_TOKEN, value: true },
    { type: ck.CKA_ID, value: Buffer.from(uri.id, 'hex') },
    { type: ck.CKA_LABEL, value: uri.object },
  ]
  // Only a session that may write makes keys that stay; the login counts for it, too.
  const writing = cryptoki.C_OpenSession(slot, ck.CKF_SERIAL_SESSION | ck.CKF_RW_SESSION)
  try {
    cryptoki.C_GenerateKeyPair(
      writing,
      { mechanism: ck.CKM_EC_EDWARDS_KEY_PAIR_GEN, parameter: null },
      [
        ...named,
        { type: ck.CKA_EC_PARAMS, value: OID_ED25519 },
        { type: ck.CKA_VERIFY, value: true },
      ],
      [
        ...named,
        { type: ck.CKA_PRIVATE, value: true },
        { type: ck.CKA_SENSITIVE, value: true },
        { type: ck.CKA_EXTRACTABLE, value: false },
        { type: ck.CKA_SIGN, value: true },
      ],
    )
  } finally {
    cryptoki.C_CloseSession(writing)
  }
  return findPair(session, uri)
}

/** RFC 8410 §3: 1.3.101.112, id-Ed25519, in DER. */
const OID_ED25519 = Buffer.from('06032b6570', 'hex')

function pairOf(session: TokenSession, uri: TokenUri, handle: ck.Handle): TokenPair {
  const { cryptoki, handle: opened } = session
  const [id, label, sensitive, extractable] = cryptoki.C_GetAttributeValue(opened, handle, [
    { type: ck.CKA_ID },
    { type: ck.CKA_LABEL },
    { type: ck.CKA_SENSITIVE },
    { type: ck.CKA_EXTRACTABLE },
  ])
  if (sensitive?.value[0] !== 1 || extractable?.value[0] !== 0) {
    throw mismatch(uri, 'one that can be read out of it (not sensitive, or extractable)')
  }
  const names = { id: id?.value.toString('hex') ?? '', object: label?.value.toString() ?? '' }
  // PKCS #11 §4.7: the two halves of a pair have the same CKA_ID.
  const half = names.id === '' ? { object: names.object } : { id: names.id }
  const [publicKey, ...others] = find(session, ck.CKO_PUBLIC_KEY, half)
  if (publicKey === undefined || others.length > 0) {
    throw mismatch(
      uri,
      `${others.length === 0 ? 'no public key' : 'several public keys'} beside it`,
    )
  }
  const [point] = cryptoki.C_GetAttributeValue(opened, publicKey, [{ type: ck.CKA_EC_POINT }])
  const publicHex = decodeEcPoint(point?.value ?? Buffer.alloc(0))?.toString('hex')
  if (publicHex === undefined) throw mismatch(uri, 'a public key that is none of Ed25519')
  return { handle, publicHex, ...names }
}

function find(
  { cryptoki, handle }: TokenSession,
  kind: number,
  { id, object }: Pick<TokenUri, 'id' | 'object'>,
): readonly ck.Handle[] {
  cryptoki.C_FindObjectsInit(handle, [
    { type: ck.CKA_CLASS, value: kind },
    { type: ck.CKA_KEY_TYPE, value: ck.CKK_EC_EDWARDS },
    ...(id === undefined ? [] : [{ type: ck.CKA_ID, value: Buffer.from(id, 'hex') }]),
    ...(object === undefined ? [] : [{ type: ck.CKA_LABEL, value: object }]),
  ])
  try {
    return cryptoki.C_FindObjects(handle, 2)
  } finally {
    cryptoki.C_FindObjectsFinal(handle)
  }
}

function mismatch(uri: TokenUri, got: string): Fault {
  return new Fault('key/token-mismatch', `expected ${describe(uri)}, got ${got}`)
}

function describe(uri: TokenUri): string {
  const by = [
    ...(uri.object === undefined ? [] : [JSON.stringify(uri.object)]),
    ...(uri.id === undefined ? [] : [`of id ${uri.id}`]),
  ]
  const which = by.length === 0 ? 'one key' : `the key ${by.join(' ')}`
  return `${which} in the token ${JSON.stringify(tokenName(uri))}`
}
