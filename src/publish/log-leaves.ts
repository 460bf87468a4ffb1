import { createHash } from 'node:crypto'
import {
  commitBasis,
  commitManifest,
  metadataLeaf,
  NO_STATE,
  printLeaf,
  type ManifestBasis,
  type PublicationLeaf,
  type TreeCommitment,
} from '../core/log-leaf.ts'
import type {
  NewManifest,
  Publication,
  PublishDeps,
  PublishedList,
  PublishStore,
  SignedMetadata,
  StoredLeaf,
} from './ports.ts'
import { printExpires } from './tuf-metadata.ts'

/** A serial, and the one that it follows. */
export interface LoggedPublication {
  readonly list: PublishedList
  readonly publication: Publication
  readonly previous: Pick<Publication, 'serial' | 'state'> | null
  /** Null for a serial from before there was a log: its proof tree was never made. */
  readonly tree: TreeCommitment | null
}

/** The leaf of a metadata file, and what it is about. */
export function metadataLeafOf({ role, version, bytes }: SignedMetadata): StoredLeaf {
  const leaf = metadataLeaf(role, version, bytes)
  return { kind: 'metadata', name: role, number: version, bytes: printLeaf(leaf) }
}

type Deps = Pick<PublishDeps, 'newSalt'> & { readonly store: Pick<PublishStore, 'events' | 'log'> }

/**
 * The manifest of a serial: as its leaf has it, and as it is kept. It commits to the decisions with a fresh salt, and of a restricted list the
 * leaf commits to the manifest. To be called in the transaction that begins the batch: the chain of decisions must not grow meanwhile.
 */
export function logManifest(
  { store, newSalt }: Deps,
  logged: LoggedPublication,
): { readonly leaf: StoredLeaf; readonly kept: NewManifest } {
  const { list } = logged
  const salt = Buffer.from(newSalt())
  const basis = basisOf(store, logged)
  const manifest = { ...manifestOf(logged), decisions: commitBasis(basis, salt) }
  const isOpen = list.definition.visibility === 'public'
  const leaf = isOpen ? manifest : commitManifest(manifest, salt)
  const { place, serial } = manifest
  return {
    leaf: { kind: 'publication', name: place, number: serial, bytes: printLeaf(leaf) },
    kept: { listRowId: list.rowId, serial, manifest: printLeaf(manifest), basis, salt },
  }
}

/** The decisions of the list behind those of its serial before. Decisions and their events are numbered in one order. */
function basisOf(
  { events, log }: Deps['store'],
  { list, publication, previous }: LoggedPublication,
): ManifestBasis {
  const before = previous === null ? null : log.manifest(list.rowId, publication.serial - 1)
  const decisions = createHash('sha256')
  let through = before?.basis.through ?? 0
  for (const { act, number, subject } of events.all(through + 1)) {
    if (act !== 'decision' || subject['list'] !== list.id) continue
    // Decided since the cut: for the next serial.
    if (Number(subject['decision']) > publication.decision) break
    const digest = subject['digest']
    decisions.update(`${typeof digest === 'string' ? digest : ''}\n`)
    through = number
  }
  return { decisions: decisions.digest('hex'), ...events.head(), through }
}

function manifestOf({
  list,
  publication,
  previous,
  tree,
}: LoggedPublication): Omit<PublicationLeaf, 'decisions'> {
  const { serial, state, entries, added, removed, publishedAt } = publication
  return {
    ...{ v: tree === null ? 1 : 2, ...tree, kind: 'publication', list: list.id, place: list.place },
    ...{ serial, state, previous: previous?.state ?? NO_STATE, entries, added, removed },
    at: printExpires(publishedAt),
  }
}
