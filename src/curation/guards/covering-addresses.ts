import { CoveredTally, type Covered } from './covered-tally.ts'
import type { GuardedEntry } from './guard-finding.ts'
import { WatchedNetworks } from './watched-networks.ts'
import type { SplitLine } from './split-line.ts'

interface Wanted {
  readonly value: GuardedEntry['value']
  readonly action: number
  coveredBy: GuardedEntry['value'] | null
}

/** `Covering`, for addresses and networks. */
export class CoveringAddresses {
  readonly #wanted = new Map<string, Wanted>()
  readonly #covered = new CoveredTally<string>()
  #networks: WatchedNetworks<Wanted> | null = null

  want({ value, action }: SplitLine): void {
    this.#wanted.set(value, { value, action, coveredBy: null })
  }

  see({ value, action }: SplitLine): void {
    if (this.#wanted.size === 0) return
    this.#networks ??= new WatchedNetworks(this.#wanted)
    for (const wanted of this.#networks.overlapping(value)) {
      if (wanted.value === value || wanted.action !== action) continue
      // Networks that share an address lie one in the other: the shorter prefix is around the longer.
      if (prefixOf(wanted.value) < prefixOf(value)) this.#covered.add(wanted.value, value)
      else if (isNearer(value, wanted.coveredBy)) wanted.coveredBy = value
    }
  }

  coveredBy({ value }: SplitLine): GuardedEntry | null {
    const found = this.#wanted.get(value)?.coveredBy ?? null
    return found === null ? null : { value: found, kind: 'ip' }
  }

  covers({ value }: SplitLine): Covered | null {
    return this.#covered.find(value)
  }
}

function isNearer(value: string, other: string | null): boolean {
  return other === null || prefixOf(value) > prefixOf(other)
}

function prefixOf(value: string): number {
  const [, length] = value.split('/')
  return length === undefined ? Infinity : Number(length)
}
