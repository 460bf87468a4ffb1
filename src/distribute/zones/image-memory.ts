/** Some messages of a zone, one behind the other in its file. */
export interface Chunk {
  readonly start: number
  readonly length: number
  /** Where each message ends, from the chunk's start. */
  readonly ends: readonly number[]
  readonly counts: readonly number[]
  /** In shared memory; null while it is in the file alone. */
  bytes: Uint8Array | null
}

/** A zone whose chunks may be kept. */
export interface Chunked {
  readonly chunks: readonly Chunk[]
  /** How much it was asked for lately, as a logarithm to base 2: what was asked for less makes room. */
  readonly heat: number
}

/** Of two zones that are asked for about as often neither pushes the other out, for then both would be read again and again. */
const HOTTER = Math.log2(1.5)

/**
 * Keeps chunks of zones, within one bound for all of them. Zones that are asked for often stay; those for which no room is left are read
 * from their files each time.
 */
export class ImageMemory {
  readonly #maxBytes: number
  /** By how much of each is held. */
  readonly #held = new Map<Chunked, number>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** A chunk of `zone`: held already, or read now and held from now on; null when there is no room for it. */
  hold(zone: Chunked, chunk: Chunk, read: (into: Uint8Array) => void): Uint8Array | null {
    if (chunk.bytes !== null) return chunk.bytes
    if (!this.#makeRoom(zone, chunk.length)) return null
    const bytes = new Uint8Array(new SharedArrayBuffer(chunk.length))
    read(bytes)
    chunk.bytes = bytes
    this.#bytes += chunk.length
    this.#held.set(zone, (this.#held.get(zone) ?? 0) + chunk.length)
    return bytes
  }

  /** Forgets the chunks of a zone. Whoever still sends one holds it by himself. */
  forget(zone: Chunked): void {
    for (const chunk of zone.chunks) chunk.bytes = null
    this.#bytes -= this.#held.get(zone) ?? 0
    this.#held.delete(zone)
  }

  #makeRoom(zone: Chunked, length: number): boolean {
    while (this.#bytes + length > this.#maxBytes) {
      const coldest = this.#coldest(zone)
      if (coldest === null) return false
      this.#forgetLast(coldest)
    }
    return true
  }

  #coldest(zone: Chunked): Chunked | null {
    let coldest: Chunked | null = null
    for (const other of this.#held.keys()) {
      if (other.heat + HOTTER < (coldest?.heat ?? zone.heat)) coldest = other
    }
    return coldest
  }

  #forgetLast(zone: Chunked): void {
    const chunk = zone.chunks.findLast(({ bytes }) => bytes !== null)
    const left = (this.#held.get(zone) ?? 0) - (chunk?.length ?? 0)
    if (chunk === undefined || left <= 0) {
      this.forget(zone)
      return
    }
    chunk.bytes = null
    this.#bytes -= chunk.length
    this.#held.set(zone, left)
  }
}
