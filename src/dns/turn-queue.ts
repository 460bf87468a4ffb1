/** A turn that was asked for. */
export interface Turn {
  /** Whether it came at once. */
  readonly isNow: boolean
  /** Resolves when it has come. */
  readonly come: Promise<void>
  /** Gives it back, or up if it has not come: then `come` never resolves. Any number of times. */
  readonly leave: () => void
}

/** `all`: at work at one time; `each`: of one asker. */
export interface TurnLimits {
  readonly all: number
  readonly each: number
}

/**
 * Lets no more be at work at one time than the limits say. Who waits is served in turn with the others who wait, one each, however many
 * turns anybody has asked for.
 */
export class TurnQueue {
  readonly #limits: TurnLimits
  #atWork = 0
  #waiting = 0
  readonly #atWorkOf = new Map<string, number>()
  /** Who waits, in the order in which they are served; each has at least one waiting. */
  readonly #byAsker = new Map<string, Set<() => void>>()

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  get atWork(): number {
    return this.#atWork
  }

  get waiting(): number {
    return this.#waiting
  }

  ask(asker: string): Turn {
    let state: 'waiting' | 'at-work' | 'left' = 'waiting'
    let begin = (): void => undefined
    const come = new Promise<void>((resolve) => {
      begin = () => {
        state = 'at-work'
        this.#count(asker, 1)
        resolve()
      }
    })
    const isNow = this.#atWork < this.#limits.all && this.#mayWork(asker)
    if (isNow) begin()
    else this.#wait(asker, begin)
    const leave = (): void => {
      const was = state
      state = 'left'
      if (was === 'waiting') this.#forget(asker, begin)
      if (was !== 'at-work') return
      this.#count(asker, -1)
      this.#next()
    }
    return { isNow, come, leave }
  }

  #count(asker: string, by: number): void {
    const count = (this.#atWorkOf.get(asker) ?? 0) + by
    this.#atWork += by
    if (count > 0) this.#atWorkOf.set(asker, count)
    else this.#atWorkOf.delete(asker)
  }

  #mayWork(asker: string): boolean {
    return (this.#atWorkOf.get(asker) ?? 0) < this.#limits.each
  }

  #wait(asker: string, begin: () => void): void {
    this.#waiting++
    const mine = this.#byAsker.get(asker)
    if (mine === undefined) this.#byAsker.set(asker, new Set([begin]))
    else mine.add(begin)
  }

  #forget(asker: string, begin: () => void): void {
    const mine = this.#byAsker.get(asker)
    if (!mine?.delete(begin)) return
    this.#waiting--
    if (mine.size === 0) this.#byAsker.delete(asker)
  }

  #next(): void {
    for (const [asker, mine] of this.#byAsker) {
      if (!this.#mayWork(asker)) continue
      // Behind all others, if there is more of it.
      this.#byAsker.delete(asker)
      this.#byAsker.set(asker, mine)
      for (const begin of mine) {
        this.#forget(asker, begin)
        begin()
        return
      }
    }
  }
}
