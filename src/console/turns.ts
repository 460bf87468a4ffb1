import { Fault } from '../core/fault.ts'

/**
 * Lets so many pieces of work run at once and so many more wait; one more is refused. Passwords are hashed in threads that files are read
 * in too: whoever asks for many must not hold those up.
 */
export class Turns {
  readonly #atOnce: number
  readonly #waiting: number
  readonly #queue: (() => void)[] = []
  #running = 0

  constructor({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }) {
    this.#atOnce = atOnce
    this.#waiting = waiting
  }

  /** Does `work` when its turn comes. Rejects with `serve/busy`. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) await this.#wait()
    else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#queue.shift()
      // Whose turn is next takes this one's place.
      if (next === undefined) this.#running--
      else next()
    }
  }

  #wait(): Promise<void> {
    if (this.#queue.length >= this.#waiting) {
      throw new Fault('serve/busy', 'expected fewer people to sign in at once: try again shortly')
    }
    return new Promise((resolve) => this.#queue.push(resolve))
  }
}
