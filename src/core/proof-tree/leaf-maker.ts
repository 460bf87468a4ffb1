import type { EntryKind, EntryValue } from '../entry.ts'
import { Fault } from '../fault.ts'
import { HASH_BYTES, LEAF_BYTES, sha256 } from './tree-hash.ts'

/** What a proof is about. */
export interface EntryKey {
  readonly value: EntryValue
  readonly kind: EntryKind
}

/** How the entries of one list become leaves (`docs/spec/proof-tree.md` §2, §3). Lines are entry lines without their line feed. */
export interface LeafMaker {
  readonly place: string
  /** 32 octets for a restricted list, null for a public one. */
  readonly vrfKey: Uint8Array | null
  /** Where the entry has its place in the tree, 32 octets. */
  readonly index: (key: EntryKey) => Uint8Array
  /** The same with what proves it, 80 octets; null where everybody can compute it. */
  readonly proveIndex: (key: EntryKey) => { index: Uint8Array; vrf: Uint8Array | null }
  /** What opens the commitment to `line`, which is on the list since the serial `since`; null where nothing is hidden. */
  readonly salt: (line: string, since: number) => Uint8Array | null
  /** What makes the root of `serial` say nothing to who has no proof; null where nothing is hidden. */
  readonly rootSalt: (serial: number) => Uint8Array | null
}

/** Secrets of a restricted list: whoever has them can test every guess. */
export interface LeafSecrets {
  /** SK of RFC 9381, 32 octets. */
  readonly vrf: Uint8Array
  /** The seed of all salts, 32 octets. */
  readonly salts: Uint8Array
}

/** A list's id, or the code that a restricted list has in its place (`docs/glossary.md`). */
const PLACE = /^[a-z0-9-]{1,40}$/

/** Of a public list: everything can be computed by everybody. Throws `proof/mismatch` unless `place` is one. */
export function publicLeafMaker(place: string): LeafMaker {
  assertPlace(place)
  return {
    place,
    vrfKey: null,
    index: (key) => publicIndex(place, key),
    proveIndex: (key) => ({ index: publicIndex(place, key), vrf: null }),
    salt: () => null,
    rootSalt: () => null,
  }
}

/** Whether `text` can be the place of a list. */
export function isPlace(text: string): boolean {
  return PLACE.test(text)
}

/** Throws `proof/mismatch`. */
export function assertPlace(place: string): void {
  if (isPlace(place)) return
  throw new Fault('proof/mismatch', `expected the place of a list, got ${JSON.stringify(place)}`)
}

/** The leaf, 64 octets, of a line that is on the list since the serial `since`. */
export function makeLeaf(maker: LeafMaker, line: string, since: number): Uint8Array {
  const leaf = new Uint8Array(LEAF_BYTES)
  leaf.set(maker.index(lineKey(line)))
  leaf.set(commitTo(line, maker.salt(line, since)), HASH_BYTES)
  return leaf
}

/** An entry line without its line feed, and the serial since which it is on the list. */
export interface ListedLine {
  readonly line: string
  readonly since: number
}

/** Index and commitment of a line of a public list, as 32 characters each: the quick way, of lines that are ASCII. */
export function publicLeafTexts(
  place: string,
  line: string,
): { readonly index: string; readonly commitment: string } {
  const keyEnd = line.indexOf('\t', line.indexOf('\t') + 1)
  return {
    index: sha256(`bailiwick/index/v1\n${place}\n${line.slice(0, keyEnd)}`),
    commitment: sha256(`bailiwick/entry/v1\n${line}`),
  }
}

/** Value and kind of an entry line that is trusted. */
export function lineKey(line: string): EntryKey {
  const valueEnd = line.indexOf('\t')
  const kindEnd = line.indexOf('\t', valueEnd + 1)
  return {
    value: line.slice(0, valueEnd) as EntryValue,
    kind: line.slice(valueEnd + 1, kindEnd) as EntryKind,
  }
}

/** §2: what is hashed, or given to the VRF, for the index. */
export function indexInput(place: string, { value, kind }: EntryKey): Uint8Array {
  return Buffer.from(`bailiwick/index/v1\n${place}\n${value}\t${kind}`, 'latin1')
}

/** §2: the index in a public list. */
export function publicIndex(place: string, key: EntryKey): Uint8Array {
  return Buffer.from(sha256(indexInput(place, key)), 'latin1')
}

/** §3: the commitment to a line, salted or not. */
export function commitTo(line: string, salt: Uint8Array | null): Uint8Array {
  const tag = salt === null ? 'bailiwick/entry/v1\n' : 'bailiwick/salted-entry/v1\n'
  const parts = [Buffer.from(tag), salt ?? new Uint8Array(), Buffer.from(line, 'latin1')]
  return Buffer.from(sha256(Buffer.concat(parts)), 'latin1')
}
