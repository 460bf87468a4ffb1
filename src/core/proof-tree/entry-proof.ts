import { MAX_ENTRY_LINE } from '../parse-entry.ts'
import { Fault } from '../fault.ts'
import { VRF_PROOF_BYTES } from '../vrf/ecvrf.ts'
import { EMPTY_HASH, HASH_BYTES, hashBytes } from './tree-hash.ts'

/**
 * A proof that a list has an entry of one value and kind, or has none (`docs/spec/proof-tree.md` §6). It is only as good as the signed root
 * that it is verified against, and shows no other entry.
 */
export interface EntryProof {
  /** What proves the place of an entry of a restricted list; null for a public list. */
  readonly hidden: { readonly vrf: Uint8Array; readonly rootSalt: Uint8Array } | null
  /** The hashes beside the way, from the top downwards, 32 octets each; null where nothing is there. */
  readonly path: readonly (Uint8Array | null)[]
  /** Where the way ends. */
  readonly end: ProofEnd
}

/** Nothing; or the leaf of another entry, which isn't shown; or the entry itself, `salt` being null for a public list. */
export type ProofEnd =
  | { readonly what: 'nothing' }
  | { readonly what: 'other'; readonly index: Uint8Array; readonly commitment: Uint8Array }
  | { readonly what: 'entry'; readonly line: string; readonly salt: Uint8Array | null }

/** An index has no more bits. */
export const MAX_PATH = 256

/** No proof is longer than this as JSON text, white space apart. */
export const MAX_PROOF_BYTES = 24_576

/** The proof as it stands in JSON: octets are base64 (RFC 4648 §4). */
export interface EntryProofJson {
  readonly vrf?: string
  readonly rootSalt?: string
  readonly path: readonly (string | null)[]
  readonly end: EndJson
}

type EndJson =
  | null
  | { readonly index: string; readonly commitment: string }
  | { readonly line: string; readonly salt?: string }

/** The proof as a value that `JSON.stringify` takes. */
export function printEntryProof({ hidden, path, end }: EntryProof): EntryProofJson {
  return {
    ...(hidden && { vrf: base64(hidden.vrf), rootSalt: base64(hidden.rootSalt) }),
    path: path.map((sibling) => sibling && base64(sibling)),
    end: printEnd(end),
  }
}

function printEnd(end: ProofEnd): EndJson {
  switch (end.what) {
    case 'nothing':
      return null
    case 'other':
      return { index: base64(end.index), commitment: base64(end.commitment) }
    case 'entry':
      return { line: end.line, ...(end.salt && { salt: base64(end.salt) }) }
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** The proof of a JSON value from outside, in its one form. Throws `proof/invalid`; says nothing about whether the proof holds. */
export function parseEntryProof(json: unknown): EntryProof {
  const { vrf, rootSalt, path, end } = parseObject(json, ['path', 'end'], ['vrf', 'rootSalt'])
  if ((vrf === undefined) !== (rootSalt === undefined)) {
    throw invalid('expected both or none of "vrf" and "rootSalt"')
  }
  return {
    hidden:
      vrf === undefined
        ? null
        : { vrf: parseBytes(vrf, VRF_PROOF_BYTES), rootSalt: parseBytes(rootSalt, HASH_BYTES) },
    path: parsePath(path),
    end: parseEnd(end),
  }
}

function parsePath(path: unknown): readonly (Uint8Array | null)[] {
  if (!Array.isArray(path) || path.length > MAX_PATH) {
    throw invalid(`expected a path of at most ${MAX_PATH} hashes`)
  }
  return path.map((sibling: unknown) => {
    if (sibling === null) return null
    const bytes = parseBytes(sibling, HASH_BYTES)
    if (!Buffer.from(bytes).equals(hashBytes(EMPTY_HASH))) return bytes
    throw invalid('expected null for an empty place, got its hash')
  })
}

function parseEnd(end: unknown): ProofEnd {
  if (end === null) return { what: 'nothing' }
  if (typeof end === 'object' && 'line' in end) {
    const { line, salt } = parseObject(end, ['line'], ['salt'])
    if (typeof line !== 'string' || line.length >= MAX_ENTRY_LINE) {
      throw invalid('expected an entry line')
    }
    return { what: 'entry', line, salt: salt === undefined ? null : parseBytes(salt, HASH_BYTES) }
  }
  const { index, commitment } = parseObject(end, ['index', 'commitment'], [])
  return {
    what: 'other',
    index: parseBytes(index, HASH_BYTES),
    commitment: parseBytes(commitment, HASH_BYTES),
  }
}

function parseObject(
  value: unknown,
  needed: readonly string[],
  possible: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`expected an object with ${needed.join(', ')}`)
  }
  const keys = Object.keys(value)
  const isWhole = needed.every((key) => keys.includes(key))
  if (isWhole && keys.every((key) => needed.includes(key) || possible.includes(key))) {
    return value as Readonly<Record<string, unknown>>
  }
  throw invalid(`expected an object with ${needed.join(', ')}, got ${describeKeys(keys)}`)
}

function describeKeys(keys: readonly string[]): string {
  return JSON.stringify(keys.slice(0, 5)).slice(0, 100)
}

function parseBytes(text: unknown, length: number): Uint8Array {
  const bytes = typeof text === 'string' ? Buffer.from(text.slice(0, 2 * length), 'base64') : null
  // What doesn't print as it was read has another form: padding, alphabet, or bits that mean nothing.
  if (bytes?.length === length && bytes.toString('base64') === text) return bytes
  throw invalid(`expected ${length} octets in base64`)
}

function invalid(message: string): Fault {
  return new Fault('proof/invalid', message)
}
