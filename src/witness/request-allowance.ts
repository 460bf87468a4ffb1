import { MAX_PARTIES, RATE_WINDOW_MS } from './limits.ts'

/**
 * How many requests each party may make in a window of time. The windows are fixed, so in two neighbouring halves a party may have
 * twice as many; and the memory is bounded, whoever asks.
 */
export class RequestAllowance {
  readonly #perWindow: number
  readonly #counts = new Map<string, number>()
  #window = NaN

  constructor(perWindow: number) {
    this.#perWindow = perWindow
  }

  /** Counts a request, and says whether it is within the allowance; `nowMs` never goes back. */
  take(party: string, nowMs: number): boolean {
    const window = Math.floor(nowMs / RATE_WINDOW_MS)
    if (window !== this.#window) this.#counts.clear()
    this.#window = window
    const name = this.#counts.has(party) || this.#counts.size < MAX_PARTIES ? party : OTHERS
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    return count <= this.#perWindow
  }
}

/** No address: all that came when the table was full. */
const OTHERS = ''
