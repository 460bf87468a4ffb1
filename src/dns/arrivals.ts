/** What waits for the proof that all that was written has arrived. */
export type Settle = (outcome: 'sent' | 'broken') => void

/** How a connection came to its close. */
export interface Close {
  readonly hasFailed: boolean
  /** Whether our own end was taken, and so all that was written before it. */
  readonly hasEnded: boolean
}

/**
 * What was written to a connection and has not been seen to arrive. Nobody tells what a kernel has sent, so the asker must: by what it sends
 * after it had all. What it sent before proves nothing, and may lie unread, here or in the kernel: so nothing counts until the connection was
 * read for a turn of the loop in which nothing came.
 */
export class Arrivals {
  /** With each, whether the asker has ended its side since. */
  readonly #waiting = new Map<Settle, boolean>()
  readonly #afterTurn: (act: () => void) => void
  #hasPeerEnded = false
  #changes = 0
  /** Whether the connection is read now. */
  #isRead = true
  /** Whether something may lie unread from before the last octet was written. */
  #isBehind = false
  #isCatchingUp = false

  /** `afterTurn` calls in the next turn of the loop, after the sockets were read. */
  constructor(afterTurn: (act: () => void) => void = setImmediate) {
    this.#afterTurn = afterTurn
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** Waits for the proof of all that was written up to now. To be called after the sockets were read in this turn, as `setImmediate` does. */
  add(settle: Settle): void {
    this.#waiting.set(settle, false)
    this.#changes++
    this.#isBehind = true
    this.#catchUp(1)
  }

  /** To be called for octets that come, of whatever. */
  takeNews(): void {
    this.#changes++
    if (!this.#isBehind) this.#settleAll(() => 'sent')
  }

  /** The asker has ended its side. */
  takeEnd(): void {
    this.#hasPeerEnded = true
    if (this.#isBehind) return
    for (const settle of this.#waiting.keys()) this.#waiting.set(settle, true)
  }

  /** Whether the connection is read from now on. */
  setRead(isRead: boolean): void {
    this.#isRead = isRead
    if (!isRead) this.#isBehind = true
    // The turn in which reading begins may be over before anything is read.
    else if (this.#isBehind) this.#catchUp(2)
  }

  /**
   * No proof comes any more. Who ended its side before it could have all has proved nothing by that: it counts as one that has all when the
   * connection stood until our own end was taken.
   */
  close({ hasFailed, hasEnded }: Close): void {
    const isInOrder = this.#hasPeerEnded && hasEnded
    this.#settleAll((isProven) => (!hasFailed && (isProven || isInOrder) ? 'sent' : 'broken'))
  }

  /** Waits for as many turns, the last of them silent. */
  #catchUp(turns: number): void {
    if (this.#isCatchingUp || !this.#isRead) return
    const changes = this.#changes
    this.#isCatchingUp = true
    this.#afterTurn(() => {
      this.#isCatchingUp = false
      if (turns > 1 || this.#changes !== changes) this.#catchUp(Math.max(1, turns - 1))
      else if (this.#isRead) this.#isBehind = false
    })
  }

  #settleAll(outcomeOf: (isProven: boolean) => 'sent' | 'broken'): void {
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const [settle, isProven] of all) settle(outcomeOf(isProven))
  }
}
