import { isStale } from './alarm.ts'
import type { AgentConfig } from './config.ts'
import { readLastPull, type LastPull } from './last-pull.ts'
import { readLogStatus, type LogStatus } from './log-status.ts'
import { listFolder, newListState, readListState, type ListError } from './list-state.ts'

/** What an agent has applied, as `agent status --json` prints it. */
export interface AgentStatus {
  readonly source: string
  readonly lastPull: LastPull | null
  /** What the log of the source has shown; null where none was ever seen. */
  readonly log: LogStatus | null
  readonly lists: readonly ListStatus[]
}

export interface ListStatus {
  readonly id: string
  /** Null before the first serial was applied, as the next three. */
  readonly serial: number | null
  readonly state: string | null
  readonly entries: number | null
  /** ISO 8601, as every time here. */
  readonly appliedAt: string | null
  readonly freshUntil: string | null
  readonly isStale: boolean
  readonly lastError: ListError | null
  readonly outputs: readonly OutputStatus[]
}

interface OutputStatus {
  readonly path: string
  readonly format: string
  /** Whether this agent put a file there. */
  readonly isWritten: boolean
  readonly reloadPending: boolean
}

/** Reads what the last pull wrote down; takes no lock and changes nothing. */
export function readStatus(config: AgentConfig, now: Date): AgentStatus {
  return {
    source: config.source,
    lastPull: readLastPull(config.state),
    log: readLogStatus(config.state),
    lists: config.lists.map((list) => {
      const state = readListState(listFolder(config.state, list.id)) ?? newListState(list.id)
      const { applied, outputs } = state
      return {
        id: list.id,
        serial: applied?.serial ?? null,
        state: applied?.state ?? null,
        entries: applied?.entries ?? null,
        appliedAt: applied?.appliedAt ?? null,
        freshUntil: state.freshUntil,
        isStale: isStale(state, now),
        lastError: state.lastError,
        outputs: list.outputs.map(({ path, format }) => ({
          path,
          format,
          isWritten: outputs[path] !== undefined,
          reloadPending: outputs[path]?.reloadPending ?? false,
        })),
      }
    }),
  }
}

/** Whether every list is applied, fresh and without an error. */
export function isHealthy(status: AgentStatus): boolean {
  return status.lists.every((list) => list.serial !== null && !list.isStale && !list.lastError)
}

/** The status for people: a table, and below it what is wrong. */
export function printStatus(status: AgentStatus): string {
  const rows = [
    ['LIST', 'SERIAL', 'ENTRIES', 'APPLIED', 'FRESH UNTIL', 'STATE'],
    ...status.lists.map((list) => [
      list.id,
      String(list.serial ?? '-'),
      String(list.entries ?? '-'),
      list.appliedAt ?? '-',
      list.freshUntil ?? '-',
      verdict(list),
    ]),
  ]
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const errors = status.lists.flatMap(({ id, lastError }) =>
    lastError ? [`${id}: ${lastError.message} (${lastError.code}, since ${lastError.since})`] : [],
  )
  return [...table, ...printLog(status.log), ...errors].join('\n') + '\n'
}

function printLog(log: LogStatus | null): string[] {
  if (log === null) return []
  const witnesses = log.witnesses.join(', ') || 'nobody'
  return [
    `log ${JSON.stringify(log.origin)}: size ${log.size}, witnessed by ${witnesses}, checked ${log.checkedAt}`,
  ]
}

function verdict(list: ListStatus): string {
  if (list.serial === null) return 'nothing applied'
  if (list.isStale) return 'stale'
  if (list.lastError) return 'failing'
  return list.outputs.some((output) => output.reloadPending) ? 'reload pending' : 'fine'
}
