/** Something with bytes at offsets. */
export interface ByteSource {
  readonly read: (at: number, into: Uint8Array) => void
}

/** How much is read at once: it stays in a processor's own cache. */
const READ_BYTES = 1 << 18

/** Looks at a part of a file, forwards mostly, without holding the rest. */
export class FileWindow {
  /** What was read last; valid until the next `locate`. */
  bytes: Uint8Array
  readonly #source: ByteSource
  readonly #end: number
  readonly #readBytes: number
  #base = 0
  #length = 0

  /** `end`: where the part of interest ends. `readBytes`: how much is read at once. */
  constructor(source: ByteSource, end: number, readBytes = READ_BYTES) {
    this.#source = source
    this.#end = end
    this.#readBytes = readBytes
    this.bytes = new Uint8Array(readBytes)
  }

  /** Where the file's bytes `[from, to)` stand in `bytes`; reads them if they don't. */
  locate(from: number, to: number): number {
    if (from >= this.#base && to <= this.#base + this.#length) return from - this.#base
    const length = Math.max(to - from, Math.min(this.#readBytes, this.#end - from))
    if (length > this.bytes.length) this.bytes = new Uint8Array(length)
    this.#source.read(from, this.bytes.subarray(0, length))
    this.#base = from
    this.#length = length
    return 0
  }
}
