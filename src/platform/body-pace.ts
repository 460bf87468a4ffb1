/** How fast a body must come: a slow line may take its time, and nobody holds a connection with next to nothing. */
export interface PaceLimits {
  /** Milliseconds that are given to every body. */
  readonly graceMs: number
  /** For this many bytes it gets a second more. */
  readonly bytesPerSecond: number
  /** Milliseconds after which it must be whole, however fast it comes. */
  readonly maxMs: number
}

/** Times the sender of one body. While nobody asks for more of it, the time is not the sender's. Times are those of one clock, in milliseconds. */
export class BodyPace {
  readonly #limits: PaceLimits
  readonly #begunMs: number
  #waitedMs = 0
  #askedMs: number | null = null
  #bytes = 0

  constructor(limits: PaceLimits, nowMs: number) {
    this.#limits = limits
    this.#begunMs = nowMs
  }

  /** More is asked for; gives how long that may take at most. */
  ask(nowMs: number): number {
    this.#askedMs ??= nowMs
    const { graceMs, bytesPerSecond, maxMs } = this.#limits
    const allowedMs = graceMs + (this.#bytes * 1000) / bytesPerSecond - this.#waitedMs
    return Math.max(0, Math.min(allowedMs, this.#begunMs + maxMs - nowMs))
  }

  /** So many bytes have come. */
  take(bytes: number, nowMs: number): void {
    this.#bytes += bytes
    if (this.#askedMs !== null) this.#waitedMs += nowMs - this.#askedMs
    this.#askedMs = null
  }
}
