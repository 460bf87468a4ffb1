/** Lines of one kind that may come at once, and how many more every second. */
const BURST = 20
const PER_SECOND = 1

interface Allowance {
  left: number
  atMs: number
  leftOut: number
}

/** How many lines may be written of each of a few kinds. */
export class LineAllowance {
  readonly #now: () => number
  readonly #kinds = new Map<string, Allowance>()

  /** `now` in milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** How many of that kind were left out since the last that was not; null when this one is to be left out too. */
  take(kind: string): number | null {
    const atMs = this.#now()
    const { left, atMs: beforeMs, leftOut } = this.#kinds.get(kind) ?? newAllowance(atMs)
    const now = Math.min(BURST, left + ((atMs - beforeMs) / 1000) * PER_SECOND)
    const isLeftOut = now < 1
    this.#kinds.set(kind, {
      left: isLeftOut ? now : now - 1,
      atMs,
      leftOut: isLeftOut ? leftOut + 1 : 0,
    })
    return isLeftOut ? null : leftOut
  }
}

function newAllowance(atMs: number): Allowance {
  return { left: BURST, atMs, leftOut: 0 }
}
