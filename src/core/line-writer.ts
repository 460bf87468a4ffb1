/** How large the blocks are that core makes: large enough to pay for a call, small enough for the processor's cache. */
export const BLOCK_BYTES = 1 << 18

/**
 * Gathers runs of whole lines into blocks of at most `BLOCK_BYTES` (one longer line makes one longer block). A block once
 * taken is never written again.
 */
export class LineWriter {
  /** Blocks that are complete; whoever writes takes them out now and then. */
  readonly full: Uint8Array[] = []
  #block: Uint8Array = new Uint8Array(0)
  #length = 0
  #spare: Uint8Array | undefined

  /** Adds `source[start, end)`, which must be whole lines. */
  put(source: Uint8Array, start: number, end: number): void {
    let from = start
    while (end - from > this.#block.length - this.#length) {
      const room = this.#block.length - this.#length
      const cut = lastLineStart(source, from, from + room)
      this.#copy(source, from, cut)
      from = cut
      this.#renew(end - from)
    }
    this.#copy(source, from, end)
  }

  /** Ends the current block, so that `full` holds everything that was put. */
  flush(): Uint8Array[] {
    this.#renew(0)
    return this.full
  }

  #copy(source: Uint8Array, start: number, end: number): void {
    if (end <= start) return
    this.#block.set(source.subarray(start, end), this.#length)
    this.#length += end - start
  }

  /** Lets the memory of a block that nobody looks at any more be used for the next. */
  recycle(block: Uint8Array): void {
    if (block.buffer.byteLength === BLOCK_BYTES) this.#spare = block
  }

  #fresh(wanted: number): Uint8Array {
    const spare = this.#spare
    this.#spare = undefined
    if (spare !== undefined && wanted <= BLOCK_BYTES) return new Uint8Array(spare.buffer)
    return Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, wanted))
  }

  #renew(wanted: number): void {
    if (this.#length > 0) {
      const written = this.#block.subarray(0, this.#length)
      // A small block does not keep a large buffer alive.
      this.full.push(this.#length < BLOCK_BYTES / 2 ? new Uint8Array(written) : written)
      this.#block = new Uint8Array(0)
      this.#length = 0
    }
    if (wanted > 0) this.#block = this.#fresh(wanted)
  }
}

/** The greatest line start in (start, limit], or `start` when no line ends before `limit`. */
function lastLineStart(source: Uint8Array, start: number, limit: number): number {
  let at = Math.min(limit, source.length)
  while (at > start && source[at - 1] !== 0x0a) at--
  return at
}
