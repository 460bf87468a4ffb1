import { createHash } from 'node:crypto'

const POINTER = 0xc0
/** How much is hashed at once. */
const BLOCK_BYTES = 1 << 16
/** The longest record: an owner, what stands between it and its data, and 64 KiB of data. */
const MAX_RECORD_BYTES = 255 + 10 + 0xffff
/** Bytes are copied by words, perhaps a little too far. */
const WORD = 4

/**
 * The digest of a zone (RFC 8976 §3.3, scheme SIMPLE, SHA-384), taken while its records are made. They come as they stand in a
 * message whose question is for the zone's name, owners ending in the pointer to it (`src/dns/zone-source.ts`), names in lower
 * case, in canonical order, without the ZONEMD record and with the SOA once; they are hashed in canonical form, owners written out.
 */
export class ZoneDigest {
  readonly #hash = createHash('sha384')
  readonly #origin: DataView
  readonly #originLength: number
  readonly #block = new Uint8Array(BLOCK_BYTES + MAX_RECORD_BYTES + WORD)
  readonly #target = new DataView(this.#block.buffer)
  #length = 0

  /** `origin`: the zone's name as it is on the wire, with the root's octet. */
  constructor(origin: Uint8Array) {
    this.#originLength = origin.length
    const padded = new Uint8Array(origin.length + WORD)
    padded.set(origin)
    this.#origin = new DataView(padded.buffer)
  }

  /** Adds the records `bytes[start, end)`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = start; at < end;) {
      let pointer = at
      for (let label = bytes[pointer] ?? POINTER; label !== POINTER;) {
        pointer += label + 1
        label = bytes[pointer] ?? POINTER
      }
      // Behind the pointer: type, class, TTL, and the length of the data with it.
      const dataLength = ((bytes[pointer + 10] ?? 0) << 8) | (bytes[pointer + 11] ?? 0)
      const stop = pointer + 12 + dataLength
      this.#copy(source, at, pointer)
      this.#copy(this.#origin, 0, this.#originLength)
      this.#copy(source, pointer + 2, stop)
      if (this.#length >= BLOCK_BYTES) this.#flush()
      at = stop
    }
  }

  /** The digest, 48 bytes; nothing can be added afterwards. */
  digest(): Uint8Array {
    this.#flush()
    return this.#hash.digest()
  }

  #copy(source: DataView, start: number, end: number): void {
    const target = this.#target
    let at = start
    let to = this.#length
    this.#length = to + end - start
    const last = Math.min(end, source.byteLength - WORD + 1)
    for (; at < last; at += WORD, to += WORD) target.setUint32(to, source.getUint32(at))
    for (; at < end; at++, to++) target.setUint8(to, source.getUint8(at))
  }

  #flush(): void {
    this.#hash.update(this.#block.subarray(0, this.#length))
    this.#length = 0
  }
}
