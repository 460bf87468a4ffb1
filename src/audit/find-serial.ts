import { Fault } from '../core/fault.ts'
import type { HistorySerial, ListHistory } from './list-history.ts'

/** A serial, or an instant for the serial that held then. */
export type SerialWish = { readonly serial: number } | { readonly at: Date }

/** The place of the serial in the list's history. Throws `snapshot/not-found`. */
export function findSerial({ place, serials }: ListHistory, wish: SerialWish | null): number {
  const last = serials.length - 1
  const found =
    wish === null
      ? last
      : 'serial' in wish
        ? serials.findIndex(({ facts }) => facts.serial === wish.serial)
        : serials.findLastIndex((serial) => publishedAt(serial) <= wish.at.getTime())
  if (found >= 0) return found
  const [first, newest] = [serials[0]?.facts.serial, serials[last]?.facts.serial]
  const range = first === undefined ? 'none' : `${first} to ${newest ?? first}`
  throw new Fault(
    'snapshot/not-found',
    `expected a serial of ${JSON.stringify(place)} (${range}), got a wish for another`,
  )
}

/** In milliseconds, by the manifest; a serial without one was there before the log could tell. */
function publishedAt({ manifest }: HistorySerial): number {
  return manifest !== null && 'at' in manifest.leaf ? Date.parse(manifest.leaf.at) : 0
}
