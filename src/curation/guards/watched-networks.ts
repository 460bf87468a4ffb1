import { networkRange } from '../../core/network.ts'

interface Interval<T> {
  readonly first: bigint
  readonly last: bigint
  readonly what: T
}

/** Networks with something to say of each, IPv4 and IPv6 apart; asked for those that share an address with another network. */
export class WatchedNetworks<T> {
  readonly #short: Intervals<T>
  readonly #long: Intervals<T>

  /** Each network as `parseIpValue` gives it. */
  constructor(networks: Iterable<readonly [network: string, what: T]>) {
    const intervals = [...networks].map(([network, what]) => ({ what, ...networkRange(network) }))
    this.#short = new Intervals(intervals.filter(({ width }) => width === 32))
    this.#long = new Intervals(intervals.filter(({ width }) => width === 128))
  }

  /** All that overlap with the network, those that begin first first, and of those the wider. */
  overlapping(network: string): T[] {
    const { width, first, last } = networkRange(network)
    return (width === 32 ? this.#short : this.#long).overlapping(first, last)
  }
}

class Intervals<T> {
  readonly #sorted: readonly Interval<T>[]
  /** For each the greatest end up to it: no interval before one whose reach is too short overlaps. */
  readonly #reach: readonly bigint[]

  constructor(intervals: readonly Interval<T>[]) {
    this.#sorted = [...intervals].sort(
      (a, b) => compare(a.first, b.first) || compare(b.last, a.last),
    )
    let reach = -1n
    this.#reach = this.#sorted.map(({ last }) => (reach = last > reach ? last : reach))
  }

  overlapping(first: bigint, last: bigint): T[] {
    const found: T[] = []
    for (let i = this.#before(last) - 1; i >= 0 && (this.#reach[i] ?? -1n) >= first; i--) {
      const interval = this.#sorted[i]
      if (interval !== undefined && interval.last >= first) found.push(interval.what)
    }
    return found.reverse()
  }

  /** How many begin at or before `last`. */
  #before(last: bigint): number {
    let [low, high] = [0, this.#sorted.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#sorted[middle]?.first ?? 0n) <= last) low = middle + 1
      else high = middle
    }
    return low
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
