/** Keys that are counted at once. */
export const HEAVY_KEYS = 1024

/**
 * The most frequent of any number of keys in bounded memory (Misra and Gries): exact while there are no more than `HEAVY_KEYS` different ones; beyond
 * it a count may be too small, by at most one in `HEAVY_KEYS` of all keys, and is never too large.
 */
export class HeavyHitters {
  readonly #counts = new Map<string, number>()

  add(key: string): void {
    const count = this.#counts.get(key)
    if (count !== undefined || this.#counts.size < HEAVY_KEYS) {
      this.#counts.set(key, (count ?? 0) + 1)
      return
    }
    for (const [other, left] of this.#counts) {
      if (left === 1) this.#counts.delete(other)
      else this.#counts.set(other, left - 1)
    }
  }

  /** The most frequent key, of several the first by name; no key and 0 when there is none. */
  first(): { readonly key: string; readonly count: number } {
    let first = { key: '', count: 0 }
    for (const [key, count] of this.#counts) {
      if (count > first.count || (count === first.count && key < first.key)) first = { key, count }
    }
    return first
  }
}
