import type { Entry } from '../core/entry.ts'

/** One stay of an entry on a list, as the store keeps it. */
export interface Stay {
  readonly list: string
  readonly listRowId: number
  readonly entry: Entry
  readonly addedBy: number
  readonly retiredBy: number | null
}

/** A cut of a list's decisions that was published. */
export interface Cut {
  readonly serial: number
  readonly decision: number
  readonly publishedAt: Date
}

/** A serial and when it was published. */
export interface SerialMark {
  readonly serial: number
  readonly at: Date
}

/** From which serial and until which an entry held; the second is the first one without it. */
export interface StayTold {
  readonly list: string
  readonly entry: Entry
  /** Null when it was never published: not yet, or retired before. */
  readonly since: SerialMark | null
  /** Null while it holds, as far as it has been published. */
  readonly until: SerialMark | null
  readonly addedBy: number
  readonly retiredBy: number | null
}

/** When in a list's life a question is asked: a serial, or a time. */
export type Moment = { readonly serial: number } | { readonly at: Date }

/**
 * Gives a stay its serials. `cuts` are all publications of the stay's list, by serial.
 *
 * A serial holds every decision up to its cut, so an entry came with the first serial whose cut is not before the decision that
 * added it, and went with the first whose cut is not before the one that retired it.
 */
export function tellStay(stay: Stay, cuts: readonly Cut[]): StayTold {
  const { list, entry, addedBy, retiredBy } = stay
  const since = firstWith(cuts, addedBy)
  const until = retiredBy === null ? null : firstWith(cuts, retiredBy)
  const isNever = since === null || since.serial === until?.serial
  return {
    list,
    entry,
    since: isNever ? null : since,
    until: isNever ? null : until,
    addedBy,
    retiredBy,
  }
}

function firstWith(cuts: readonly Cut[], decision: number): SerialMark | null {
  const cut = cuts.find((one) => one.decision >= decision)
  return cut === undefined ? null : { serial: cut.serial, at: cut.publishedAt }
}

/** Whether the entry was published as listed at that moment. */
export function heldAt({ since, until }: StayTold, moment: Moment): boolean {
  if (since === null) return false
  if ('serial' in moment) {
    return since.serial <= moment.serial && (until === null || moment.serial < until.serial)
  }
  return since.at <= moment.at && (until === null || moment.at < until.at)
}
