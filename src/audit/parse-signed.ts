import { createHash } from 'node:crypto'
import { canonicalize } from '@tufjs/canonical-json'
import { Fault } from '../core/fault.ts'
import { printSortedJson } from '../core/sorted-json.ts'

/** A metadata file as it was read: nothing of it is to be believed before its signatures are checked. */
export interface SignedFile {
  readonly role: string
  readonly type: SignedType
  readonly version: number
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly expires: string
  readonly signed: JsonRecord
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
  /** What is signed. */
  readonly payload: Buffer
}

export type SignedType = 'root' | 'targets' | 'snapshot' | 'timestamp'
export type JsonRecord = Readonly<Record<string, unknown>>

/** No file has more signatures. */
export const MAX_SIGNATURES = 64

/**
 * A metadata file of `role` from its bytes, as strictly as `docs/spec/http.md` §3 has it: sorted JSON without white space, so that
 * two files are never the same metadata; keys under their own ids. Throws `trust/invalid`, `trust/key-id`.
 */
export function parseSigned(bytes: Uint8Array, role: string): SignedFile {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  const { signed, signatures } = parseFile(text, role)
  const type = typeOf(role)
  const { _type, version, expires } = signed
  if (_type !== type) throw invalid(role, `the type ${type}`, _type)
  if (!isVersion(version)) throw invalid(role, 'a version', version)
  if (typeof expires !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(expires)) {
    throw invalid(role, 'a time of expiry in seconds and UTC', expires)
  }
  const { delegations } = signed
  assertKeyIds(role, signed['keys'])
  if (isRecord(delegations)) assertKeyIds(role, delegations['keys'])
  const payload = Buffer.from(canonicalize(signed))
  return { role, type, version, expires, signed, signatures, payload }
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

/** What the files of a role are: every role but the four is one of targets. */
export function typeOf(role: string): SignedType {
  return role === 'root' || role === 'snapshot' || role === 'timestamp' ? role : 'targets'
}

function parseFile(text: string, role: string): Pick<SignedFile, 'signed' | 'signatures'> {
  const value = parseJson(text, role)
  const { signed, signatures } = value
  if (!isRecord(signed) || !Array.isArray(signatures) || Object.keys(value).length !== 2) {
    throw invalid(role, 'signed content and signatures', text.slice(0, 40))
  }
  if (signatures.length > MAX_SIGNATURES) {
    throw invalid(role, `${MAX_SIGNATURES} signatures at most`, signatures.length)
  }
  if (printSortedJson(value) !== text) throw invalid(role, 'sorted JSON', 'another form of it')
  return { signed, signatures: signatures.map((one) => parseSignature(one, role)) }
}

function parseJson(text: string, role: string): JsonRecord {
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch (cause) {
    throw new Fault('trust/invalid', `expected the metadata of ${role} in JSON, got another text`, {
      cause,
    })
  }
  throw invalid(role, 'an object', text.slice(0, 40))
}

function parseSignature(value: unknown, role: string): SignedFile['signatures'][number] {
  const { keyid, sig } = isRecord(value) ? value : {}
  if (typeof keyid === 'string' && typeof sig === 'string' && /^([0-9a-f]{2})*$/.test(sig)) {
    return { keyid, sig }
  }
  throw invalid(role, 'signatures in lower-case hex', value)
}

function assertKeyIds(role: string, keys: unknown): void {
  for (const [id, key] of Object.entries(isRecord(keys) ? keys : {})) {
    // TUF 1.0 §4.2: «the hexdigest of the SHA-256 hash of the canonical form of the key». Else one key could count twice.
    const digest = createHash('sha256').update(canonicalize(key)).digest('hex')
    if (id === digest) continue
    throw new Fault(
      'trust/key-id',
      `expected each key of ${role} under its own id ${digest}, got ${JSON.stringify(id)}`,
    )
  }
}

function invalid(role: string, expected: string, got: unknown): Fault {
  return new Fault(
    'trust/invalid',
    `expected ${expected} in the metadata of ${role}, got ${(JSON.stringify(got) as string | undefined)?.slice(0, 200) ?? 'none'}`,
  )
}
