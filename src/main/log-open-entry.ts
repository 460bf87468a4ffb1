import type { Command } from 'commander'
import { answerAll, askedKeys, textOf, type AskedList } from '../audit/prove-entries.ts'
import { ENTRY_PROOF_FORMAT, type EntryProofFile } from '../audit/entry-proof-file.ts'
import { openFolder } from '../audit/open-folder.ts'
import { readSigners } from '../audit/proof-signers.ts'
import { readProof } from '../audit/read-proof.ts'
import { verifyEntryProofFile } from '../audit/verify-entry-proof-file.ts'
import { Fault } from '../core/fault.ts'
import { publicationProofPath } from '../core/layout.ts'
import { commitManifest, printLeaf, type PublicationLeaf } from '../core/log-leaf.ts'
import { parseKind } from '../core/parse-entry.ts'
import {
  lineKey,
  makeLeaf,
  publicLeafMaker,
  type EntryKey,
  type LeafMaker,
  type ListedLine,
} from '../core/proof-tree/leaf-maker.ts'
import { restrictedLeafMaker } from '../core/proof-tree/restricted-leaf-maker.ts'
import { leafSecrets } from '../core/proof-tree/leaf-secrets.ts'
import { buildTree } from '../core/proof-tree/proof-tree.ts'
import { printSortedJson } from '../core/sorted-json.ts'
import { keyidOf } from '../core/tuf-key.ts'
import { writeDurableFile } from '../platform/durable-file.ts'
import { listedSince } from '../publish/listed-since.ts'
import type { StoredList } from '../store/list-store.ts'
import { tellAnswers } from './audit-answers.ts'
import { assertMay } from './assert-may.ts'
import { findList } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { withAuthority, type Authority } from './open-authority.ts'

export interface OpenEntryOptions {
  readonly serial?: number
  readonly entry: string
  readonly kind?: string
  readonly output: string
}

/**
 * `log open --entry`: proves whether a value was on a list at a serial, and shows nothing else of it: not the other entries, not how many there are, not the
 * decisions. The list's history is gone through from its beginning.
 */
export async function openEntry(
  id: string,
  { serial: wanted, entry, kind, output }: OpenEntryOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  const keys = askedKeys(entry, kind === undefined ? null : parseKind(kind))
  await withAuthority(data, async (authority) => {
    const { store } = authority
    const list = findList(store, id)
    assertMay(store, { actor, acts: ['export'], lists: [id] })
    const serial = wanted ?? store.publications.latest(list.rowId)?.serial ?? 0
    const file = await proveStored(authority, list, serial, keys)
    const proven = verifyEntryProofFile(file, { policy: null, root: null })
    const subject = { format: 'entry-proof', list: id, output, serial }
    store.write(() => store.events.append({ act: 'export', actor, subject }))
    writeDurableFile(output, Buffer.from(`${printSortedJson(file)}\n`), { mode: 0o600 })
    process.stdout.write(`${tellAnswers({ ...proven, list: id })}wrote ${output}\n`)
  })
}

async function proveStored(
  authority: Authority,
  list: StoredList,
  serial: number,
  keys: readonly EntryKey[],
): Promise<EntryProofFile> {
  const { store, paths } = authority
  const kept = store.log.manifest(list.rowId, serial)
  const publication = store.publications.find(list.rowId, serial)
  const manifest = kept && (JSON.parse(kept.manifest.toString()) as PublicationLeaf)
  if (kept === null || publication === null || manifest?.tree === undefined) {
    throw new Fault(
      'audit/unprovable',
      `expected a serial of ${JSON.stringify(list.id)} whose manifest has the root of a proof tree, got ${serial}`,
    )
  }
  const { place } = list
  const maker = await makerOf(authority, place, manifest.vrfKey)
  const asked = gather(maker, listedSince(store, { listRowId: list.rowId, ...publication }), keys)
  const isOpen = list.definition.visibility === 'public'
  const leaf = isOpen ? manifest : commitManifest(manifest, kept.salt)
  const source = await openFolder(paths.published)
  try {
    return {
      ...{ format: ENTRY_PROOF_FORMAT, place, serial },
      answers: answerAll(asked, maker, serial, keys),
      ...(maker.vrfKey !== null && { vrfKey: Buffer.from(maker.vrfKey).toString('base64') }),
      leaf: {
        bytes: printLeaf(leaf).toString('base64'),
        proof: await readProof(source, publicationProofPath(place, serial)),
      },
      ...(await readSigners(source, versionsOf(authority))),
    }
  } finally {
    await source.close()
  }
}

async function makerOf(
  { keys }: Authority,
  place: string,
  vrfKey: string | undefined,
): Promise<LeafMaker> {
  if (vrfKey === undefined) return publicLeafMaker(place)
  return restrictedLeafMaker(place, leafSecrets(await keys.treeSecret(keyidOf(vrfKey))))
}

function gather(
  maker: LeafMaker,
  lines: Iterable<ListedLine>,
  keys: readonly EntryKey[],
): AskedList {
  const asked = new Set(keys.map(textOf))
  const listed = new Map<string, ListedLine>()
  const leaves: Uint8Array[] = []
  for (const one of lines) {
    leaves.push(makeLeaf(maker, one.line, one.since))
    const key = textOf(lineKey(one.line))
    if (asked.has(key)) listed.set(key, one)
  }
  return { tree: buildTree(Buffer.concat(leaves)), listed }
}

/** The versions of root and targets that are in the log. */
function versionsOf({ store }: Authority): ReadonlyMap<string, readonly number[]> {
  return new Map(
    ['root', 'targets'].map((role) => [
      role,
      store.metadata.all(role).map(({ version }) => version),
    ]),
  )
}
