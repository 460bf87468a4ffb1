import { Fault, isFault } from '../core/fault.ts'
import { DEFINITION_FILE } from '../core/layout.ts'
import { checkLimits } from './check-limits.ts'
import type { ListConfig } from './config.ts'
import { MAX_DEFINITION_BYTES, parsePublicDefinition } from '../core/parse-public-definition.ts'
import { fetchTarget, type DownloadDeps } from './download-target.ts'
import { findPlace, type PlaceDeps } from './find-place.ts'
import { linesPath, writeListState, type Applied, type ListState } from './list-state.ts'
import type { AgentLog } from './log.ts'
import type { TrustedSource } from './open-source.ts'
import { planRoute, type Route } from './plan-route.ts'
import { deltaTargets, snapshotTarget, type SnapshotTarget, type Target } from './target.ts'

export interface FollowDeps extends DownloadDeps, PlaceDeps {
  readonly log: AgentLog
  readonly now: () => Date
}

/** What a person let through: `serial` null is whichever is the newest. */
export interface Acceptance {
  readonly serial: number | null
}

/** What the agent has of a list, and where. */
export interface Kept {
  readonly state: ListState
  readonly folder: string
  /** Whether the lines of the applied serial are there, so that deltas can start from them. */
  readonly hasLines: boolean
  /** What a person let through beforehand. */
  readonly acceptance: Acceptance | undefined
}

/** What following a list came to. */
export interface Followed {
  readonly state: ListState
  readonly by: Route['by']
}

/**
 * Brings one list to its newest serial: verified, within limits, and committed to the agent's state. Does nothing to a resolver. Throws
 * a `Fault`, and then what was applied before is still applied.
 */
export async function followList(
  deps: FollowDeps,
  trusted: TrustedSource,
  list: ListConfig,
  kept: Kept,
): Promise<Followed> {
  const { state, folder } = kept
  const { place, targets } = await findPlace(deps, trusted, list, state.place)
  const newest = snapshotTarget(targets)
  assertSameList(newest, list.id)
  assertNotOlder(newest, state.applied)
  const held = kept.hasLines ? state.applied : null
  const route = planRoute(held, newest, deltaTargets(targets))
  const freshUntil = trusted.freshUntil.toISOString()
  if (route.by === 'nothing' && held) {
    const definition = await definitionOf(deps, targets, list.id, held)
    return {
      state: { ...state, place, applied: { ...held, ...definition }, freshUntil },
      by: 'nothing',
    }
  }
  const accepted = acceptChange(deps, list, kept, newest)
  const definition = await definitionOf(deps, targets, list.id, state.applied)
  const heldPath = held && linesPath(folder, held.serial)
  const made = await makeLines(deps, { route, newest, heldPath, folder })
  const applied: Applied = {
    serial: newest.serial,
    state: newest.state,
    entries: newest.entries,
    bytes: made.bytes,
    appliedAt: deps.now().toISOString(),
    ...definition,
  }
  const next = { ...state, place, applied, freshUntil, accepted }
  // The commit point. The new lines lie beside the old ones under their own name, and this names them: a crash before it leaves
  // the old serial applied and a file that the next pull writes anew; a crash behind it, an old file that the next pull removes.
  writeListState(deps.disk, folder, next)
  return { state: next, by: made.by }
}

function assertSameList(newest: SnapshotTarget, id: string): void {
  if (newest.list === id) return
  throw new Fault(
    'trust/mismatch',
    `expected the snapshot of the list ${JSON.stringify(id)}, got one of ${JSON.stringify(newest.list)}`,
  )
}

/** Whatever the metadata's own versions say: a list never goes back, and one serial has one state. */
function assertNotOlder(newest: SnapshotTarget, applied: Applied | null): void {
  if (!applied) return
  if (newest.serial < applied.serial) {
    throw new Fault(
      'trust/rollback',
      `expected serial ${applied.serial} or later, got ${newest.serial}`,
    )
  }
  if (newest.serial === applied.serial && newest.state !== applied.state) {
    throw new Fault(
      'trust/mismatch',
      `expected serial ${applied.serial} to have the state ${applied.state}, got ${newest.state}: two lists under one serial`,
    )
  }
}

/** Stops for a person at a change past the list's limits, unless one has let it through. */
function acceptChange(
  deps: FollowDeps,
  list: ListConfig,
  { state, acceptance }: Kept,
  newest: SnapshotTarget,
): ListState['accepted'] {
  const before = state.applied?.entries ?? null
  const why = checkLimits(list.limits, before, newest.entries)
  // The same serial once more (its lines were lost) is not a change.
  if (why === null || state.applied?.serial === newest.serial) return state.accepted
  const isAccepted = acceptance && (acceptance.serial ?? newest.serial) === newest.serial
  if (!isAccepted) {
    throw new Fault(
      'agent/limit',
      `${why} in serial ${newest.serial}; if that is right, pull with --accept-change ${list.id}@${newest.serial}`,
    )
  }
  deps.log.warn(
    { list: list.id, serial: newest.serial, why },
    'a change past the limits was accepted',
  )
  const at = deps.now().toISOString()
  const change = { serial: newest.serial, before: before ?? 0, after: newest.entries, at, why }
  return [...state.accepted, change].slice(-20)
}

type Definition = Pick<Applied, 'definition' | 'definitionSha256'>

/** The list's signed definition: the kept one if it is still the same. */
async function definitionOf(
  deps: FollowDeps,
  targets: ReadonlyMap<string, Target>,
  id: string,
  kept: Definition | null,
): Promise<Definition> {
  const target = targets.get(DEFINITION_FILE)
  if (!target) {
    throw new Fault(
      'list/invalid',
      `expected ${DEFINITION_FILE} among the signed targets, got none`,
    )
  }
  if (kept?.definitionSha256 === target.sha256) {
    const { definition, definitionSha256 } = kept
    return { definition, definitionSha256 }
  }
  const bytes = await fetchTarget({ ...deps, maxBytes: MAX_DEFINITION_BYTES }, target)
  return { definition: parsePublicDefinition(bytes, id), definitionSha256: target.sha256 }
}

interface LinesStep {
  readonly route: Route
  readonly newest: SnapshotTarget
  readonly heldPath: string | null
  readonly folder: string
}

/** The new serial's lines in their place, by deltas if they lead there, else by the snapshot. */
async function makeLines(
  deps: FollowDeps,
  { route, newest, heldPath, folder }: LinesStep,
): Promise<{ bytes: number; by: 'delta' | 'snapshot' }> {
  // Loaded when there is something new: most pulls find nothing, and the tables for names are large.
  const { makeLinesByDeltas, makeLinesBySnapshot } = await import('./make-lines.ts')
  const final = linesPath(folder, newest.serial)
  const path = `${final}.new`
  let by: 'delta' | 'snapshot' = 'snapshot'
  let bytes: number | null = null
  if (route.by === 'delta' && heldPath !== null) {
    bytes = await makeLinesByDeltas(deps, { deltas: route.deltas, newest, heldPath, path }).catch(
      (error: unknown) => {
        // docs/spec/delta.md §2: a delta that does not lead to the signed state is thrown away.
        if (!isFault(error, ...DELTA_FAULTS)) throw error
        deps.log.warn(
          { list: newest.list, code: error.code, why: error.message },
          'taking the snapshot instead of a delta',
        )
        return null
      },
    )
    by = 'delta'
  }
  if (bytes === null) {
    bytes = await makeLinesBySnapshot(deps, { newest, path })
    by = 'snapshot'
  }
  deps.disk.rename(path, final)
  return { bytes, by }
}

/** What a delta may be to blame for; a source that cannot be reached has no snapshot either. */
const DELTA_FAULTS = [
  'agent/damaged',
  'delta/invalid',
  'delta/mismatch',
  'fetch/failed',
  'fetch/not-found',
  'fetch/too-large',
  'fetch/truncated',
  'fetch/unexpected',
  'snapshot/invalid',
  'trust/mismatch',
] as const
