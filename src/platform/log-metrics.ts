import { Counter, Gauge, type Registry } from 'prom-client'

export interface AnswerCount {
  /** Its name in the policy. */
  readonly witness: string
  /** `cosigned`, or the code of a fault. */
  readonly outcome: string
  readonly count: number
}

/** What an authority's server tells of the witnesses of its log; the functions are called when the metrics are read. */
export interface WitnessFigures {
  readonly answers: () => Iterable<AnswerCount>
  /** When each has cosigned last, since the start. */
  readonly cosignedAt: () => ReadonlyMap<string, Date>
  /** What is signed and waits for them; null for nothing. */
  readonly waiting: () => {
    readonly since: Date
    readonly witnesses: number
    readonly cosigned: number
  } | null
}

/** Adds the metrics of the log and its witnesses. The names are API. */
export function addWitnesses(registry: Registry, figures: WitnessFigures): void {
  const registers = [registry]
  new Counter({
    name: 'bailiwick_witness_answers_total',
    help: 'Answers of witnesses: cosigned, or why not',
    ...{ labelNames: ['witness', 'outcome'], registers },
    collect() {
      this.reset()
      for (const { count, ...labels } of figures.answers()) this.inc(labels, count)
    },
  })
  new Gauge({
    name: 'bailiwick_witness_cosigned_timestamp_seconds',
    help: 'When a witness has cosigned last, since the start',
    ...{ labelNames: ['witness'], registers },
    collect() {
      this.reset()
      for (const [witness, at] of figures.cosignedAt()) this.set({ witness }, seconds(at))
    },
  })
  addWaiting(registry, figures)
}

function addWaiting(registry: Registry, { waiting }: WitnessFigures): void {
  const registers = [registry]
  new Gauge({
    name: 'bailiwick_log_waiting_since_timestamp_seconds',
    help: 'Since when what is signed waits for witnesses; 0 while nothing does',
    registers,
    collect() {
      const batch = waiting()
      this.set(batch === null ? 0 : seconds(batch.since))
    },
  })
  new Gauge({
    name: 'bailiwick_log_waiting_cosignatures',
    help: 'How many witnesses have cosigned what waits; 0 while nothing does',
    registers,
    collect() {
      this.set(waiting()?.cosigned ?? 0)
    },
  })
  new Gauge({
    name: 'bailiwick_log_waiting_witnesses',
    help: 'How many witnesses are asked to cosign what waits; 0 while nothing does',
    registers,
    collect() {
      this.set(waiting()?.witnesses ?? 0)
    },
  })
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}
