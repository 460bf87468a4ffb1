import { deltaLength, printDelta, type DeltaHeader } from '../core/delta.ts'
import type { HeldDiff } from '../core/diff-lines.ts'
import { deltaFile, listTarget } from '../core/layout.ts'
import type { LineDiff } from '../core/merge-lines.ts'
import { readChanges, type Cut } from './cut-publication.ts'
import type { StagedSnapshot } from './stage-snapshot.ts'
import { gzipBlocks } from './parallel-gzip.ts'
import { planDeltas, type DeltaEdge } from './plan-deltas.ts'
import type { Publication, PublishDeps } from './ports.ts'
import { stageTarget } from './stage-target.ts'
import { composeWindow, measureWindow, type DiffSize } from './sweep-window.ts'
import type { TargetFile, TargetsSigned } from './tuf-metadata.ts'

type Targets = Record<string, TargetFile>

/** How many bytes of deltas are held in memory at once while they are made. */
const MAX_HELD_BYTES = 32 << 20

/**
 * Stages the deltas to the next serial that readers need, and gives all delta targets that its metadata must have: the new
 * ones, and those of `before` that are still of use.
 */
export async function stageDeltas(
  deps: Pick<PublishDeps, 'store' | 'cache' | 'files'>,
  cut: Cut,
  made: StagedSnapshot,
  before: TargetsSigned | null,
): Promise<Targets> {
  const { list, previous, changes, serial } = cut
  if (previous === null || changes === null) return {}
  const window = list.definition.keep.serials
  const earlier = publicationsFrom(deps, cut, Math.max(1, serial - window))
  const steps = [
    ...earlier.slice(1).map((to, i) => stepTo(deps, cut, earlier[i] ?? to, to)),
    changes,
  ]
  const sizes = measureWindow(steps)
  const offers = earlier.map((from, at) =>
    offerOf(cut, made, { from, at, size: sizes[at] ?? NOTHING }),
  )
  const plan = planDeltas({
    serial,
    window,
    snapshotLength: Number(made.target.custom['rawLength']),
    least: offers,
    published: publishedEdges(before),
  })
  const targets: Targets = {}
  for (const { from, to } of plan.keep) {
    const name = listTarget(list.place, deltaFile(from, to))
    const target = before?.targets[name]
    if (target !== undefined) targets[name] = target
  }
  const chosen = new Set(plan.make)
  for (const batch of batches(offers.filter(({ from }) => chosen.has(from)))) {
    const diffs = composeWindow(
      steps,
      batch.map(({ at }) => at),
    )
    // Together, so that they are compressed on all threads and wait for the disk at once.
    const staged = batch.map((offer, i) =>
      stageDelta(deps.files, list.place, offer, diffs[i] ?? { added: [], removed: [] }),
    )
    for (const made of await allSettled(staged)) Object.assign(targets, made)
  }
  return targets
}

/** A delta that could be made: from the serial at place `at` of the window. */
interface Offer extends DeltaEdge {
  readonly at: number
  readonly header: DeltaHeader
}

const NOTHING: DiffSize = { added: 0, removed: 0, bytes: 0 }

/** Stages one delta and gives its target by name. */
export async function stageDelta(
  files: PublishDeps['files'],
  place: string,
  { header, rawLength }: { readonly header: DeltaHeader; readonly rawLength: number },
  diff: HeldDiff,
): Promise<Targets> {
  const { from, to, fromState, toState, list } = header
  const name = listTarget(place, deltaFile(from, to))
  const file = await stageTarget(files, name, gzipBlocks(printDelta(header, diff)))
  return { [name]: { ...file, custom: { from, fromState, list, rawLength, to, toState } } }
}

/** The deltas that a list role's metadata has now. */
export function publishedEdges(role: TargetsSigned | null): DeltaEdge[] {
  return Object.values(role?.targets ?? {}).flatMap(({ custom }) => {
    const { from, to, rawLength } = custom
    return typeof from === 'number' && typeof to === 'number' && typeof rawLength === 'number'
      ? [{ from, to, rawLength }]
      : []
  })
}

function publicationsFrom(
  { store }: Pick<PublishDeps, 'store'>,
  { list, serial }: Cut,
  base: number,
): Publication[] {
  return Array.from({ length: serial - base }, (_, i) => {
    const found = store.publications.find(list.rowId, base + i)
    if (found === null) throw new Error(`serial ${base + i} of ${list.id} is not in the database`)
    return found
  })
}

/** What came and went with the serial `to`: from the cache, or else from the database, and then into the cache. */
function stepTo(
  { store, cache }: Pick<PublishDeps, 'store' | 'cache'>,
  { list }: Cut,
  from: Publication,
  to: Publication,
): LineDiff {
  const cached = cache.changes(list.place, to.serial)
  if (cached !== null) return cached
  const read = readChanges(store, list.rowId, from.decision, to.decision)
  cache.putChanges(list.place, to.serial, read)
  return read
}

function offerOf(
  { list, serial }: Cut,
  made: StagedSnapshot,
  { from, at, size }: { readonly from: Publication; readonly at: number; readonly size: DiffSize },
): Offer {
  const header: DeltaHeader = {
    list: list.id,
    from: from.serial,
    to: serial,
    removed: size.removed,
    added: size.added,
    fromState: from.state,
    toState: made.state,
  }
  return { from: from.serial, to: serial, at, header, rawLength: deltaLength(header, size.bytes) }
}

/** Runs of offers that are together at most `MAX_HELD_BYTES`, or one that is larger. */
function batches(offers: readonly Offer[]): Offer[][] {
  const made: Offer[][] = []
  let held = Infinity
  for (const offer of offers) {
    held += offer.rawLength
    if (held > MAX_HELD_BYTES) {
      made.push([])
      held = offer.rawLength
    }
    made[made.length - 1]?.push(offer)
  }
  return made
}

/** All results; or, once none of them is at work any more, what the first that failed threw. */
async function allSettled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
