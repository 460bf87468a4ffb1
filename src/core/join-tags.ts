import { type EntryAttributes, KIND_BITS, KIND_CODE, KIND_MASK, MARK } from './entry-arena.ts'
import { rankAttributes } from './rank-attributes.ts'
import { ENTRY_NUMBER } from './sort-entries.ts'

/** Makes of all the tags of one value those that its entries have. */
export class TagJoiner {
  duplicates = 0
  readonly #slots: Uint32Array
  readonly #attributes: readonly EntryAttributes[]
  #ranks: Uint32Array | undefined
  /** For each kind or mark, the best attributes seen (as number + 1), and the kinds that come of them. */
  readonly #best = new Float64Array(KIND_MASK + 1)

  constructor(slots: Uint32Array, attributes: readonly EntryAttributes[]) {
    this.#slots = slots
    this.#attributes = attributes
  }

  /** The tags of the entries of one value, in the order of their kinds, given the items of a sorted order that have it. */
  join(run: Uint32Array): number[] {
    const best = this.#best.fill(0)
    for (const index of run) {
      const tag = this.#slots[2 * (index & ENTRY_NUMBER) + 1] ?? 0
      const kind = tag & KIND_MASK
      if (best[kind] !== 0) this.duplicates++
      best[kind] = this.#better(best[kind] ?? 0, (tag >>> KIND_BITS) + 1)
    }
    this.#joinMarks(best)
    const tags: number[] = []
    for (let kind = 0; kind < MARK.name; kind++) {
      const number = best[kind] ?? 0
      if (number > 0) tags.push(((number - 1) << KIND_BITS) | kind)
    }
    return tags
  }

  #joinMarks(best: Float64Array): void {
    const name = best[MARK.name] ?? 0
    const wildcard = best[MARK.wildcard] ?? 0
    const freed = best[MARK.freed] ?? 0
    if (name === wildcard) this.#put(best, KIND_CODE.domain, name)
    else {
      this.#put(best, KIND_CODE.host, name)
      this.#put(best, KIND_CODE.subdomains, wildcard)
    }
    const domain = best[KIND_CODE.domain] ?? 0
    if (freed === 0) return
    if (domain === 0 || domain === freed) this.#put(best, KIND_CODE.subdomains, freed)
    else {
      best[KIND_CODE.domain] = 0
      this.#put(best, KIND_CODE.host, domain)
    }
  }

  #put(best: Float64Array, kind: number, number: number): void {
    if (number === 0) return
    if (best[kind] !== 0) this.duplicates++
    best[kind] = this.#better(best[kind] ?? 0, number)
  }

  #better(a: number, b: number): number {
    if (a === 0 || a === b) return b
    if (b === 0) return a
    const ranks = (this.#ranks ??= rankAttributes(this.#attributes))
    return (ranks[a - 1] ?? 0) < (ranks[b - 1] ?? 0) ? a : b
  }
}
