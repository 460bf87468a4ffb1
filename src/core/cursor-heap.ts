/** Walks many sorted sources together: gives one distinct item at a time, with all the sources that have it. */
export class CursorHeap<C extends { readonly next: () => boolean }> {
  readonly #order: (a: C, b: C) => number
  readonly #heap: C[] = []
  readonly #same: C[] = []

  /** Takes cursors that stand before their first item, and the order in which each of them walks. */
  constructor(cursors: Iterable<C>, order: (a: C, b: C) => number) {
    this.#order = order
    for (const cursor of cursors) this.#push(cursor)
  }

  /**
   * The cursors that stand on the least item not given yet, in no order; empty at the end. What is given holds until the next call,
   * which moves these cursors on.
   */
  next(): readonly C[] {
    for (const cursor of this.#same) this.#push(cursor)
    this.#same.length = 0
    let first = this.#pop()
    while (first !== undefined) {
      this.#same.push(first)
      const top = this.#heap[0]
      first = top !== undefined && this.#order(top, first) === 0 ? this.#pop() : undefined
    }
    return this.#same
  }

  #push(cursor: C): void {
    if (!cursor.next()) return
    const heap = this.#heap
    let at = heap.length
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || this.#order(parent, cursor) <= 0) break
      heap[at] = parent
      at = above
    }
    heap[at] = cursor
  }

  #pop(): C | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      const [left, right] = [heap[below], heap[below + 1]]
      if (left === undefined) break
      const isRight = right !== undefined && this.#order(right, left) < 0
      const least = isRight ? right : left
      if (this.#order(last, least) <= 0) break
      if (isRight) below++
      heap[at] = least
      at = below
    }
    heap[at] = last
    return first
  }
}
