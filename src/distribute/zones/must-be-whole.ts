import type { Restoration } from '../ports.ts'
import { isBefore, type Secondary } from './secondary.ts'

/**
 * Whether a secondary that says it has `serial` is to get the whole zone, though there may be a difference:
 *
 * - its last whole transfer was cut. BIND 9.18 has a part of the policy in force then, which no difference mends;
 * - the list came back from a backup, and `serial` was given away before with other entries than it has now, unless it got this very
 *   serial from here since then.
 */
export function mustBeWhole(
  secondary: Secondary | undefined,
  serial: number,
  restorations: readonly Restoration[],
): boolean {
  if (secondary?.isBroken === true) return true
  const given = secondary?.given
  return restorations.some(
    (restored) =>
      isBefore(restored.serial, serial) &&
      !(given?.serial === serial && given.atMs >= restored.at.getTime()),
  )
}
