import type { TreeWay } from '../core/kept-tree/next-tree.ts'
import { treeUse } from '../core/layout.ts'
import type { PublicationLeaf, TreeCommitment } from '../core/log-leaf.ts'
import type { LeafSecrets } from '../core/proof-tree/leaf-maker.ts'
import { leafSecrets } from '../core/proof-tree/leaf-secrets.ts'
import { readChanges, type Cut } from './cut-publication.ts'
import type { HeldKey, PublishDeps, PublishedList, PublishStore, TreeAhead } from './ports.ts'

type Deps = Pick<PublishDeps, 'store' | 'keys' | 'trees'>

/** The proof tree of a serial, while the serial is made. */
export interface TreePreparation {
  /** What the manifest says of it. Rejects with what kept it from being made. */
  readonly commitment: Promise<TreeCommitment>
  /** The serial is committed: what was made is of use for the next one. */
  readonly keep: () => Promise<void>
  readonly discard: () => Promise<void>
}

/** Begins to make the proof tree of the serial that `cut` makes; for a long list beside this thread. Nothing of it counts until the serial is committed. */
export function prepareTree(deps: Deps, cut: Cut): TreePreparation {
  const beginning = beginTree(deps, cut)
  const commitment = beginning.then(async ({ root: made }) => {
    const { root, vrfKey } = await made
    return { tree: hexOf(root), ...(vrfKey !== null && { vrfKey: hexOf(vrfKey) }) }
  })
  // Should something else fail first, nobody waits for it.
  commitment.catch(() => undefined)
  const settle = async (how: 'keep' | 'discard'): Promise<void> => {
    const ahead = await beginning.catch(() => null)
    ahead?.[how]()
  }
  return { commitment, keep: () => settle('keep'), discard: () => settle('discard') }
}

async function beginTree(deps: Deps, cut: Cut): Promise<TreeAhead> {
  const { list, serial, decision, entries } = cut
  const secrets = await secretsOf(deps, list)
  const way = wayFrom(deps.store, cut, await deps.trees.keptSerial(list.place))
  return deps.trees.begin({
    ...{ place: list.place, listRowId: list.rowId, serial, decision, entries, secrets, way },
  })
}

/** Made with the first serial that needs them. */
async function secretsOf(deps: Deps, list: PublishedList): Promise<LeafSecrets | null> {
  if (list.definition.visibility === 'public') return null
  const { keyid } = heldTreeKey(deps, list) ?? (await makeTreeKey(deps, list))
  return leafSecrets(await deps.keys.treeSecret(keyid))
}

/** The key that the last tree was made with; where that is not held, another one that was made for it. */
function heldTreeKey(
  { store, keys }: Pick<Deps, 'store' | 'keys'>,
  list: PublishedList,
): HeldKey | null {
  const held = keys.all().filter(({ use }) => use === treeUse(list.place))
  const last = lastManifest(store, list.rowId)?.vrfKey
  return held.find(({ publicHex }) => publicHex === last) ?? held[0] ?? null
}

async function makeTreeKey(
  { store, keys }: Pick<Deps, 'store' | 'keys'>,
  { place }: PublishedList,
): Promise<HeldKey> {
  const key = await keys.make(treeUse(place))
  const subject = { keyids: [key.keyid], role: key.use }
  store.write(() => store.events.append({ act: 'key-made', subject }))
  return key
}

/**
 * From the tree that is kept, if it is that of a serial whose manifest has its root, through every serial since. A cache may be of any
 * earlier serial, or of one that never came to be.
 */
function wayFrom(
  store: PublishStore,
  { list, serial, changes }: Cut,
  kept: number | null,
): TreeWay | null {
  if (kept === null || kept >= serial || changes === null) return null
  const root = manifestOf(store, list.rowId, kept)?.tree
  let before = store.publications.find(list.rowId, kept)
  if (root === undefined || before === null) return null
  const steps: TreeWay['steps'][number][] = []
  for (let at = kept + 1; at < serial; at++) {
    const next = store.publications.find(list.rowId, at)
    if (next === null) return null
    const changed = readChanges(store, list.rowId, before.decision, next.decision)
    steps.push({ serial: at, changes: changed })
    before = next
  }
  steps.push({ serial, changes })
  return { from: { serial: kept, root: Buffer.from(root, 'hex') }, steps }
}

/** Of a list's newest serial; null before the log had any. */
export function lastManifest(
  store: Pick<PublishStore, 'publications' | 'log'>,
  listRowId: number,
): PublicationLeaf | null {
  return manifestOf(store, listRowId, store.publications.latest(listRowId)?.serial ?? 0)
}

function manifestOf(
  store: Pick<PublishStore, 'log'>,
  listRowId: number,
  serial: number,
): PublicationLeaf | null {
  const kept = store.log.manifest(listRowId, serial)
  return kept && (JSON.parse(kept.manifest.toString()) as PublicationLeaf)
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
