import type { Restoration } from '../ports.ts'
import { isBefore, type Secondary } from './secondary.ts'

/**
 * How long a restored backup is reckoned with: 28 days, for which a zone says by default that it may be used unrefreshed (SOA expire). A
 * secondary that has not come since has let go of what it had of the lost history; one that takes the zone from another server
 * in turn would get the whole of it from here for ever.
 */
export const RESTORATION_COUNTS_MS = 2_419_200_000

/**
 * Whether a secondary that says it has `serial` is to get the whole zone, though there may be a difference:
 *
 * - its last whole transfer was cut. BIND 9.18 has a part of the policy in force then, which no difference mends;
 * - the last it got was a whole zone of a later serial, sent to its end: it has not arrived, or the asker would have that serial;
 * - the list came back from a backup, not longer ago than `RESTORATION_COUNTS_MS`, and `serial` was given away before with other
 *   entries than it has now, unless it got this very serial from here since then.
 */
export function mustBeWhole(
  secondary: Secondary | undefined,
  serial: number,
  { restorations, atMs }: { readonly restorations: readonly Restoration[]; readonly atMs: number },
): boolean {
  if (secondary?.isBroken === true || hasMissedWhole(secondary, serial)) return true
  const given = secondary?.given
  return restorations.some(
    (restored) =>
      atMs - restored.at.getTime() < RESTORATION_COUNTS_MS &&
      isBefore(restored.serial, serial) &&
      !(given?.serial === serial && given.atMs >= restored.at.getTime()),
  )
}

/** That the other side has closed the connection in order does not say that it has read all, and BIND keeps its serial when it has not. */
function hasMissedWhole(secondary: Secondary | undefined, serial: number): boolean {
  const last = secondary?.transfer
  if (last?.style !== 'whole' || last.outcome !== 'sent') return false
  return isBefore(serial, last.serial)
}
