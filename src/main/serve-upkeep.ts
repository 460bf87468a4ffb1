import { statSync } from 'node:fs'
import { isFault } from '../core/fault.ts'
import type { Edge } from '../distribute/edge.ts'
import { LOOK_INTERVAL_MS, POLL_INTERVAL_MS } from '../distribute/limits.ts'
import { systemClock } from '../platform/clock.ts'
import type { ServerLog } from '../platform/server-log.ts'
import type { Authority } from './open-authority.ts'
import { tellFault } from './serve-faults.ts'
import type { StoppedLists } from './serve-metrics.ts'
import { openLiveness } from './serve-liveness.ts'
import { openReviewJob } from './serve-reviews.ts'
import { openSchedule } from './serve-schedule.ts'
import type { Work } from './serve-work.ts'
import { TREE_REKEYED } from './tree-rekeyed.ts'

export interface UpkeepDeps {
  readonly data: string
  readonly authority: Authority
  readonly edge: Edge
  readonly work: Work
  readonly serverLog: ServerLog
  readonly stopped: StoppedLists
  /** Somebody writes files that may soon be published. */
  readonly onStaging: () => void
  /** Somebody has committed something, and `edge` has taken it in. */
  readonly onChange: () => void
  /** Why the database could not be read this time; null when it could. */
  readonly onRead: (fault: string | null) => void
}

export interface Upkeep {
  readonly stop: () => void
}

/** How often witnesses are asked again for which something waits. */
const WITNESS_INTERVAL_MS = 5_000
/** Signatures of feeds live for two weeks and are made again when a third of that is left. */
const RENEW_INTERVAL_MS = 6 * 3_600_000

/** Looks for what others have committed, and keeps the schedules. */
export function startUpkeep(deps: UpkeepDeps): Upkeep {
  const { edge, serverLog } = deps
  const tell = (error: unknown): void => tellFault(serverLog, error)
  const review = openReviewJob({ ...deps, now: systemClock })
  const liveness = openLiveness(deps.data, serverLog)
  const askNames = (): Promise<void> => liveness.run(edge.catalog.lists)
  const schedule = openSchedule({
    publish: (id) => publishBySchedule(deps, id),
    refresh: () => refresh(deps),
    review,
    askNames,
  })
  schedule.update(edge.catalog.lists)
  void refresh(deps)
  void review()
  void askNames()
  const projectNew = newProjector(deps)
  const look = newLook(deps, () => {
    schedule.update(edge.catalog.lists)
    projectNew()
    deps.onChange()
  })
  const hasStaged = newStagingLook(deps)
  const looking = setInterval(look, LOOK_INTERVAL_MS)
  const polling = setInterval(() => {
    if (hasStaged()) deps.onStaging()
    edge.refreshPointers().catch(tell)
  }, POLL_INTERVAL_MS)
  const finishing = setInterval(() => {
    if (deps.authority.store.log.batch() !== null) void refresh(deps)
  }, WITNESS_INTERVAL_MS)
  const renewing = setInterval(() => {
    edge.renewFeeds().catch(tell)
  }, RENEW_INTERVAL_MS)
  return {
    stop: () => {
      schedule.stop()
      liveness.close()
      clearInterval(looking)
      clearInterval(polling)
      clearInterval(finishing)
      clearInterval(renewing)
    },
  }
}

function newLook({ edge, serverLog, onRead }: UpkeepDeps, onChange: () => void): () => void {
  let told: string | null = null
  return () => {
    try {
      if (edge.refresh()) onChange()
      told = null
    } catch (error) {
      const fault = isFault(error) ? error.code : 'bug'
      // Told once, not many times a second.
      if (told !== fault) tellFault(serverLog, error)
      told = fault
    }
    onRead(told)
  }
}

/** Whether files came into the folder of staged ones, or left it, since the last look. */
function newStagingLook({ authority }: UpkeepDeps): () => boolean {
  const markNow = (): number | undefined =>
    statSync(authority.paths.staging, { throwIfNoEntry: false })?.mtimeMs
  let mark = markNow()
  return () => {
    const before = mark
    mark = markNow()
    return mark !== before
  }
}

/** Makes seen what another process has committed, in case that it died before it could. */
function newProjector({ authority, work, serverLog }: UpkeepDeps): () => void {
  const newest = (): number => authority.store.metadata.latest('timestamp')?.version ?? 0
  let projected = newest()
  return () => {
    const version = newest()
    if (version === projected) return
    projected = version
    work.project(false).catch((error: unknown) => tellFault(serverLog, error))
  }
}

async function publishBySchedule(deps: UpkeepDeps, id: string): Promise<void> {
  const { work, edge, serverLog, stopped } = deps
  try {
    const outcome = await work.publish(id)
    stopped.remove(id)
    if (outcome.outcome !== 'unchanged') serverLog.log.info(outcome, 'published')
    if (outcome.isTreeRekeyed) serverLog.log.warn({ list: id }, TREE_REKEYED)
  } catch (error) {
    const list = edge.catalog.byId.get(id)
    if (isFault(error, 'publish/guard') && list !== undefined) {
      stopped.add(list)
      serverLog.log.warn({ list: id, code: error.code }, error.message)
      return
    }
    tellFault(serverLog, error)
  }
}

async function refresh({ work, serverLog }: UpkeepDeps): Promise<void> {
  try {
    const { signed, warnings } = await work.refresh()
    if (signed.length > 0) serverLog.log.info({ roles: signed }, 'signed again')
    for (const warning of warnings) serverLog.log.warn(warning)
  } catch (error) {
    // The old metadata goes on being served; /metrics shows how long it still lives.
    tellFault(serverLog, error)
  }
}
