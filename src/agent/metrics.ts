import { isStale } from './alarm.ts'
import type { LastPull } from './last-pull.ts'
import type { LogStatus } from './log-status.ts'
import type { ListState } from './list-state.ts'

interface Gauge {
  readonly name: string
  readonly help: string
  readonly value: (state: ListState) => number | null
}

/** The agent's figures in the Prometheus text format (version 0.0.4), for the node exporter's textfile collector. */
export function printMetrics(
  states: readonly ListState[],
  log: LogStatus | null,
  last: LastPull,
  now: Date,
): string {
  const gauges: readonly Gauge[] = [
    {
      name: 'serial',
      help: 'Serial that is applied.',
      value: ({ applied }) => applied?.serial ?? 0,
    },
    {
      name: 'entries',
      help: 'Entries of the applied serial.',
      value: ({ applied }) => applied?.entries ?? 0,
    },
    {
      name: 'applied_timestamp_seconds',
      help: 'When the serial was applied.',
      value: ({ applied }) => (applied ? seconds(applied.appliedAt) : null),
    },
    {
      name: 'fresh_until_timestamp_seconds',
      help: 'Until when the source has vouched that nothing is newer.',
      value: ({ freshUntil }) => (freshUntil === null ? null : seconds(freshUntil)),
    },
    {
      name: 'stale',
      help: '1 when that time has run out.',
      value: (state) => (isStale(state, now) ? 1 : 0),
    },
    {
      name: 'failing',
      help: '1 when the last pull of this list, or the loading of its files, failed.',
      value: ({ lastError }) => (lastError ? 1 : 0),
    },
    {
      name: 'reloads_pending',
      help: 'Files in place whose readers could not be told yet.',
      value: ({ outputs }) => Object.values(outputs).filter((one) => one.reloadPending).length,
    },
  ]
  return (
    gauges.map((gauge) => printGauge(gauge, states)).join('') +
    (log === null ? '' : printLog(log)) +
    printValue(
      'last_pull_timestamp_seconds',
      'When the last pull began.',
      seconds(last.startedAt),
    ) +
    printValue('last_pull_duration_seconds', 'How long it took.', last.tookMs / 1000) +
    printValue(
      'source_down',
      '1 when the source could not be read or trusted.',
      last.isSourceDown ? 1 : 0,
    )
  )
}

function printLog({ size, witnesses, checkedAt }: LogStatus): string {
  return (
    printValue('log_size', 'Leaves of the largest tree that the log has shown.', size) +
    printValue('log_witnesses', 'Witnesses that have cosigned it.', witnesses.length) +
    printValue('log_checked_timestamp_seconds', 'When it was verified.', seconds(checkedAt))
  )
}

const PREFIX = 'bailiwick_agent_'

function printGauge({ name, help, value }: Gauge, states: readonly ListState[]): string {
  const lines = states.flatMap((state) => {
    const number = value(state)
    // A list's id is [a-z0-9-], so nothing in the label needs escaping.
    return number === null ? [] : [`${PREFIX}${name}{list="${state.list}"} ${number}\n`]
  })
  return head(name, help) + lines.join('')
}

function printValue(name: string, help: string, value: number): string {
  return `${head(name, help)}${PREFIX}${name} ${value}\n`
}

function head(name: string, help: string): string {
  return `# HELP ${PREFIX}${name} ${help}\n# TYPE ${PREFIX}${name} gauge\n`
}

function seconds(iso: string): number {
  return Date.parse(iso) / 1000
}
