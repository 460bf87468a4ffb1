import { MAX_REMEMBERED } from './limits.ts'

/** How long a code could be right: its own half minute, and one before and after. */
const CODE_LIFE_MS = 3 * 30_000

/** The codes of authenticators that were used lately: seen over somebody's shoulder, they are worth nothing. */
export class UsedCodes {
  readonly #now: () => number
  readonly #used = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** True the first time. */
  use(userId: string, code: string): boolean {
    const at = this.#now()
    for (const [key, since] of this.#used) {
      if (at - since < CODE_LIFE_MS && this.#used.size <= MAX_REMEMBERED) break
      this.#used.delete(key)
    }
    const key = `${userId} ${code}`
    if (this.#used.has(key)) return false
    this.#used.set(key, at)
    return true
  }
}
