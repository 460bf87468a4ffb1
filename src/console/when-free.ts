import { isFault } from '../core/fault.ts'
import { BUSY_PAUSE_MS, BUSY_WAIT_MS } from './limits.ts'

export interface Waiting {
  readonly now: () => number
  readonly pause: (ms: number) => Promise<void>
}

/**
 * Does `work`, again and again while another program writes to the database, and lets other requests go on in between. Throws `store/busy` in the
 * end, which is soon where the store has waited by itself.
 */
export async function whenFree<T>({ now, pause }: Waiting, work: () => T | Promise<T>): Promise<T> {
  const until = now() + BUSY_WAIT_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || now() >= until) throw error
      await pause(BUSY_PAUSE_MS)
    }
  }
}

/** As a fault, or as the library finds it: the driver's error, perhaps inside of another. */
function isBusy(error: unknown): boolean {
  if (isFault(error, 'store/busy')) return true
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  return code?.startsWith('SQLITE_BUSY') === true || isBusy(error.cause)
}
