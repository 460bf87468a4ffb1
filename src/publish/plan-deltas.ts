/** A published delta, or one that could be: `rawLength` in bytes before compression. */
export interface DeltaEdge {
  readonly from: number
  readonly to: number
  readonly rawLength: number
}

export interface DeltaPlanInput {
  /** The serial that is being published. */
  readonly serial: number
  /** How many serials back a reader may be and still find its way by deltas. */
  readonly window: number
  readonly snapshotLength: number
  /** The least difference from each serial of the window to `serial`. */
  readonly least: readonly DeltaEdge[]
  /** The deltas between earlier serials that are published now. */
  readonly published: readonly DeltaEdge[]
}

export interface DeltaPlan {
  /** Serials from which a delta to the new serial is to be made, newest first. */
  readonly make: readonly number[]
  /** Of the published deltas, those that readers still need, now or at a later serial. */
  readonly keep: readonly DeltaEdge[]
}

/** `docs/spec/delta.md` §4 allows 1.2 to readers; we leave room for what later serials do to a pair. */
export const MAX_DETOUR = 1.15

/** Serials that many others have deltas to and from: the first hop of those who are far behind leads there. */
export const HUB_STEP = 25
/** The same within the newest block. */
const NEAR_HUB_STEP = 5

/** All direct deltas are made while they are together smaller than this. */
const CHEAP_BYTES = 256 * 1024
const CHEAP_SHARE = 0.05

/**
 * Chooses the deltas to a new serial so that from every serial of the window, unless the snapshot is smaller, there is a way of at
 * most two deltas whose bytes are at most `MAX_DETOUR` times the least difference (`docs/spec/delta.md` §4), without making a
 * delta from each: at a hub, from all serials since the last hub; elsewhere, from the hubs and from few others.
 */
export function planDeltas(input: DeltaPlanInput): DeltaPlan {
  const { serial, window, snapshotLength, published } = input
  const least = input.least.filter(({ rawLength }) => rawLength < snapshotLength)
  const together = least.reduce((sum, { rawLength }) => sum + rawLength, 0)
  const isCheap = together <= Math.max(CHEAP_BYTES, CHEAP_SHARE * snapshotLength)
  if (isCheap) return { make: newestFirst(least.map(({ from }) => from)), keep: [] }

  const direct = new Map(
    least.filter(({ from }) => isSeed(from, serial)).map((edge) => [edge.from, edge]),
  )
  const ways = groupByFrom(published)
  for (const edge of [...least].sort((a, b) => b.from - a.from)) {
    if (direct.has(edge.from)) continue
    const limit = MAX_DETOUR * edge.rawLength
    const isReached = (ways.get(edge.from) ?? []).some((hop) => {
      const second = direct.get(hop.to)
      return second !== undefined && hop.rawLength + second.rawLength <= limit
    })
    if (!isReached) direct.set(edge.from, edge)
  }
  const isUseful = ({ from, to }: DeltaEdge): boolean =>
    from >= serial - window && (direct.has(to) || isHub(to, serial))
  return { make: newestFirst(direct.keys()), keep: published.filter(isUseful) }
}

/** Whether the delta from `from` is made in any case. */
function isSeed(from: number, serial: number): boolean {
  const behind = serial - from
  if (behind === 1 || from % HUB_STEP === 0) return true
  if (serial % HUB_STEP === 0 && behind < HUB_STEP) return true
  const isNear = Math.floor((serial - 1) / HUB_STEP) === Math.floor(from / HUB_STEP)
  if (isNear && from % NEAR_HUB_STEP === 0) return true
  return serial % NEAR_HUB_STEP === 0 && behind < NEAR_HUB_STEP
}

/** Whether deltas to `to` may serve a later serial as first hop. */
function isHub(to: number, serial: number): boolean {
  const behind = serial - to
  return (
    to % HUB_STEP === 0 ||
    (to % NEAR_HUB_STEP === 0 && behind <= HUB_STEP) ||
    behind <= NEAR_HUB_STEP
  )
}

function groupByFrom(edges: readonly DeltaEdge[]): Map<number, DeltaEdge[]> {
  const groups = new Map<number, DeltaEdge[]>()
  for (const edge of edges) {
    const group = groups.get(edge.from)
    if (group === undefined) groups.set(edge.from, [edge])
    else group.push(edge)
  }
  return groups
}

function newestFirst(serials: Iterable<number>): number[] {
  return [...serials].sort((a, b) => b - a)
}
