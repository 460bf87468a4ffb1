import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { jitterOf } from '../agent/pace.ts'
import { systemClock } from '../platform/clock.ts'
import type { ServerLog } from '../platform/server-log.ts'
import { isStale } from './edge-age.ts'
import { refresh, takeCopy, takeCredentials, type Parts, type Served } from './edge-parts.ts'
import { openPulling, type EdgePulling, type PullFailure } from './edge-pulling.ts'
import { tellFault } from './serve-faults.ts'

/** Copies what the source has, when it is told to; serves it; and says how old it is. */
export function startPulling(parts: Parts, served: Served): EdgePulling {
  const { copying, serverLog, now } = parts
  return openPulling({
    pull: copying.pull,
    expose: copying.expose,
    onCopy: (copy) => {
      takeCopy(parts, copy)
      refresh(parts, served)
      tellAge(parts)
    },
    onExposed: () => {
      served.edge.refreshPointers().catch((error: unknown) => tellFault(serverLog, error))
    },
    onFailure: (failure) => {
      if (!now.isStopping) tellFailure(serverLog, failure)
      tellAge(parts)
    },
    now: systemClock,
  })
}

function tellFailure(
  { log }: ServerLog,
  { code, message, failures, nextTryAt }: PullFailure,
): void {
  log.error({ code, failures, nextTryAt: nextTryAt.toISOString() }, `goes on serving: ${message}`)
}

/** Says once that the copy has become stale, and once that it is not any more. */
function tellAge({ now, serverLog: { log } }: Parts): void {
  const { freshUntil } = now.copy
  const isOld = freshUntil !== null && isStale(freshUntil, systemClock())
  if (isOld === now.isTold) return
  now.isTold = isOld
  if (isOld) {
    log.error(
      { freshUntil },
      `stale: nobody has vouched since ${freshUntil} that nothing is newer; goes on serving`,
    )
  } else log.info({ freshUntil }, 'fresh again')
}

export interface Upkeep {
  readonly stop: () => void
}

/** How often the edge looks at its credentials and at its clock. */
const LOOK_INTERVAL_MS = 1000
/** Signatures of feeds live for two weeks and are taken anew when a third of that is left. */
const RENEW_INTERVAL_MS = 6 * 3_600_000

/** Pulls by schedule, looks at the credentials, and has signatures taken anew. */
export async function startUpkeep(
  parts: Parts,
  served: Served,
  pulling: EdgePulling,
): Promise<Upkeep> {
  const { config, serverLog } = parts
  const stop = new AbortController()
  const looking = setInterval(() => look(parts, served), LOOK_INTERVAL_MS)
  const renewing = setInterval(() => {
    served.edge.renewFeeds().catch((error: unknown) => tellFault(serverLog, error))
  }, RENEW_INTERVAL_MS)
  const jitterMs = jitterOf(
    `${hostname()} ${config.state}`,
    config.source,
    config.jitterSeconds * 1000,
  )
  const cron = await import('node-cron')
  const task = cron.schedule(config.schedule, () => void tickLater(pulling, jitterMs, stop.signal))
  void pulling.tick()
  return {
    stop: () => {
      stop.abort()
      clearInterval(looking)
      clearInterval(renewing)
      void task.destroy()
    },
  }
}

async function tickLater(pulling: EdgePulling, ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  if (!signal.aborted) await pulling.tick()
}

function look(parts: Parts, served: Served): void {
  const { credentials, serverLog } = parts
  try {
    if (credentials.refresh()) {
      takeCredentials(parts)
      serverLog.log.info(
        { subscribers: credentials.current().subscribers.length },
        'took in new credentials',
      )
    }
  } catch (error) {
    // Told once; those before still count.
    tellFault(serverLog, error)
  }
  refresh(parts, served)
  tellAge(parts)
}
