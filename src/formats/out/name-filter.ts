import { spreadHash } from './name-hash.ts'

const BITS_FOR_EACH = 16
const MIN_WORDS = 1 << 11
const MAX_WORDS = 1 << 25

/**
 * A Bloom filter for names' hashes whose three bits for each lie in one word, so that a question costs one look into memory: about
 * one name in a hundred that was not added passes. At most 128 MiB, which is for 64 million names.
 */
export class NameFilter {
  isEmpty = true
  readonly #words: Uint32Array

  /** `names`: how many are expected. More only make it pass more. */
  constructor(names: number) {
    let words = MIN_WORDS
    while (words * 32 < names * BITS_FOR_EACH && words < MAX_WORDS) words *= 2
    this.#words = new Uint32Array(words)
  }

  add(hash: number): void {
    this.isEmpty = false
    const at = spreadHash(hash) & (this.#words.length - 1)
    this.#words[at] = (this.#words[at] ?? 0) | bitsOf(hash)
  }

  has(hash: number): boolean {
    const bits = bitsOf(hash)
    return ((this.#words[spreadHash(hash) & (this.#words.length - 1)] ?? 0) & bits) === bits
  }
}

function bitsOf(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (1 << (mixed >>> 27)) | (1 << (mixed >>> 22)) | (1 << (mixed >>> 17))
}
