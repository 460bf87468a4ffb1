import { createHash } from 'node:crypto'

/** After a failure the agent waits at least this long, doubled for each further one. */
export const FIRST_WAIT_MS = 60_000
export const LONGEST_WAIT_MS = 3600_000

/**
 * How long this host waits after each tick of its schedule, in milliseconds below `jitterMs`: always the same, and spread
 * evenly over all hosts, so that a thousand resolvers with one schedule do not come at once.
 */
export function jitterOf(host: string, source: string, jitterMs: number): number {
  const draw = createHash('sha256').update(`${host}\0${source}`).digest().readUInt32BE(0)
  return Math.floor((draw / 2 ** 32) * jitterMs)
}

/**
 * The earliest time for another try after `failures` failed ones in a row (0: at once): the wait doubles up to an hour, and
 * what the source asked for with `Retry-After` counts when it is later.
 */
export function nextTryAt(failures: number, retryAt: Date | null, now: Date): Date {
  if (failures === 0) return retryAt && retryAt > now ? retryAt : now
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS)
  return new Date(Math.max(now.getTime() + wait, retryAt?.getTime() ?? 0))
}
