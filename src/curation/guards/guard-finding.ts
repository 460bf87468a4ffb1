import type { Entry } from '../../core/entry.ts'

/** `stop`: not without a recorded override. `warn`: not without having been seen. */
export type GuardClass = 'stop' | 'warn'

/** Every guard, with the classes that its findings may have (`docs/spec/guards.md` §2). Codes are API: added, never renamed. */
export const GUARDS = {
  'guard/above-suffix': ['stop'],
  'guard/appealed': ['stop'],
  'guard/batch-one-domain': ['warn'],
  'guard/batch-popular': ['stop', 'warn'],
  'guard/batch-size': ['stop', 'warn'],
  'guard/covered': ['warn'],
  'guard/covers': ['warn'],
  'guard/own': ['stop'],
  'guard/popular': ['stop', 'warn'],
  'guard/popular-above': ['warn'],
  'guard/popular-missing': ['warn'],
  'guard/popular-old': ['warn'],
  'guard/private-suffix': ['stop'],
  'guard/protected': ['stop'],
  'guard/public-suffix': ['stop'],
  'guard/shared-address': ['stop'],
  'guard/shared-host': ['stop'],
  'guard/single-label': ['stop'],
  'guard/special-address': ['stop', 'warn'],
  'guard/wide-network': ['stop', 'warn'],
} as const satisfies Record<`guard/${string}`, readonly GuardClass[]>

export type GuardCode = keyof typeof GUARDS

/** What an entry is known by. */
export type GuardedEntry = Pick<Entry, 'value' | 'kind'>

/** What a guard has against an entry, or against a batch as a whole. */
export interface GuardFinding {
  readonly guard: GuardCode
  readonly class: GuardClass
  /** Null where it is about the whole batch, or about what guards need. */
  readonly entry: GuardedEntry | null
  /** What is wrong, in one sentence with the values: lower case, without full stop. */
  readonly text: string
  /** What to do about it. */
  readonly cure: string
}

/** What all guards have against a batch. */
export interface GuardReport {
  /** Entries looked at. */
  readonly entries: number
  /** How many findings of each class there are, told below or not. */
  readonly stops: number
  readonly warns: number
  /** How many there are of each guard, by its code. */
  readonly counts: Readonly<Partial<Record<GuardCode, number>>>
  /** Of each guard and class the first `MAX_FINDINGS`, in the order of the entries; those about the whole batch at the end. */
  readonly findings: readonly GuardFinding[]
}

/** Of a guard and class so many findings are told; the others are counted. */
export const MAX_FINDINGS = 1000

/** Counts findings, and keeps the first of each guard and class. */
export class GuardTally {
  readonly findings: GuardFinding[] = []
  readonly #counts = new Map<GuardCode, { stop: number; warn: number }>()
  readonly #onStopped: (entry: GuardedEntry) => unknown
  #stops = 0
  #warns = 0

  constructor(onStopped: (entry: GuardedEntry) => unknown = () => undefined) {
    this.#onStopped = onStopped
  }

  add(finding: GuardFinding): void {
    const counts = this.#counts.get(finding.guard) ?? { stop: 0, warn: 0 }
    this.#counts.set(finding.guard, counts)
    if (++counts[finding.class] <= MAX_FINDINGS) this.findings.push(finding)
    if (finding.class === 'warn') {
      this.#warns++
      return
    }
    this.#stops++
    if (finding.entry !== null) this.#onStopped(finding.entry)
  }

  report(entries: number): GuardReport {
    const counts = [...this.#counts]
      .map(([guard, { stop, warn }]) => [guard, stop + warn] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return {
      entries,
      stops: this.#stops,
      warns: this.#warns,
      counts: Object.fromEntries(counts),
      findings: this.findings,
    }
  }
}
