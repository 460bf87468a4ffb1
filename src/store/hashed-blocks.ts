import { createHash } from 'node:crypto'

/** Passes blocks on, and hashes them. */
export class HashedBlocks implements Iterable<Uint8Array> {
  readonly #blocks: Iterable<Uint8Array>
  readonly #hash = createHash('sha256')

  constructor(blocks: Iterable<Uint8Array>) {
    this.#blocks = blocks
  }

  *[Symbol.iterator](): Generator<Uint8Array, void, undefined> {
    for (const block of this.#blocks) {
      this.#hash.update(block)
      yield block
    }
  }

  /** Of all blocks, once they were read to their end. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}
