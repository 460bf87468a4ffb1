import { Fault } from '../core/fault.ts'
import { DEFINITION_FILE, listRole, listTarget, SNAPSHOT_FILE, targetPath } from '../core/layout.ts'
import type { TreeCommitment } from '../core/log-leaf.ts'
import { readRoles } from './authority-roles.ts'
import type { GuardFinding } from '../core/check-guard.ts'
import { commitLogged } from './commit-logged.ts'
import { cutPublication, planCut, type Cut, type PlannedCut } from './cut-publication.ts'
import type { Drafted } from './drafts/change-trust.ts'
import { finishBatch } from './finish-batch.ts'
import { ensureListRole, readListRole } from './list-role.ts'
import { retryConflicts } from './retry-conflicts.ts'
import { definitionTarget, printDefinition } from './print-definition.ts'
import { makeSnapshot, type MadeSnapshot } from './make-snapshot.ts'
import type { Publication, PublishDeps, PublishedList } from './ports.ts'
import { sealMetadata, signTargets } from './seal-metadata.ts'
import { prepareDeltas, type PreparedDeltas } from './prepare-deltas.ts'
import { lastManifest, prepareTree, type TreePreparation } from './prepare-tree.ts'
import { settleZone } from './prepare-zone.ts'
import { stageDeltas } from './stage-deltas.ts'
import { stageTarget } from './stage-target.ts'
import type { TargetFile, TargetsSigned } from './tuf-metadata.ts'

export interface PublishOptions {
  /** Why the circuit breaker may be overridden, or null. Kept with the publication. */
  readonly override: string | null
  readonly actor: string
}

/** What became, or would become, of a list. */
export interface PublishOutcome {
  readonly outcome: 'published' | 'unchanged'
  readonly list: string
  /** The newest serial afterwards; null when nothing was ever published. */
  readonly serial: number | null
  readonly entries: number
  readonly added: number
  readonly removed: number
  /** Whether the public definition is a new one. */
  readonly isRedefined: boolean
  /** Whether its proof tree has another key than the last one, which this host lacks: earlier serials are proved with that alone. */
  readonly isTreeRekeyed: boolean
  /** What the circuit breaker said; not empty in what was published only with an override. */
  readonly findings: readonly GuardFinding[]
}

/** What `publishList` would do now. Reads only. */
export function planPublish(
  { store }: Pick<PublishDeps, 'store'>,
  list: PublishedList,
): PublishOutcome {
  const cut = planCut(store, list)
  return cut === null ? unchanged({ store }, list) : outcomeOf(cut)
}

/**
 * Makes the next serial of a list if it has changes: cut, make and stage the files, sign, log, commit. What another process did
 * meanwhile makes it begin again. What was committed is seen by readers only after `projectPublished`.
 *
 * Throws `publish/guard` when the circuit breaker stops it, `publish/conflict` when it was overtaken too often, `draft/waits` when the list has no role
 * before others have signed targets, `publish/waits` when the serial is signed and waits for witnesses, and what keys, files and store throw; then nothing is published, and it can simply be run again.
 */
export async function publishList(
  deps: PublishDeps,
  list: PublishedList,
  options: PublishOptions,
): Promise<PublishOutcome> {
  return retryConflicts(async () => {
    // What waits may be this list's last serial, and the next is made of that.
    await finishBatch(deps)
    const cut = cutPublication(deps.store, list)
    if (cut === null) return unchanged(deps, list)
    assertGuard(deps, cut, options)
    // Said before anything is made, and derived while it is.
    deps.keys.warmUp()
    const drafted = await ensureListRole(deps, list)
    if (drafted !== null) throw waits(list, drafted)
    const earlierKey = lastManifest(deps.store, list.rowId)?.vrfKey
    const tree = prepareTree(deps, cut)
    try {
      await publishWithTree(deps, cut, { tree, options })
    } finally {
      await tree.discard()
    }
    const { vrfKey } = await tree.commitment
    return { ...outcomeOf(cut), isTreeRekeyed: earlierKey !== undefined && vrfKey !== earlierKey }
  })
}

function waits({ id }: PublishedList, { draft }: Drafted): Fault {
  return new Fault(
    'draft/waits',
    `expected targets to name the list ${JSON.stringify(id)}, got the draft ${draft.id}, which waits for signatures: «bailiwick key drafts» says whose`,
  )
}

interface Making {
  readonly tree: TreePreparation
  readonly options: PublishOptions
}

async function publishWithTree(deps: PublishDeps, cut: Cut, making: Making): Promise<void> {
  const serial = await makeSerial(deps, cut)
  try {
    await publishMade(deps, cut, { ...serial, ...making })
  } finally {
    serial.made.draft.discard()
  }
}

interface MadeSerial {
  readonly made: MadeSnapshot
  readonly deltas: PreparedDeltas
}

/** The snapshot, and all that can be done for the deltas while other threads compress it. */
async function makeSerial(deps: PublishDeps, cut: Cut): Promise<MadeSerial> {
  const making = makeSnapshot(deps, cut)
  try {
    const deltas = prepareDeltas(deps, cut, readListRole(deps.store, cut.list.place))
    return { made: await making, deltas }
  } catch (error) {
    await making.then(
      ({ draft }) => draft.discard(),
      () => undefined,
    )
    throw error
  }
}

async function publishMade(
  deps: PublishDeps,
  cut: Cut,
  { made, deltas, options, tree }: MadeSerial & Making,
): Promise<void> {
  const { list, serial, changes } = cut
  const targets = {
    ...(await stageDeltas(deps.files, list.place, deltas, made.state)),
    ...(await stageDefinition(deps, list)),
    [listTarget(list.place, SNAPSHOT_FILE)]: made.target,
  }
  const commitment = await tree.commitment
  await commitPublication(deps, cut, { ...made, targets, options, commitment })
  // Only now, so that a loser of the race for a serial leaves nothing in the cache.
  made.draft.keep()
  settleZone(deps, cut, made.state)
  await tree.keep()
  if (changes !== null) deps.cache.putChanges(list.place, serial, changes)
  deps.cache.forget(list.place, { lines: serial, changes: serial - list.definition.keep.serials })
}

/** A refusal is recorded once for each cut and definition, however often the schedule comes to it. */
function assertGuard(
  { store }: Pick<PublishDeps, 'store'>,
  { list, decision, findings }: Cut,
  { override, actor }: PublishOptions,
): void {
  if (findings.length === 0 || override !== null) return
  const texts = findings.map(({ text }) => text)
  const subject = {
    ...{ cut: decision, definition: list.definitionId },
    ...{ findings: texts, list: list.id },
  }
  store.write(() => store.events.appendNews({ act: 'publication-refused', actor, subject }))
  throw new Fault(
    'publish/guard',
    `the circuit breaker stopped ${JSON.stringify(list.id)}, which would ${texts.join(' and ')}: look at it with --dry-run, and if it is right publish with --override REASON`,
  )
}

async function stageDefinition(
  { files }: Pick<PublishDeps, 'files'>,
  list: PublishedList,
): Promise<Record<string, TargetFile>> {
  const name = listTarget(list.place, DEFINITION_FILE)
  const target = definitionTarget(list.definition)
  const isPublished = files.publishedLength(targetPath(name, target.hashes.sha256)) !== null
  if (!isPublished) await stageTarget(files, name, [printDefinition(list.definition)])
  return { [name]: target }
}

interface Prepared {
  readonly state: string
  readonly targets: Record<string, TargetFile>
  readonly options: PublishOptions
  readonly commitment: TreeCommitment
}

/** Signs and commits; when only the shared metadata was overtaken (another list was published), signs again over the new. */
async function commitPublication(deps: PublishDeps, cut: Cut, prepared: Prepared): Promise<void> {
  const { store } = deps
  const { list, serial, previous, decision, entries, added, removed } = cut
  const publication: Publication = {
    serial,
    state: prepared.state,
    entries,
    added,
    removed,
    decision,
    definitionId: list.definitionId,
    publishedAt: deps.now(),
    override: cut.findings.length === 0 ? null : prepared.options.override,
    actor: prepared.options.actor,
  }
  const expectedSerial = previous?.serial ?? 0
  await retryConflicts(
    async () => {
      const at = publication.publishedAt
      const metadata = await signList(deps, list, prepared.targets, at)
      const logged = { list, publication, previous, tree: prepared.commitment }
      await commitLogged(deps, { metadata, at, publication: logged })
    },
    () => (store.publications.latest(list.rowId)?.serial ?? 0) === expectedSerial,
  )
}

async function signList(
  { store, keys }: Pick<PublishDeps, 'store' | 'keys'>,
  list: PublishedList,
  targets: TargetsSigned['targets'],
  at: Date,
): ReturnType<typeof sealMetadata> {
  const roles = readRoles(store)
  const version = (readListRole(store, list.place)?.version ?? 0) + 1
  const signed = await signTargets(keys, roles, listRole(list.place), { version, targets, at })
  return sealMetadata(keys, roles, { targets: [signed] }, at)
}

function unchanged({ store }: Pick<PublishDeps, 'store'>, list: PublishedList): PublishOutcome {
  const { serial = null, entries = 0 } = store.publications.latest(list.rowId) ?? {}
  return {
    outcome: 'unchanged',
    list: list.id,
    serial,
    entries,
    added: 0,
    removed: 0,
    isRedefined: false,
    isTreeRekeyed: false,
    findings: [],
  }
}

function outcomeOf({
  list,
  serial,
  entries,
  added,
  removed,
  isRedefined,
  findings,
}: PlannedCut): PublishOutcome {
  return {
    outcome: 'published',
    list: list.id,
    serial,
    entries,
    added,
    removed,
    isRedefined,
    isTreeRekeyed: false,
    findings,
  }
}
