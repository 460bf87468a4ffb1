import type { Covered } from './covered-tally.ts'
import type { GuardedEntry } from './guard-finding.ts'
import { CoveringAddresses } from './covering-addresses.ts'
import { CoveringNames } from './covering-names.ts'
import { CoveringPaths } from './covering-paths.ts'
import type { SplitLine } from './split-line.ts'

const NONE: Covered = { count: 0, examples: [] }

/**
 * What a batch and a list have to do with each other. One entry covers another when it has the same action and blocks everything that the other blocks.
 * First comes the whole batch (`want`), then the whole list (`see`), then questions for entries of the batch. What is kept grows with the batch, not
 * with the list.
 */
export class Covering {
  readonly #names = new CoveringNames()
  readonly #paths = new CoveringPaths()
  readonly #addresses = new CoveringAddresses()

  want(line: SplitLine): void {
    if (line.kind === 'ip') this.#addresses.want(line)
    else this.#names.want(line)
    if (line.kind === 'url') this.#paths.want(line)
  }

  see(line: SplitLine): void {
    if (line.kind === 'ip') this.#addresses.see(line)
    else this.#names.see(line)
    if (line.kind === 'url') this.#paths.see(line)
  }

  /** The nearest entry of the list that covers this one of the batch, or null. */
  coveredBy(line: SplitLine): GuardedEntry | null {
    if (line.kind === 'ip') return this.#addresses.coveredBy(line)
    const path = line.kind === 'url' ? this.#paths.coveredBy(line) : null
    return path ?? this.#names.coveredBy(line)
  }

  covers(line: SplitLine): Covered {
    if (line.kind === 'ip') return this.#addresses.covers(line) ?? NONE
    if (line.kind === 'url') return this.#paths.covers(line) ?? NONE
    return this.#names.covers(line) ?? NONE
  }
}
