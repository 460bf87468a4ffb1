import { Fault } from '../core/fault.ts'
import { signedAtOf } from '../publish/role-life.ts'
import type { Store } from '../store/open-store.ts'

/** Clocks are set right by small steps; a larger one back is a dead battery or a wrong hand. */
const TOLERANCE_MS = 5 * 60_000

/**
 * A clock for signing, which refuses to be earlier than the newest signature in `store`: what it would sign could be over before
 * any reader sees it. With `BAILIWICK_CLOCK=trust` it is believed all the same, for when it was ahead before and is right now.
 *
 * The clock throws `clock/back`.
 */
export function checkedClock(
  store: Pick<Store, 'metadata'>,
  clock: () => Date,
  env: Readonly<Record<string, string | undefined>>,
): () => Date {
  if (env['BAILIWICK_CLOCK'] === 'trust') return clock
  return () => {
    const at = clock()
    const newest = store.metadata.latest('timestamp')
    if (newest !== null) assertNotBefore(at, signedAtOf('timestamp', newest.expiresAt))
    return at
  }
}

function assertNotBefore(at: Date, signedAt: Date): void {
  if (at.getTime() >= signedAt.getTime() - TOLERANCE_MS) return
  throw new Fault(
    'clock/back',
    `expected a clock at or after ${signedAt.toISOString()}, when this authority last signed, got ${at.toISOString()}: set the clock of this machine right; if it was ahead then and is right now, run this once with BAILIWICK_CLOCK=trust`,
  )
}
