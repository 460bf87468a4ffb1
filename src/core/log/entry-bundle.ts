import { hash } from 'node:crypto'
import { Fault } from '../fault.ts'
import { TILE_WIDTH } from './tile.ts'
import { HASH_BYTES } from './tree-hash.ts'

/**
 * Entry bundles (c2sp.org/tlog-tiles, «Log entries»): up to 256 entries, each behind its length, a big-endian uint16. Bundles one
 * behind the other are the bundle of all their entries.
 */

/** No entry is longer: its length has two octets. */
export const MAX_LOG_ENTRY_BYTES = 0xffff

/** Throws `log/invalid` for more than 256 entries, and for one over 65,535 bytes. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Buffer {
  if (entries.length > TILE_WIDTH) {
    throw new Fault('log/invalid', `expected ${TILE_WIDTH} entries at most, got ${entries.length}`)
  }
  const bundle = Buffer.allocUnsafe(entries.reduce((sum, { length }) => sum + 2 + length, 0))
  let at = 0
  for (const entry of entries) {
    if (entry.length > MAX_LOG_ENTRY_BYTES) {
      throw new Fault(
        'log/invalid',
        `expected an entry of ${MAX_LOG_ENTRY_BYTES} bytes at most, got ${entry.length}`,
      )
    }
    at = bundle.writeUInt16BE(entry.length, at)
    bundle.set(entry, at)
    at += entry.length
  }
  return bundle
}

/** The `count` entries of a bundle, as views of its bytes. Throws `log/invalid` where it has fewer, or bytes behind them. */
export function decodeEntryBundle(bundle: Uint8Array, count: number): Uint8Array[] {
  const entries: Uint8Array[] = []
  walkEntries(bundle, count, (start, end) => entries.push(bundle.subarray(start, end)))
  return entries
}

/**
 * The leaf hashes of the `count` entries of a bundle, one behind the other: the bytes of the tile of level 0 beside it. Throws
 * `log/invalid` as `decodeEntryBundle` does.
 */
export function hashEntryBundle(bundle: Uint8Array, count: number): Buffer {
  // RFC 6962 §2.1 puts 0x00 before each leaf. In a bundle the low octet of the length stands there: in one copy of the bundle it is
  // overwritten, so that each leaf's input lies in one piece.
  const leaves = Buffer.from(bundle)
  const hashes = Buffer.allocUnsafe(count * HASH_BYTES)
  let at = 0
  walkEntries(bundle, count, (start, end) => {
    leaves[start - 1] = 0x00
    hashes.set(hash('sha256', leaves.subarray(start - 1, end), 'buffer'), at)
    at += HASH_BYTES
  })
  return hashes
}

function walkEntries(
  bundle: Uint8Array,
  count: number,
  tell: (start: number, end: number) => void,
): void {
  let at = 0
  for (let i = 0; i < count; i++) {
    const high = bundle[at]
    const low = bundle[at + 1]
    const start = at + 2
    at = high === undefined || low === undefined ? Infinity : start + high * 256 + low
    if (at > bundle.length) {
      throw new Fault(
        'log/invalid',
        `expected ${count} entries in the bundle, got ${i} and a part of one`,
      )
    }
    tell(start, at)
  }
  if (at === bundle.length) return
  throw new Fault(
    'log/invalid',
    `expected the bundle to end behind its ${count} entries, got ${bundle.length - at} more bytes`,
  )
}
