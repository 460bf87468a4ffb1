import { mkdirSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import type { AgentConfig } from './config.ts'
import { replaceFile, type Disk } from './disk.ts'
import type { Acceptance } from './follow-list.ts'
import { lastPullPath, type LastPull } from './last-pull.ts'
import { takeLock } from './lock.ts'
import { readLogStatus } from './log-status.ts'
import type { AgentLog } from './log.ts'
import { printMetrics } from './metrics.ts'
import { pull, type PullReport } from './pull.ts'
import type { CommandRunner } from './run-command.ts'
import { openSourceFetch } from './source-fetch.ts'

export interface RunPullDeps {
  readonly disk: Disk
  readonly run: CommandRunner
  readonly log: AgentLog
  readonly now: () => Date
  /** Of this program. */
  readonly version: string
  /** Ends the downloads under way; what is being put in place is finished. */
  readonly signal?: AbortSignal
}

/** A pull, and when the source asked us to come again. */
export interface PullOutcome extends PullReport {
  readonly retryAt: Date | null
}

/**
 * One pull from beginning to end: takes the state folder's lock, reads the token anew (it may have been rotated), pulls, writes
 * the metrics file. Throws `agent/locked`, `agent/config`, `fetch/stopped`.
 */
export async function runPull(
  deps: RunPullDeps,
  config: AgentConfig,
  acceptances?: ReadonlyMap<string, Acceptance>,
): Promise<PullOutcome> {
  makeStateFolder(config.state)
  const lock = takeLock(config.state)
  const userAgent = `bailiwick-agent/${deps.version}`
  const fetch = openSourceFetch({ ...deps, userAgent }, config)
  const startedAt = deps.now()
  try {
    const report = await pull({ ...deps, fetch }, config, acceptances)
    const last: LastPull = {
      startedAt: startedAt.toISOString(),
      tookMs: deps.now().getTime() - startedAt.getTime(),
      isSourceDown: report.sourceFault !== null,
    }
    writeNotes(deps, config, report, last)
    return { ...report, retryAt: fetch.retryAt() }
  } finally {
    lock.release()
    await fetch.close()
  }
}

function makeStateFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault(
      'agent/disk',
      `expected a state folder at ${JSON.stringify(path)}, got ${why}`,
      {
        cause,
      },
    )
  }
}

/** For people and monitoring only: a failure to write them is told, and changes nothing. */
function writeNotes(
  deps: RunPullDeps,
  config: AgentConfig,
  report: PullReport,
  last: LastPull,
): void {
  try {
    const note = Buffer.from(JSON.stringify(last) + '\n')
    replaceFile(deps.disk, lastPullPath(config.state), note, 0o644)
    if (config.metricsFile === undefined) return
    const states = report.lists.map((list) => list.state)
    const metrics = Buffer.from(printMetrics(states, readLogStatus(config.state), last, deps.now()))
    replaceFile(deps.disk, config.metricsFile, metrics, 0o644)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    deps.log.error({ code: error.code }, error.message)
  }
}
