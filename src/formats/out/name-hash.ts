const FNV_OFFSET = 0x811c9dc5 | 0
const FNV_PRIME = 0x01000193

/** The hash of the empty name; `nextHash` adds the byte before those hashed so far. */
export const NO_HASH = FNV_OFFSET

/** FNV-1a from the last byte to the first, so that the hashes of all names above a name come by on the way. */
export function nextHash(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, FNV_PRIME)
}

/** The hash of the name `bytes[start, end)`. */
export function hashName(bytes: Uint8Array, start: number, end: number): number {
  let hash = NO_HASH
  for (let i = end - 1; i >= start; i--) hash = nextHash(hash, bytes[i] ?? 0)
  return hash
}

/** The hash with all bits alike: FNV leaves its low bits weak. Unsigned. */
export function spreadHash(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
