import { Counter, Gauge, type Registry } from 'prom-client'

/** One zone. `list` is how the list is called where everybody may read. */
export interface ZoneFigure {
  readonly list: string
  /** What is served. */
  readonly serial: number
  /** How many secondaries are in each state. */
  readonly secondaries: Readonly<Record<string, number>>
  /** How many serials the last of those is behind that are heard of. */
  readonly maxLag: number
}

/** What a server tells about its zones; the functions are called when the metrics are read. No name of a subscriber is in it. */
export interface ZoneFigures {
  readonly zones: () => Iterable<ZoneFigure>
  readonly transfers: () => Iterable<{
    readonly list: string
    readonly style: string
    readonly outcome: string
    readonly transfers: number
    readonly bytes: number
  }>
  readonly questions: () => Iterable<readonly [type: string, count: number]>
  readonly refusals: () => Iterable<readonly [reason: string, count: number]>
  readonly notifies: () => Iterable<readonly [answer: string, count: number]>
  /** Bytes of zones held in memory. */
  readonly bytes: () => number
  /** Connections open, transfers running, transfers that wait for their turn. */
  readonly dns: () => {
    readonly connections: number
    readonly transfers: number
    readonly waiting: number
  }
}

/** Adds the metrics of zones. The names are API. */
export function addZones(registry: Registry, figures: ZoneFigures): void {
  addEachZone(registry, figures)
  addTransfers(registry, figures)
  addCounts(registry, figures)
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      ...{ name: `bailiwick_${name}`, help, registers: [registry] },
      collect() {
        this.set(value())
      },
    })
  }
  gauge('zone_memory_bytes', 'Bytes of zones held in memory', figures.bytes)
  gauge('dns_connections', 'Connections open', () => figures.dns().connections)
  gauge('dns_transfers_running', 'Transfers on their way', () => figures.dns().transfers)
  gauge('dns_transfers_waiting', 'Transfers that wait for their turn', () => figures.dns().waiting)
}

function addEachZone(registry: Registry, { zones }: ZoneFigures): void {
  const perZone = (name: string, help: string, of: (zone: ZoneFigure) => number): void => {
    new Gauge({
      ...{ name: `bailiwick_zone_${name}`, help, labelNames: ['list'], registers: [registry] },
      collect() {
        this.reset()
        for (const zone of zones()) this.set({ list: zone.list }, of(zone))
      },
    })
  }
  perZone('serial', 'Serial that the DNS has of a list', ({ serial }) => serial)
  perZone('max_lag', 'Serials that the last secondary heard of is behind', ({ maxLag }) => maxLag)
  new Gauge({
    name: 'bailiwick_zone_secondaries',
    help: 'Secondaries by what is known of them: current, behind, broken, unknown',
    labelNames: ['list', 'state'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { list, secondaries } of zones()) {
        for (const [state, count] of Object.entries(secondaries)) this.set({ list, state }, count)
      }
    },
  })
}

function addTransfers(registry: Registry, { transfers }: ZoneFigures): void {
  const labelNames = ['list', 'style', 'outcome'] as const
  for (const [name, help, of] of [
    ['transfers_total', 'Transfers that ended; the list is empty for catalogs', 'transfers'],
    ['transfer_bytes_total', 'Bytes of records in these', 'bytes'],
  ] as const) {
    new Counter({
      ...{ name: `bailiwick_zone_${name}`, help, labelNames, registers: [registry] },
      collect() {
        this.reset()
        for (const { list, style, outcome, ...counts } of transfers()) {
          this.inc({ list, style, outcome }, counts[of])
        }
      },
    })
  }
}

function addCounts(registry: Registry, { questions, refusals, notifies }: ZoneFigures): void {
  for (const [name, help, label, each] of [
    ['dns_questions_total', 'Questions that were answered', 'type', questions],
    ['dns_refusals_total', 'Questions and connections that got nothing', 'reason', refusals],
    ['zone_notifies_total', 'Secondaries told of a serial, by what they said', 'answer', notifies],
  ] as const) {
    new Counter({
      ...{ name: `bailiwick_${name}`, help, labelNames: [label], registers: [registry] },
      collect() {
        this.reset()
        for (const [value, count] of each()) this.inc({ [label]: value }, count)
      },
    })
  }
}
