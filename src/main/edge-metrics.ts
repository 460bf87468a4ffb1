import type { Copy } from '../agent/source-copy.ts'
import type { Edge } from '../distribute/edge.ts'
import { zoneFigures } from '../distribute/zones/zone-figures.ts'
import { openMetrics, type HttpCounts, type Metrics } from '../platform/metrics.ts'
import { isStale } from './edge-age.ts'
import type { PullingState } from './edge-pulling.ts'
import type { Transfers } from './serve-transfers.ts'

export interface EdgeMetricsDeps {
  readonly edge: Edge
  /** Null where the DNS is not answered. */
  readonly transfers: Pick<Transfers, 'desk' | 'dns'> | null
  readonly http: HttpCounts
  readonly connections: () => number
  readonly copy: () => Copy
  readonly pulling: () => PullingState
  readonly now: () => Date
}

/** The metrics of an edge: those of `serve` as far as they fit, and how old its copy is. Everybody may read them. */
export function openEdgeMetrics(deps: EdgeMetricsDeps): Metrics {
  const { edge, http, connections, copy, transfers, now } = deps
  const metrics = openMetrics({
    ...{ http, connections, now },
    ...(transfers && {
      zones: zoneFigures({
        ...{ desk: transfers.desk, dns: transfers.dns.counts, now },
        catalog: () => edge.catalog,
      }),
    }),
    lists: () =>
      edge.catalog.lists.map(({ id, place, definition, latest }) => ({
        label: definition.visibility === 'public' ? id : place,
        serial: latest?.serial ?? 0,
        entries: latest?.entries ?? 0,
        publishedAtS: latest === null ? null : Math.floor(latest.publishedAt.getTime() / 1000),
        hasPending: false,
        isStopped: false,
      })),
    expiries: () =>
      copy().expiries.map(({ role, expiresAt }) => ({ role, expiresAt: new Date(expiresAt) })),
    memory: () => ({ bytes: edge.memory.bytes, files: edge.memory.files }),
    exportsWaiting: () => edge.exportsWaiting,
  })
  return {
    contentType: metrics.contentType,
    print: async () => (await metrics.print()) + printAge(deps),
  }
}

function printAge({ copy, pulling, now }: EdgeMetricsDeps): string {
  const { freshUntil, lists, hidden } = copy()
  const { checkedAt, failure } = pulling()
  const seconds = (at: string | Date | null): number =>
    at === null ? 0 : Math.floor(new Date(at).getTime() / 1000)
  return [
    gauge(
      'checked_timestamp_seconds',
      'When the source was last copied whole; 0 for not since the start',
      [['', seconds(checkedAt)]],
    ),
    gauge(
      'fresh_until_timestamp_seconds',
      'Until when the authority has vouched that nothing is newer',
      [['', seconds(freshUntil)]],
    ),
    gauge('stale', '1 when that time has passed', [['', Number(isStale(freshUntil, now()))]]),
    gauge('source_down', '1 when the last pull has failed', [['', Number(failure !== null)]]),
    gauge('pull_failures', 'Pulls that failed in a row', [['', failure?.failures ?? 0]]),
    gauge('hidden_lists', 'Lists of the source that this edge may not see', [['', hidden]]),
    gauge(
      'list_failing',
      '1 when the newest serial of a list was not taken',
      lists.map(({ place, fault }) => [`{list="${place}"}`, Number(fault !== null)]),
    ),
  ].join('')
}

function gauge(
  name: string,
  help: string,
  values: readonly (readonly [labels: string, value: number])[],
): string {
  const full = `bailiwick_edge_${name}`
  const lines = values.map(([labels, value]) => `${full}${labels} ${value}\n`)
  return `# HELP ${full} ${help}\n# TYPE ${full} gauge\n${lines.join('')}`
}
