import { Fault } from '../core/fault.ts'
import { CLOCK_TOLERANCE_S } from './limits.ts'

export interface CosignatureClock {
  /** What the clock of this machine says. */
  readonly now: Date
  /** The time of the newest cosignature for the origin, in seconds; 0 before the first. */
  readonly newest: number
  /** The clock is right, whatever was signed: for when it was ahead before. */
  readonly isTrusted: boolean
}

/**
 * The time of the next cosignature for an origin, in whole seconds. It never goes back, for it says that nothing larger had been seen by then: while
 * the clock is behind by no more than `CLOCK_TOLERANCE_S` the newest time is taken again. Throws `clock/back`.
 */
export function nextCosignatureTime({ now, newest, isTrusted }: CosignatureClock): number {
  const seconds = Math.floor(now.getTime() / 1000)
  if (isTrusted || seconds >= newest) return seconds
  if (seconds >= newest - CLOCK_TOLERANCE_S) return newest
  throw new Fault(
    'clock/back',
    `expected a clock at or after ${printSeconds(newest)}, when this witness last signed for this log, got ${printSeconds(seconds)}: set the clock of this machine right; if it was ahead then and is right now, run the witness with BAILIWICK_CLOCK=trust until each log has asked`,
  )
}

function printSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
