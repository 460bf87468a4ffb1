/** What there is to know of a kept tree before a row of it is read. */
export interface TreeShape {
  /** It has 2^bits pages. */
  readonly bits: number
  /** How many entries it has. */
  readonly count: number
  /** The hash at the top, 32 octets. */
  readonly top: Uint8Array
}

/** What a page has in the mean is between half of this and this: each is read, hashed and written whole, for one change. */
const PAGE_RECORDS = 12
const MAX_BITS = 20

/** How many pages, as a power of two, a tree of `count` entries is kept with. */
export function rowBits(count: number): number {
  return Math.max(0, Math.min(MAX_BITS, Math.ceil(Math.log2(count / PAGE_RECORDS))))
}
