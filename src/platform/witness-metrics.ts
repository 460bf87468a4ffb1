import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { addHttp, type Metrics, type ServerFigures } from './metrics.ts'

/** What a witness tells about itself; the functions are called when the metrics are read. */
export interface WitnessFigures extends Pick<ServerFigures, 'http' | 'connections'> {
  /** Of each log that may ask; size 0 and time 0 where it was never cosigned. */
  readonly logs: () => readonly {
    readonly origin: string
    readonly size: number
    readonly cosignedAtS: number
  }[]
  /** How many well signed checkpoints of an origin did not go with what was cosigned, since the start. */
  readonly forks: () => Iterable<readonly [origin: string, count: number]>
}

/** The metrics of a witness, in a registry of their own. The names are API. */
export function openWitnessMetrics(figures: WitnessFigures): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  addHttp(registry, figures)
  const perLog = (name: string, help: string, of: (log: LogFigures) => number): void => {
    new Gauge({
      ...{ name: `bailiwick_witness_${name}`, help, labelNames: ['origin'], registers: [registry] },
      collect() {
        this.reset()
        for (const log of figures.logs()) this.set({ origin: log.origin }, of(log))
      },
    })
  }
  perLog('log_size', 'Size of the tree that was cosigned last', ({ size }) => size)
  perLog(
    'cosigned_timestamp_seconds',
    'When a checkpoint was cosigned last; 0 for never',
    ({ cosignedAtS }) => cosignedAtS,
  )
  new Counter({
    name: 'bailiwick_witness_forks_total',
    help: 'Signed checkpoints that do not go with what was cosigned, or came with a wrong proof',
    labelNames: ['origin'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [origin, count] of figures.forks()) this.inc({ origin }, count)
    },
  })
  return { print: () => registry.metrics(), contentType: registry.contentType }
}

type LogFigures = ReturnType<WitnessFigures['logs']>[number]
