import type { DeltaTarget, SnapshotTarget } from './target.ts'

/** How a reader gets from what it has to the newest serial. */
export type Route =
  | { readonly by: 'nothing' }
  | { readonly by: 'delta'; readonly deltas: readonly DeltaTarget[] }
  | { readonly by: 'snapshot' }

/** Deltas are held in memory while they are applied; past this many bytes the snapshot, which streams, is the better way. */
export const MAX_DELTA_BYTES = 64 * 1024 * 1024

/**
 * `docs/spec/delta.md` §4: a delta from where the reader stands to the newest serial; else the pair with the fewest
 * bytes; else, or where that would be more than the snapshot, the snapshot.
 */
export function planRoute(
  at: { readonly serial: number; readonly state: string } | null,
  newest: SnapshotTarget,
  deltas: readonly DeltaTarget[],
): Route {
  if (!at) return { by: 'snapshot' }
  if (at.serial === newest.serial && at.state === newest.state) return { by: 'nothing' }
  const best = bestDeltas(at, newest, deltas)
  if (!best || compressed(best) > newest.length || raw(best) > MAX_DELTA_BYTES) {
    return { by: 'snapshot' }
  }
  return { by: 'delta', deltas: best }
}

function bestDeltas(
  at: { readonly serial: number; readonly state: string },
  newest: SnapshotTarget,
  deltas: readonly DeltaTarget[],
): readonly DeltaTarget[] | undefined {
  const first = deltas.filter((delta) => delta.from === at.serial && delta.fromState === at.state)
  const isLast = (delta: DeltaTarget): boolean =>
    delta.to === newest.serial && delta.toState === newest.state
  const direct = first.find(isLast)
  if (direct) return [direct]
  const last = new Map(
    deltas.filter(isLast).map((delta) => [`${delta.from} ${delta.fromState}`, delta]),
  )
  return first
    .flatMap((step) => {
      const end = last.get(`${step.to} ${step.toState}`)
      return end ? [[step, end]] : []
    })
    .sort((a, b) => compressed(a) - compressed(b))[0]
}

function compressed(deltas: readonly DeltaTarget[]): number {
  return deltas.reduce((sum, delta) => sum + delta.length, 0)
}

function raw(deltas: readonly DeltaTarget[]): number {
  return deltas.reduce((sum, delta) => sum + delta.rawLength, 0)
}
