import { GUARD_LIMITS } from './guard-limits.ts'
import { MAX_FINDINGS } from './guard-finding.ts'

/** What a new entry covers of the list. */
export interface Covered {
  readonly count: number
  /** The first few of them by value. */
  readonly examples: readonly string[]
}

/** Counts what each of many entries covers, and keeps the first few examples for as many as findings are told. */
export class CoveredTally<K> {
  readonly #counts = new Map<K, { count: number; examples: string[] }>()

  add(key: K, value: string): void {
    const found = this.#counts.get(key)
    if (found === undefined) {
      const examples = this.#counts.size < MAX_FINDINGS ? [value] : []
      this.#counts.set(key, { count: 1, examples })
      return
    }
    found.count++
    if (found.examples.length > 0 && found.examples.length < GUARD_LIMITS.coversExamples) {
      found.examples.push(value)
    }
  }

  find(key: K): Covered | null {
    return this.#counts.get(key) ?? null
  }
}
