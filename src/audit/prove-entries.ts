import { ENTRY_KINDS, type EntryKind } from '../core/entry.ts'
import { Fault } from '../core/fault.ts'
import { LineCursor } from '../core/line-cursor.ts'
import { publicationProofPath } from '../core/layout.ts'
import { printLeaf, type PublicationLeaf } from '../core/log-leaf.ts'
import { parseEntryValue, readEntryValue } from '../core/parse-entry.ts'
import { printEntryProof } from '../core/proof-tree/entry-proof.ts'
import {
  makeLeaf,
  publicLeafMaker,
  type EntryKey,
  type LeafMaker,
  type ListedLine,
} from '../core/proof-tree/leaf-maker.ts'
import { buildTree, type ProofTree } from '../core/proof-tree/proof-tree.ts'
import { makeProofRoot } from '../core/proof-tree/proof-root.ts'
import { proveEntry } from '../core/proof-tree/prove-entry.ts'
import { LEAF_BYTES } from '../core/proof-tree/tree-hash.ts'
import { ENTRY_PROOF_FORMAT, type EntryAnswer, type EntryProofFile } from './entry-proof-file.ts'
import type { ProvenLeaf } from './explanation.ts'
import type { PublishedHistory, HistorySerial } from './list-history.ts'
import { readSigners } from './proof-signers.ts'
import { replayList, type ReplayDeps } from './replay-list.ts'
import { readProof } from './read-proof.ts'

/**
 * Proves of each of `keys` that the list had it at the last of `serials`, or that it had not: the list is rebuilt to that serial, and its proof tree made, which
 * must have the root that the manifest has. Throws `audit/unprovable` where there is no such root, or nobody but the authority can make the tree; `proof/mismatch` where the
 * root is another; and what the rebuilding throws.
 */
export async function proveEntries(
  deps: ReplayDeps,
  { metadata }: Pick<PublishedHistory, 'metadata'>,
  serials: readonly HistorySerial[],
  keys: readonly EntryKey[],
): Promise<EntryProofFile> {
  const manifest = manifestOf(serials.at(-1))
  const { place, serial } = manifest
  const maker = publicLeafMaker(place)
  const { facts, lines } = await replayList(deps, serials, false)
  const list = gatherLeaves(maker, facts.entries, lines, keys)
  const root = Buffer.from(makeProofRoot(list.tree, maker, serial).root).toString('hex')
  if (root !== manifest.tree) {
    throw new Fault(
      'proof/mismatch',
      `expected the root ${String(manifest.tree)} of the manifest of ${place} ${serial}, got ${root} of its lines`,
    )
  }
  const leaf: ProvenLeaf = {
    bytes: printLeaf(manifest).toString('base64'),
    proof: await readProof(deps.source, publicationProofPath(place, serial)),
  }
  return {
    ...{ format: ENTRY_PROOF_FORMAT, place, serial, leaf },
    answers: answerAll(list, maker, serial, keys),
    ...(await readSigners(deps.source, metadata)),
  }
}

/** What is meant by a value: of one kind, or of every kind that it can be of. Throws as `parseEntryValue` where it can be of none. */
export function askedKeys(text: string, kind: EntryKind | null): readonly EntryKey[] {
  if (kind !== null) return [{ kind, value: parseEntryValue(kind, text) }]
  const keys = ENTRY_KINDS.flatMap((one) => {
    const reading = readEntryValue(one, text)
    return 'value' in reading ? [{ kind: one, value: reading.value }] : []
  })
  return keys.length > 0 ? keys : [{ kind: 'domain', value: parseEntryValue('domain', text) }]
}

/** A proof tree, and those of the lines that were asked for. */
export interface AskedList {
  readonly tree: ProofTree
  readonly listed: ReadonlyMap<string, ListedLine>
}

/** The answers to `keys`, each with its proof. */
export function answerAll(
  { tree, listed }: AskedList,
  maker: LeafMaker,
  serial: number,
  keys: readonly EntryKey[],
): readonly EntryAnswer[] {
  return keys.map((key) => {
    const proof = proveEntry(tree, maker, { key, serial, listed: listed.get(textOf(key)) ?? null })
    return { ...key, proof: printEntryProof(proof) }
  })
}

export function textOf({ value, kind }: EntryKey): string {
  return `${value}\t${kind}`
}

function manifestOf(last: HistorySerial | undefined): PublicationLeaf {
  const leaf = last?.manifest?.leaf
  if (leaf?.tree === undefined) {
    throw unprovable('a serial whose manifest has the root of a proof tree', 'one without')
  }
  if ('state' in leaf) return leaf
  throw unprovable(
    'a public list',
    'a restricted one: only the authority can make its proofs, with «bailiwick log open»',
  )
}

function gatherLeaves(
  maker: LeafMaker,
  count: number,
  lines: Iterable<Uint8Array>,
  keys: readonly EntryKey[],
): AskedList {
  const asked = new Set(keys.map(textOf))
  const listed = new Map<string, ListedLine>()
  const leaves = Buffer.alloc(count * LEAF_BYTES)
  let at = 0
  const cursor = new LineCursor(lines)
  while (cursor.next()) {
    const line = cursor.text()
    leaves.set(makeLeaf(maker, line, 1), at)
    at += LEAF_BYTES
    const key = line.slice(0, line.indexOf('\t', line.indexOf('\t') + 1))
    if (asked.has(key)) listed.set(key, { line, since: 1 })
  }
  return { tree: buildTree(leaves.subarray(0, at)), listed }
}

function unprovable(expected: string, got: string): Fault {
  return new Fault('audit/unprovable', `expected ${expected}, got ${got}`)
}
