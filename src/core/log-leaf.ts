import { createHash } from 'node:crypto'
import { Fault } from './fault.ts'
import { printSortedJson } from './sorted-json.ts'

/** A leaf of the log (`docs/spec/log.md` §8): what was signed, or the manifest of a publication. */
export type LogLeaf = MetadataLeaf | PublicationLeaf | CommittedLeaf

/** A signed TUF metadata file, by the hash of its bytes. */
export interface MetadataLeaf {
  readonly v: 1
  readonly kind: 'metadata'
  readonly role: string
  readonly version: number
  /** Bytes of the file. */
  readonly length: number
  /** Of the file, in hex. */
  readonly sha256: string
}

/** The manifest of a serial: all that there is to say about it. Those of version 1 are of before there was a proof tree. */
export interface PublicationLeaf extends TreeCommitment {
  readonly v: 1 | 2
  readonly kind: 'publication'
  readonly list: string
  readonly place: string
  readonly serial: number
  readonly state: string
  /** The state of the serial before; zeros for the first. */
  readonly previous: string
  readonly entries: number
  readonly added: number
  readonly removed: number
  /** UTC, in seconds: `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly at: string
  /** `commitBasis` in hex: to the decisions that made it. */
  readonly decisions: string
}

/** What version 2 has more than version 1. */
export interface TreeCommitment {
  /** The root of the serial's proof tree, in hex (`docs/spec/proof-tree.md` §5). */
  readonly tree?: string
  /** The VRF key that it was made with, in hex; of a restricted list alone. */
  readonly vrfKey?: string
}

/** What a serial was made of, which is shown to auditors alone. */
export interface ManifestBasis {
  /** SHA-256 in hex over the digests of the list's decisions that are new in the serial, each with a line feed (`docs/spec/events.md` §4). */
  readonly decisions: string
  /** The newest event of the chain of decisions. */
  readonly hash: string
  readonly number: number
  /** The number of the event of the last decision that the list has; 0 for none. */
  readonly through: number
}

/** A serial of a restricted list: a commitment to its manifest and, since version 2, one to each of its entries. */
export interface CommittedLeaf {
  readonly v: 1 | 2
  readonly kind: 'publication'
  readonly place: string
  readonly serial: number
  /** `commitManifest` in hex. */
  readonly commitment: string
  /** The root of the serial's proof tree, in hex: it is salted, so that who has no proof can't test guesses. */
  readonly tree?: string
}

/** No leaf of ours is longer, in bytes. */
export const MAX_LEAF_BYTES = 4096

/** Octets of the chance that a commitment is made with. */
export const SALT_BYTES = 32

export const NO_STATE = '0'.repeat(64)

/** The bytes that go into the log. */
export function printLeaf(leaf: LogLeaf): Buffer {
  const bytes = Buffer.from(printSortedJson(leaf))
  if (bytes.length <= MAX_LEAF_BYTES) return bytes
  throw new Fault(
    'log/invalid',
    `expected a leaf of at most ${MAX_LEAF_BYTES} bytes, got ${bytes.length}`,
  )
}

/** The leaf of a metadata file. */
export function metadataLeaf(role: string, version: number, bytes: Uint8Array): MetadataLeaf {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { v: 1, kind: 'metadata', role, version, length: bytes.length, sha256 }
}

const BASIS_TAG = Buffer.from('bailiwick/decisions/v1\0', 'latin1')

/** What a manifest says of its basis: reasons and names are too easily guessed to be hashed without chance. */
export function commitBasis(basis: ManifestBasis, salt: Uint8Array): string {
  assertSalt(salt)
  const told = createHash('sha256').update(BASIS_TAG).update(salt).update(printSortedJson(basis))
  return told.digest('hex')
}

const COMMIT_TAG = Buffer.from('bailiwick/manifest/v1\0', 'latin1')

/**
 * What a restricted list's leaf says instead of its manifest: with 32 octets of chance that nobody else has, nobody can test a guess
 * (`docs/spec/log.md` §8).
 */
export function commitManifest(manifest: PublicationLeaf, salt: Uint8Array): CommittedLeaf {
  assertSalt(salt)
  const digest = createHash('sha256').update(printLeaf(manifest)).digest()
  const commitment = createHash('sha256').update(COMMIT_TAG).update(salt).update(digest)
  const { v, place, serial, tree } = manifest
  const told = {
    v,
    kind: 'publication',
    place,
    serial,
    commitment: commitment.digest('hex'),
  } as const
  return tree === undefined ? told : { ...told, tree }
}

function assertSalt(salt: Uint8Array): void {
  if (salt.length !== SALT_BYTES) throw new RangeError(`expected ${SALT_BYTES} octets of salt`)
}

/** Reads a leaf, from anywhere: all members, no others, in the one form that they are printed in. Throws `log/invalid`. */
export function parseLeaf(bytes: Uint8Array): LogLeaf {
  if (bytes.length > MAX_LEAF_BYTES) {
    throw new Fault(
      'log/invalid',
      `expected a leaf of at most ${MAX_LEAF_BYTES} bytes, got ${bytes.length}`,
    )
  }
  const text = Buffer.from(bytes).toString('utf8')
  const value = parseJson(text)
  const shape = shapeOf(value)
  const isWhole =
    shape !== undefined &&
    Object.keys(value).length === Object.keys(shape).length &&
    Object.entries(shape).every(([name, isFit]) => isFit(value[name]))
  if (isWhole && printSortedJson(value) === text) return value as unknown as LogLeaf
  throw new Fault(
    'log/invalid',
    `expected a leaf as docs/spec/log.md §8 has them, got ${JSON.stringify(text.slice(0, 200))}`,
  )
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // It is told below what it is not.
  }
  return {}
}

type Check = (value: unknown) => boolean
const isHash: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isNumber: Check = (value) => isCount(value) && value !== 0
const isWord: Check = (value) => typeof value === 'string' && /^[a-z0-9-]{1,64}$/.test(value)
const isTime: Check = (value) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)
const is =
  (wanted: unknown): Check =>
  (value) =>
    value === wanted

const METADATA = {
  ...{ v: is(1), kind: is('metadata'), role: isWord, version: isNumber },
  ...{ length: isNumber, sha256: isHash },
}
const COMMITTED = {
  ...{ v: is(1), kind: is('publication'), place: isWord, serial: isNumber, commitment: isHash },
}
const PUBLICATION = {
  ...{ v: is(1), kind: is('publication'), list: isWord, place: isWord, serial: isNumber },
  ...{ state: isHash, previous: isHash, entries: isCount, added: isCount, removed: isCount },
  ...{ at: isTime, decisions: isHash },
}
const TREE = { v: is(2), tree: isHash }

function shapeOf(value: Record<string, unknown>): Readonly<Record<string, Check>> | undefined {
  if (value['kind'] === 'metadata') return METADATA
  if (value['kind'] !== 'publication') return undefined
  const shape = 'commitment' in value ? COMMITTED : PUBLICATION
  if (value['v'] !== 2) return shape
  return {
    ...shape,
    ...TREE,
    ...('vrfKey' in value && shape === PUBLICATION && { vrfKey: isHash }),
  }
}
