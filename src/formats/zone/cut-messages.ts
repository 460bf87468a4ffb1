/**
 * Bytes of records in one message: what 65,535 leave when the header, the longest question and the longest signature are there
 * too. The same as in `src/dns/zone-source.ts`, which this room may not import; a test compares them.
 */
export const MAX_BODY_BYTES = 64_000

/** Where messages end, and how many records each has. */
export interface MessageTable {
  readonly ends: Uint32Array
  readonly counts: Uint16Array
}

/** Fills messages with pieces, in order, as many as fit. */
export class MessageCutter {
  readonly #ends: number[] = []
  readonly #counts: number[] = []
  #end = 0
  #bytes = 0
  #records = 0

  /** Adds a piece, which is not parted: at most `MAX_BODY_BYTES`. */
  add(bytes: number, records: number): void {
    if (this.#bytes + bytes > MAX_BODY_BYTES) this.#close()
    this.#end += bytes
    this.#bytes += bytes
    this.#records += records
  }

  table(): MessageTable {
    this.#close()
    return { ends: Uint32Array.from(this.#ends), counts: Uint16Array.from(this.#counts) }
  }

  #close(): void {
    if (this.#records === 0) return
    this.#ends.push(this.#end)
    this.#counts.push(this.#records)
    this.#bytes = this.#records = 0
  }
}
