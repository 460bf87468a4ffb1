import { createHash } from 'node:crypto'

const POINTER = 0xc0
/** How much is hashed at once. */
const BLOCK_BYTES = 1 << 16
/** The longest record that is not split: an owner, what stands between it and its data, and 64 KiB of data. */
const MAX_RECORD_BYTES = 255 + 10 + 0xffff

/**
 * The digest of a zone (RFC 8976 §3.3, scheme SIMPLE, SHA-384), taken while its records are made. They come as they stand in a
 * message whose question is for the zone's name, owners ending in the pointer to it (`src/dns/zone-source.ts`), names in lower
 * case, in canonical order, without the ZONEMD record and with the SOA once; they are hashed in canonical form, owners written out.
 */
export class ZoneDigest {
  readonly #hash = createHash('sha384')
  readonly #origin: Uint8Array
  readonly #block = new Uint8Array(BLOCK_BYTES + MAX_RECORD_BYTES)
  #length = 0

  /** `origin`: the zone's name as it is on the wire, with the root's octet. */
  constructor(origin: Uint8Array) {
    this.#origin = origin
  }

  /** Adds the records `bytes[start, end)`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const origin = this.#origin
    const block = this.#block
    let to = this.#length
    for (let at = start; at < end;) {
      let byte = bytes[at] ?? POINTER
      while (byte !== POINTER) {
        block[to++] = byte
        for (const next = at + byte; at < next;) block[to++] = bytes[++at] ?? 0
        byte = bytes[++at] ?? POINTER
      }
      for (const octet of origin) block[to++] = octet
      // Behind the pointer: type, class, TTL, and the length of the data with it.
      const stop = at + 12 + (((bytes[at + 10] ?? 0) << 8) | (bytes[at + 11] ?? 0))
      for (at += 2; at < stop; at++) block[to++] = bytes[at] ?? 0
      if (to >= BLOCK_BYTES) {
        this.#hash.update(block.subarray(0, to))
        to = 0
      }
    }
    this.#length = to
  }

  /** The digest, 48 bytes; nothing can be added afterwards. */
  digest(): Uint8Array {
    this.#hash.update(this.#block.subarray(0, this.#length))
    return this.#hash.digest()
  }
}
