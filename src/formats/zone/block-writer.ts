import type { ZoneDraft } from './zone-folder.ts'

const BLOCK_BYTES = 1 << 18

/** Writes a file in large blocks, however small the pieces are. */
export class BlockWriter {
  readonly draft: ZoneDraft
  /** How many bytes were put. */
  length = 0
  readonly #block = new Uint8Array(BLOCK_BYTES)
  #held = 0

  constructor(draft: ZoneDraft) {
    this.draft = draft
  }

  /** Puts `bytes[start, end)`. */
  put(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const more = end - start
    if (this.#held + more > BLOCK_BYTES) this.flush()
    this.length += more
    if (more > BLOCK_BYTES) {
      this.draft.write(bytes.subarray(start, end))
      return
    }
    this.#block.set(bytes.subarray(start, end), this.#held)
    this.#held += more
  }

  /** Writes what is held back. */
  flush(): void {
    if (this.#held > 0) this.draft.write(this.#block.subarray(0, this.#held))
    this.#held = 0
  }
}
