import { Fault, type FaultCode } from '../core/fault.ts'
import { DEFINITION_FILE, SNAPSHOT_FILE } from '../core/layout.ts'
import type { FollowDeps } from './follow-list.ts'
import { isOpaque, readDefinition } from './copy-list.ts'
import { type CopiedList } from './copy-note.ts'
import { fetchTargets, type FetchTargetsDeps } from './copy-tree.ts'
import type { TrustedSource } from './open-source.ts'
import { planRoute } from './plan-route.ts'
import { deltaTargets, snapshotTarget, type Target } from './target.ts'

export interface LookDeps extends FollowDeps {
  /** Brings targets into the tree. */
  readonly direct: FetchTargetsDeps
}

/** A list as its role has signed it now. */
export interface LookedAt {
  readonly place: string
  readonly files: ReadonlyMap<string, Target>
}

export interface Look {
  readonly looked: readonly LookedAt[]
  /** Lists that cannot be seen, by place. */
  readonly refused: ReadonlyMap<string, Fault>
}

/**
 * The lists that may be seen and are wanted (`ids`; left out: all), with their definitions in the tree. Throws a fault that another try
 * may cure.
 */
export async function lookAtLists(
  deps: LookDeps,
  trusted: TrustedSource,
  ids: readonly string[] | undefined,
): Promise<Look> {
  const looked: LookedAt[] = []
  const refused = new Map<string, Fault>()
  for (const place of trusted.places) {
    // A public list's place is its id; what an opaque place holds is known when it was seen.
    if (ids !== undefined && !isOpaque(place) && !ids.includes(place)) continue
    try {
      const files = await trusted.files(place)
      const definition = files.get(DEFINITION_FILE)
      if (definition) await fetchTargets(deps.direct, [definition])
      if (ids === undefined || ids.includes(await idOf(deps, place, files))) {
        looked.push({ place, files })
      }
    } catch (error) {
      if (!(error instanceof Fault) || isPassing(error)) throw error
      refused.set(place, error)
    }
  }
  return { looked, refused }
}

async function idOf(
  deps: FollowDeps,
  place: string,
  files: ReadonlyMap<string, Target>,
): Promise<string> {
  return (await readDefinition(deps, place, files)).definition.id
}

const HIDDEN: readonly FaultCode[] = ['fetch/not-found', 'fetch/denied', 'list/not-found']

/** Whether the source says that this is not for us, or not there: nobody can tell which. */
export function isHidden({ code }: Fault): boolean {
  return HIDDEN.includes(code)
}

/** Whether the same may succeed in a moment: then nothing new is shown before it did. */
export function isPassing(fault: Fault): boolean {
  if (fault.code === 'agent/disk') return true
  return fault.code.startsWith('fetch/') && !isHidden(fault)
}

/** Serials between two copied ones that are looked at too. */
const MAX_BETWEEN = 8
const MAX_BETWEEN_BYTES = 16 * 1024 * 1024

/**
 * The targets that lead from the lines that are there to the newest ones; and from a few serials between, which other edges may have served,
 * so that a reader can come from there.
 */
export function neededTargets(
  files: ReadonlyMap<string, Target>,
  before: CopiedList | null,
): readonly Target[] {
  if (!files.has(SNAPSHOT_FILE)) return []
  const newest = snapshotTarget(files)
  const last = before?.serials.at(-1) ?? null
  const deltas = deltaTargets(files)
  const route = planRoute(last, newest, deltas)
  if (route.by === 'nothing') return []
  const between = deltas.filter(
    ({ from, to }) => to === newest.serial && from > (last?.serial ?? newest.serial),
  )
  const bytes = between.reduce((sum, { length }) => sum + length, 0)
  const isWorthIt = between.length <= MAX_BETWEEN && bytes <= MAX_BETWEEN_BYTES
  const way = route.by === 'delta' ? route.deltas : [newest]
  return [...new Set<Target>([...way, ...(isWorthIt ? between : [])])]
}
