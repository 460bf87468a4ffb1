import { isKind } from '../core/parse-entry.ts'
import type { EntryKind } from '../core/entry.ts'
import { Fault } from '../core/fault.ts'
import type { EntryProofJson } from '../core/proof-tree/entry-proof.ts'
import type { ProvenFile, ProvenLeaf } from './explanation.ts'
import { isCount } from './list-facts.ts'
import { isRecord } from './parse-signed.ts'

/**
 * What proves that entries were on a list at a serial, or were not, in one JSON file (`docs/spec/proof-tree.md` §9): whoever reads it needs a policy and nothing
 * else. Bytes are base64. What a reader may believe of it is what `verifyEntryProofFile` says.
 */
export interface EntryProofFile {
  readonly format: 'bailiwick-entry-proof/1'
  readonly place: string
  readonly serial: number
  /** What was asked, each with its proof. */
  readonly answers: readonly EntryAnswer[]
  /** The VRF key, of a restricted list alone. */
  readonly vrfKey?: string
  /** The leaf that has the root, and that it is in the log. */
  readonly leaf: ProvenLeaf
  /** The texts of the policies that these targets have signed. */
  readonly policies: readonly string[]
  /** The roots, from the first on. */
  readonly roots: readonly ProvenFile[]
  readonly targets: readonly ProvenFile[]
}

export interface EntryAnswer {
  readonly value: string
  readonly kind: EntryKind
  readonly proof: EntryProofJson
}

export const ENTRY_PROOF_FORMAT = 'bailiwick-entry-proof/1'

/** No file is longer, in bytes: most of it are the roots. */
export const MAX_ENTRY_PROOF_FILE_BYTES = 2 ** 26

/** The form of a proof file, which may be from anybody. Nothing in it is verified. Throws `audit/proof`. */
export function parseEntryProofFile(value: unknown): EntryProofFile {
  const isWhole =
    isRecord(value) &&
    hasMembers(value, MEMBERS, ['vrfKey']) &&
    value['format'] === ENTRY_PROOF_FORMAT &&
    isText(value['place']) &&
    isCount(value['serial']) &&
    isListOf(value['answers'], isAnswer) &&
    (value['vrfKey'] === undefined || isText(value['vrfKey'])) &&
    isLeaf(value['leaf']) &&
    isListOf(value['policies'], isText) &&
    isListOf(value['roots'], isFile) &&
    isListOf(value['targets'], isFile)
  if (isWhole) return value as unknown as EntryProofFile
  throw new Fault(
    'audit/proof',
    `expected a proof of the format ${ENTRY_PROOF_FORMAT}, got another form`,
  )
}

const MEMBERS = [
  ...['answers', 'format', 'leaf', 'place'],
  ...['policies', 'roots', 'serial', 'targets'],
]

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'

function isListOf(value: unknown, isItem: Check): boolean {
  return Array.isArray(value) && value.every(isItem)
}

function hasMembers(
  value: Readonly<Record<string, unknown>>,
  needed: readonly string[],
  possible: readonly string[] = [],
): boolean {
  const names = Object.keys(value)
  return (
    needed.every((name) => names.includes(name)) &&
    names.every((name) => needed.includes(name) || possible.includes(name))
  )
}

function isAnswer(value: unknown): boolean {
  if (!isRecord(value) || !hasMembers(value, ['kind', 'proof', 'value'])) return false
  const { kind, value: asked } = value
  return isText(asked) && typeof kind === 'string' && isKind(kind)
}

function isLeaf(value: unknown): boolean {
  return (
    isRecord(value) &&
    hasMembers(value, ['bytes', 'proof']) &&
    isText(value['bytes']) &&
    isText(value['proof'])
  )
}

function isFile(value: unknown): boolean {
  return (
    isRecord(value) &&
    hasMembers(value, ['bytes', 'proof', 'role', 'version']) &&
    isText(value['role']) &&
    isCount(value['version']) &&
    isText(value['bytes']) &&
    isText(value['proof'])
  )
}
