import type { Popularity } from './check-popular.ts'
import type { CheckedName } from './check-name.ts'
import type { GuardFinding } from './guard-finding.ts'
import type { GuardLimits } from './guard-limits.ts'
import { HeavyHitters } from './heavy-hitters.ts'
import { NO_RANK } from './rank-table.ts'

/** What a batch is like as a whole. */
export class BatchProfile {
  readonly #limits: GuardLimits
  readonly #domains = new HeavyHitters()
  #entries = 0
  #popular = 0
  #bestRank = NO_RANK
  #bestName = ''

  constructor(limits: GuardLimits) {
    this.#limits = limits
  }

  /** Counts an entry that is no name. */
  skip(): void {
    this.#entries++
  }

  add({ name, suffix }: CheckedName, { rank, name: site }: Popularity): void {
    this.#entries++
    // A provider's suffix says more than the customer's name below it.
    this.#domains.add(suffix.section === 'private' ? suffix.suffix : (suffix.registrable ?? name))
    if (rank === NO_RANK || rank > this.#limits.batchPopularRank) return
    this.#popular++
    if (this.#bestRank !== NO_RANK && rank >= this.#bestRank) return
    this.#bestRank = rank
    this.#bestName = site
  }

  findings(pastBatches: readonly number[]): GuardFinding[] {
    return [...this.#checkSize(pastBatches), ...this.#checkPopular(), ...this.#checkOneDomain()]
  }

  #checkSize(pastBatches: readonly number[]): GuardFinding[] {
    const { batchSizeLeast, batchPastLeast, batchPast, ...limits } = this.#limits
    const past = pastBatches.slice(0, batchPast)
    const size = this.#entries
    if (size <= batchSizeLeast || past.length < batchPastLeast) return []
    const [middle, largest] = [median(past), Math.max(...past)]
    if (size <= limits.batchMedianTimes * middle || size <= limits.batchLargestTimes * largest)
      return []
    const isStop = size >= limits.batchStopLeast && size > limits.batchStopTimes * largest
    return [
      batchFinding(
        'guard/batch-size',
        isStop ? 'stop' : 'warn',
        `the batch has ${size} entries, where the last ${past.length} of this list had ${middle} in the median and ${largest} at most`,
        'look whether it is the right file, and the right list',
      ),
    ]
  }

  #checkPopular(): GuardFinding[] {
    const { batchPopularLeast, batchPopularRank, batchPopularStopShare, batchPopularWarnShare } =
      this.#limits
    const share = this.#popular / this.#entries
    if (this.#popular < batchPopularLeast || share <= batchPopularWarnShare) return []
    return [
      batchFinding(
        'guard/batch-popular',
        share > batchPopularStopShare ? 'stop' : 'warn',
        `${this.#popular} of the ${this.#entries} entries (${percent(share)}) take down sites of the top ${batchPopularRank}, the first of them ${this.#bestName}, number ${this.#bestRank}`,
        'look whether it is the right file: lists of what is to be blocked have few popular sites',
      ),
    ]
  }

  #checkOneDomain(): GuardFinding[] {
    const { batchOneDomainLeast, batchOneDomainShare } = this.#limits
    const { key, count } = this.#domains.first()
    const share = count / this.#entries
    if (count < batchOneDomainLeast || share <= batchOneDomainShare) return []
    return [
      batchFinding(
        'guard/batch-one-domain',
        'warn',
        `${count} of the ${this.#entries} entries (${percent(share)}) stand at or below ${key}`,
        'look whether they are all meant: one entry may say the same, or all of them are one stranger too many',
      ),
    ]
  }
}

function batchFinding(
  guard: GuardFinding['guard'],
  kind: GuardFinding['class'],
  text: string,
  cure: string,
): GuardFinding {
  return { guard, class: kind, entry: null, text, cure }
}

/** The middle one, of two the lower. */
function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1] ?? 0
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`
}
