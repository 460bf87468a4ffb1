import { isUrlPrefix, prefixesAbove } from '../../core/url-value.ts'
import { CoveredTally, type Covered } from './covered-tally.ts'
import type { GuardedEntry } from './guard-finding.ts'
import type { SplitLine } from './split-line.ts'

/** `Covering`, for URLs below the paths of others. */
export class CoveringPaths {
  /** Prefixes above URLs of the batch, and the action that the list has for them: 0 for none. */
  readonly #above = new Map<string, number>()
  /** Prefixes of the batch, with their actions. */
  readonly #wanted = new Map<string, number>()
  readonly #covered = new CoveredTally<string>()

  want({ value, action }: SplitLine): void {
    for (const prefix of prefixesAbove(value)) this.#above.set(prefix, 0)
    if (isUrlPrefix(value)) this.#wanted.set(value, action)
  }

  see({ value, action }: SplitLine): void {
    if (isUrlPrefix(value) && this.#above.has(value)) this.#above.set(value, action)
    if (this.#wanted.size === 0) return
    for (const prefix of prefixesAbove(value)) {
      if (this.#wanted.get(prefix) === action) this.#covered.add(prefix, value)
    }
  }

  coveredBy({ value, action }: SplitLine): GuardedEntry | null {
    const found = prefixesAbove(value).find((prefix) => this.#above.get(prefix) === action)
    return found === undefined ? null : { value: found as GuardedEntry['value'], kind: 'url' }
  }

  covers({ value }: SplitLine): Covered | null {
    return this.#covered.find(value)
  }
}
