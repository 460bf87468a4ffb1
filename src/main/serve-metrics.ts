import { dayOf } from '../core/day.ts'
import type { Catalog, ServedList } from '../distribute/catalog.ts'
import type { Edge } from '../distribute/edge.ts'
import { zoneFigures } from '../distribute/zones/zone-figures.ts'
import {
  openMetrics,
  type HttpCounts,
  type ListFigures,
  type Metrics,
} from '../platform/metrics.ts'
import type { ReviewFigures } from '../platform/review-metrics.ts'
import type { ZoneFigures } from '../platform/zone-metrics.ts'
import type { Store } from '../store/open-store.ts'
import { readWaiting } from '../publish/log-cosigners.ts'
import { cosignerFigures, type CosignerBook } from './cosigner-book.ts'
import type { Transfers } from './serve-transfers.ts'

/** Lists whose next serial the circuit breaker holds back, until they get one after all. */
export class StoppedLists {
  readonly #serials = new Map<string, number>()

  /** The breaker stopped the list at the serial that it has now. */
  add({ id, latest }: ServedList): void {
    this.#serials.set(id, latest?.serial ?? 0)
  }

  remove(id: string): void {
    this.#serials.delete(id)
  }

  has({ id, latest }: ServedList): boolean {
    return this.#serials.get(id) === (latest?.serial ?? 0)
  }
}

export interface ServerMetricsDeps {
  readonly store: Store
  readonly edge: Edge
  readonly http: HttpCounts
  readonly connections: () => number
  readonly stopped: StoppedLists
  /** Null where the DNS is not answered. */
  readonly transfers: Pick<Transfers, 'desk' | 'dns'> | null
  readonly book: CosignerBook
  readonly now: () => Date
}

/** The metrics of `serve`. Everybody may read them, so restricted lists stand there under their places. */
export function openServerMetrics(deps: ServerMetricsDeps): Metrics {
  const { edge, http, connections, transfers, now } = deps
  return openMetrics({
    ...{ http, connections, now },
    ...(transfers && { zones: figuresOf(transfers, edge, now) }),
    lists: () => edge.catalog.lists.map((list) => listFigures(deps, list)),
    witnesses: cosignerFigures(deps.book, () => readWaiting(deps.store)),
    expiries: () => expiries(deps, edge.catalog),
    memory: () => ({ bytes: edge.memory.bytes, files: edge.memory.files }),
    exportsWaiting: () => edge.exportsWaiting,
    reviews: () => reviewFigures(deps),
  })
}

function figuresOf(
  { desk, dns }: Pick<Transfers, 'desk' | 'dns'>,
  edge: Edge,
  now: () => Date,
): ZoneFigures {
  return zoneFigures({ desk, catalog: () => edge.catalog, dns: dns.counts, now })
}

function listFigures({ store, stopped }: ServerMetricsDeps, list: ServedList): ListFigures {
  const { latest } = list
  return {
    label: labelOf(list),
    serial: latest?.serial ?? 0,
    entries: latest?.entries ?? 0,
    publishedAtS: latest === null ? null : Math.floor(latest.publishedAt.getTime() / 1000),
    hasPending: store.decisions.lastDecision(list.rowId) > (latest?.decision ?? 0),
    isStopped: stopped.has(list),
  }
}

function reviewFigures({ store, edge, now }: ServerMetricsDeps): ReviewFigures[] {
  const lists = new Map(edge.catalog.lists.map((list) => [list.rowId, list]))
  return store.reviews.counts(dayOf(now())).flatMap(({ listRowId, cause, open, overdue }) => {
    const list = lists.get(listRowId)
    return list === undefined ? [] : [{ list: labelOf(list), cause, open, overdue }]
  })
}

/** Everybody may read metrics. */
function labelOf({ id, place, definition }: ServedList): string {
  return definition.visibility === 'public' ? id : place
}

function expiries(
  { store }: ServerMetricsDeps,
  { lists }: Catalog,
): { readonly role: string; readonly expiresAt: Date }[] {
  const roles = ['root', 'targets', 'snapshot', 'timestamp']
  for (const { place } of lists) roles.push(`list-${place}`)
  return roles.flatMap((role) => {
    const expiresAt = store.metadata.latest(role)?.expiresAt
    return expiresAt === undefined ? [] : [{ role, expiresAt }]
  })
}
