import { Fault } from '../core/fault.ts'
import type { AgentConfig } from './config.ts'
import type { ListWork } from './list-work.ts'
import type { ListState } from './list-state.ts'
import type { PullDeps } from './pull-deps.ts'
import { fillCommand } from './run-command.ts'

/** As long as nothing changes, the operator is called once in this time. */
export const ALARM_AGAIN_MS = 24 * 3600 * 1000

/** Whether the source's word that nothing is newer has run out. Says nothing against the list: it goes on blocking. */
export function isStale(state: ListState, now: Date): boolean {
  return state.freshUntil === null || now.toISOString() >= state.freshUntil
}

/** Runs the operator's command when a list begins to fail or to be stale, fails in another way, and once a day while it lasts. */
export async function raiseAlarm(
  deps: PullDeps,
  config: AgentConfig,
  work: ListWork,
): Promise<void> {
  const { lastError, alarm, applied } = work.state
  const now = deps.now()
  if (!lastError) {
    work.update({ alarm: null })
    return
  }
  const { freshUntil } = work.state
  const stale = freshUntil !== null && isStale(work.state, now)
  if (stale) {
    deps.log.error(
      { list: work.list.id, freshUntil },
      `stale since ${freshUntil}, goes on blocking`,
    )
  }
  const code = stale ? `stale ${lastError.code}` : lastError.code
  const isNews = alarm?.code !== code || now.getTime() - Date.parse(alarm.at) >= ALARM_AGAIN_MS
  if (!isNews || !config.onFailure) return
  const command = fillCommand(config.onFailure, {
    list: work.list.id,
    code: lastError.code,
    message: stale ? `the list is stale: ${lastError.message}` : lastError.message,
    serial: String(applied?.serial ?? 'none'),
  })
  try {
    await deps.run(command, config.timeouts.command * 1000)
    work.update({ alarm: { code, at: now.toISOString() } })
  } catch (error) {
    // Not written down as told, so the next pull tries again.
    if (!(error instanceof Fault)) throw error
    deps.log.error({ list: work.list.id, code: error.code }, `onFailure failed: ${error.message}`)
  }
}
