import { deltaLength, type DeltaHeader } from '../core/delta.ts'
import type { HeldDiff } from '../core/diff-lines.ts'
import { measureLines } from '../core/hash-lines.ts'
import { deltaFile, listTarget, SNAPSHOT_FILE } from '../core/layout.ts'
import type { LineDiff } from '../core/merge-lines.ts'
import { printSnapshotHeader } from '../core/snapshot.ts'
import { readChanges, type Cut } from './cut-publication.ts'
import { planDeltas, type DeltaEdge } from './plan-deltas.ts'
import type { Publication, PublishDeps } from './ports.ts'
import { composeWindow, measureWindow, type DiffSize } from './sweep-window.ts'
import type { TargetsSigned } from './tuf-metadata.ts'

/** What the deltas to the next serial will be: everything but the state that they lead to. */
export interface PreparedDeltas {
  /** Those of the serials before that are still of use. */
  readonly kept: TargetsSigned['targets']
  /** What came and went with each serial of the window. */
  readonly steps: readonly LineDiff[]
  /** Those to be made, in runs that memory can hold at once. */
  readonly batches: readonly (readonly DeltaOffer[])[]
  /** The differences of the first run. */
  readonly first: readonly HeldDiff[]
}

/** A delta that could be made: from the serial at place `at` of the window. */
export interface DeltaOffer extends DeltaEdge {
  readonly at: number
  readonly header: Omit<DeltaHeader, 'toState'>
}

/** How many bytes of deltas are held in memory at once while they are made. */
const MAX_HELD_BYTES = 32 << 20

/** Every state is as long as this. */
const ANY_STATE = '0'.repeat(64)

/**
 * Chooses the deltas to the next serial and makes their lines. Needs no state, so that it can be done while the snapshot, whose
 * hash that is, is being compressed. `before` is the list's metadata now.
 */
export function prepareDeltas(
  deps: Pick<PublishDeps, 'store' | 'cache'>,
  cut: Cut,
  before: TargetsSigned | null,
): PreparedDeltas {
  const { list, previous, changes, serial } = cut
  if (previous === null || changes === null) return { kept: {}, steps: [], batches: [], first: [] }
  const window = list.definition.keep.serials
  const earlier = publicationsFrom(deps, cut, Math.max(1, serial - window))
  const steps = [
    ...earlier.slice(1).map((to, i) => stepTo(deps, cut, earlier[i] ?? to, to)),
    changes,
  ]
  const sizes = measureWindow(steps)
  const offers = earlier.map((from, at) => offerOf(cut, { from, at, size: sizes[at] ?? NOTHING }))
  const plan = planDeltas({
    serial,
    window,
    snapshotLength: nextSnapshotLength(cut, previous, { changes, before }),
    least: offers,
    published: publishedEdges(before),
  })
  const chosen = new Set(plan.make)
  const batches = batchesOf(offers.filter(({ from }) => chosen.has(from)))
  const first = composeWindow(steps, batches[0]?.map(({ at }) => at) ?? [])
  return { kept: keptTargets(list.place, plan.keep, before), steps, batches, first }
}

const NOTHING: DiffSize = { added: 0, removed: 0, bytes: 0 }

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
  { from, at, size }: { readonly from: Publication; readonly at: number; readonly size: DiffSize },
): DeltaOffer {
  const header = {
    list: list.id,
    from: from.serial,
    to: serial,
    removed: size.removed,
    added: size.added,
    fromState: from.state,
  }
  const rawLength = deltaLength({ ...header, toState: ANY_STATE }, size.bytes)
  return { from: from.serial, to: serial, at, header, rawLength }
}

/** How long the next snapshot will be before compression; 0, which no delta is below, when that of `previous` is unknown. */
function nextSnapshotLength(
  { list, serial, entries }: Cut,
  previous: Publication,
  { changes, before }: { readonly changes: HeldDiff; readonly before: TargetsSigned | null },
): number {
  const rawLength = before?.targets[listTarget(list.place, SNAPSHOT_FILE)]?.custom['rawLength']
  if (typeof rawLength !== 'number') return 0
  const headLength = (at: { readonly serial: number; readonly entries: number }): number =>
    printSnapshotHeader({ list: list.id, serial: at.serial, entries: at.entries, state: ANY_STATE })
      .length
  const lineBytes =
    rawLength - headLength(previous) + measureLines(changes.added) - measureLines(changes.removed)
  return headLength({ serial, entries }) + lineBytes
}

/** The deltas that a list role's metadata has now. */
function publishedEdges(role: TargetsSigned | null): DeltaEdge[] {
  return Object.values(role?.targets ?? {}).flatMap(({ custom }) => {
    const { from, to, rawLength } = custom
    return typeof from === 'number' && typeof to === 'number' && typeof rawLength === 'number'
      ? [{ from, to, rawLength }]
      : []
  })
}

function keptTargets(
  place: string,
  keep: readonly DeltaEdge[],
  before: TargetsSigned | null,
): TargetsSigned['targets'] {
  const names = keep.map(({ from, to }) => listTarget(place, deltaFile(from, to)))
  return Object.fromEntries(
    names.flatMap((name) => {
      const target = before?.targets[name]
      return target === undefined ? [] : [[name, target]]
    }),
  )
}

/** Runs of offers that are together at most `MAX_HELD_BYTES`, or one that is larger. */
function batchesOf(offers: readonly DeltaOffer[]): DeltaOffer[][] {
  const made: DeltaOffer[][] = []
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
