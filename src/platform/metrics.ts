import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { addWitnesses, type WitnessFigures } from './log-metrics.ts'
import { addReviews, type ReviewFigures } from './review-metrics.ts'
import { addZones, type ZoneFigures } from './zone-metrics.ts'

const MAX_STATUS = 600

/**
 * Counts responses by route and status. Counting is an addition in an array and no more: it is done for every
 * response, and read perhaps every quarter of a minute.
 */
export class HttpCounts {
  readonly #byRoute = new Map<string, Float64Array>()
  bytes = 0
  inFlight = 0

  count(route: string, status: number, bytes: number): void {
    let counts = this.#byRoute.get(route)
    if (counts === undefined) {
      counts = new Float64Array(MAX_STATUS)
      this.#byRoute.set(route, counts)
    }
    counts[status] = (counts[status] ?? 0) + 1
    this.bytes += bytes
  }

  /** Every route and status that occurred, with its count. */
  *each(): Generator<readonly [route: string, status: number, count: number]> {
    for (const [route, counts] of this.#byRoute) {
      for (const [status, count] of counts.entries()) if (count > 0) yield [route, status, count]
    }
  }
}

/** The figures of one list. `label` is its id, or for a restricted one its opaque place. */
export interface ListFigures {
  readonly label: string
  readonly serial: number
  readonly entries: number
  /** Seconds since the epoch; null before the first serial. */
  readonly publishedAtS: number | null
  /** Whether decisions wait for the next serial. */
  readonly hasPending: boolean
  readonly isStopped: boolean
}

/** What a server tells about itself; the functions are called when the metrics are read. */
export interface ServerFigures {
  readonly http: HttpCounts
  readonly connections: () => number
  readonly lists: () => readonly ListFigures[]
  /** When each TUF role's newest metadata expires. */
  readonly expiries: () => readonly { readonly role: string; readonly expiresAt: Date }[]
  readonly memory: () => { readonly bytes: number; readonly files: number }
  readonly exportsWaiting: () => number
  /** Left out where nothing is decided. */
  readonly reviews?: () => readonly ReviewFigures[]
  /** Left out where no zones are served. */
  readonly zones?: ZoneFigures
  /** Left out where no log is written. */
  readonly witnesses?: WitnessFigures
  readonly now: () => Date
}

export interface Metrics {
  /** Prometheus' text format. */
  readonly print: () => Promise<string>
  readonly contentType: string
}

/** The metrics of a server, in a registry of their own. The names are API. */
export function openMetrics(figures: ServerFigures): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  addHttp(registry, figures)
  addLists(registry, figures)
  addServer(registry, figures)
  if (figures.reviews !== undefined) addReviews(registry, figures.reviews)
  if (figures.zones !== undefined) addZones(registry, figures.zones)
  if (figures.witnesses !== undefined) addWitnesses(registry, figures.witnesses)
  return { print: () => registry.metrics(), contentType: registry.contentType }
}

/** What every server of HTTP tells of itself. */
export function addHttp(
  registry: Registry,
  { http, connections }: Pick<ServerFigures, 'http' | 'connections'>,
): void {
  const registers = [registry]
  new Counter({
    ...{ name: 'bailiwick_http_responses_total', help: 'Responses', registers },
    labelNames: ['route', 'status'],
    collect() {
      this.reset()
      for (const [route, status, count] of http.each()) this.inc({ route, status }, count)
    },
  })
  new Counter({
    ...{ name: 'bailiwick_http_response_bytes_total', help: 'Bytes of bodies sent', registers },
    collect() {
      this.reset()
      this.inc(http.bytes)
    },
  })
  gauge(registry, 'bailiwick_http_in_flight', 'Responses not finished', () => http.inFlight)
  gauge(registry, 'bailiwick_http_connections', 'Connections open', connections)
}

function addLists(registry: Registry, { lists }: ServerFigures): void {
  const perList = (name: string, help: string, of: (list: ListFigures) => number | null): void => {
    new Gauge({
      ...{ name: `bailiwick_list_${name}`, help, labelNames: ['list'], registers: [registry] },
      collect() {
        this.reset()
        for (const list of lists()) {
          const value = of(list)
          if (value !== null) this.set({ list: list.label }, value)
        }
      },
    })
  }
  perList('serial', 'Newest serial; 0 before the first', ({ serial }) => serial)
  perList('entries', 'Entries of the newest serial', ({ entries }) => entries)
  perList(
    'published_timestamp_seconds',
    'When the newest serial was published',
    ({ publishedAtS }) => publishedAtS,
  )
  perList('pending', '1 while decisions wait for the next serial', ({ hasPending }) =>
    Number(hasPending),
  )
  perList('stopped', '1 while the circuit breaker holds the next serial back', ({ isStopped }) =>
    Number(isStopped),
  )
}

function addServer(registry: Registry, figures: ServerFigures): void {
  new Gauge({
    name: 'bailiwick_metadata_expiry_seconds',
    help: 'Seconds until the newest metadata of a role expires; negative when it has',
    labelNames: ['role'],
    registers: [registry],
    collect() {
      this.reset()
      const nowMs = figures.now().getTime()
      for (const { role, expiresAt } of figures.expiries()) {
        this.set({ role }, (expiresAt.getTime() - nowMs) / 1000)
      }
    },
  })
  gauge(registry, 'bailiwick_memory_bytes', 'Bytes of files held in memory', () => {
    return figures.memory().bytes
  })
  gauge(registry, 'bailiwick_memory_files', 'Files held in memory', () => figures.memory().files)
  gauge(
    registry,
    'bailiwick_exports_waiting',
    'Exports that wait to be made',
    figures.exportsWaiting,
  )
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    ...{ name, help, registers: [registry] },
    collect() {
      this.set(value())
    },
  })
}
