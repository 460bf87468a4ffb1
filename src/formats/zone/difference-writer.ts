import { BlockWriter } from './block-writer.ts'
import { compareRecords, recordEnd } from './wire-record.ts'
import type { ZoneDraft } from './zone-folder.ts'

export const PLUS = 0x2b
export const MINUS = 0x2d
/** A sign and the record's length in 16 bits stand before each record. */
export const SIGN_BYTES = 3

/** Writes what makes one zone of another: records with signs, in canonical order. The zone's own records and beacons are not in it. */
export class DifferenceWriter {
  added = 0
  removed = 0
  /** How many bytes their records have. */
  bytes = 0
  readonly #out: BlockWriter
  readonly #sign = new Uint8Array(SIGN_BYTES)

  constructor(draft: ZoneDraft) {
    this.#out = new BlockWriter(draft)
  }

  /** Compares records in canonical order, all those before the one and before the other being compared already. */
  // eslint-disable-next-line max-params -- spans instead of views: this runs for every change
  compare(
    a: Uint8Array,
    aStart: number,
    aEnd: number,
    b: Uint8Array,
    bStart: number,
    bEnd: number,
  ): void {
    let [i, j] = [aStart, bStart]
    while (i < aEnd && j < bEnd) {
      const iNext = recordEnd(a, i)
      const jNext = recordEnd(b, j)
      const isSame = isEqual(a, i, iNext, b, j, jNext)
      const order = isSame ? 0 : compareRecords(a, i, iNext, b, j, jNext)
      if (order < 0) this.put(MINUS, a, i, iNext)
      if (order > 0) this.put(PLUS, b, j, jNext)
      if (order <= 0) i = iNext
      if (order >= 0) j = jNext
    }
    for (let next = i; i < aEnd; i = next) this.put(MINUS, a, i, (next = recordEnd(a, i)))
    for (let next = j; j < bEnd; j = next) this.put(PLUS, b, j, (next = recordEnd(b, j)))
  }

  put(sign: number, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start
    this.#sign[0] = sign
    this.#sign[1] = length >> 8
    this.#sign[2] = length
    this.#out.put(this.#sign)
    this.#out.put(bytes, start, end)
    this.bytes += length
    if (sign === PLUS) this.added++
    else this.removed++
  }

  flush(): void {
    this.#out.flush()
  }
}

// eslint-disable-next-line max-params -- as above
function isEqual(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j]) return false
  return true
}
