import { Fault } from '../core/fault.ts'
import { TIMESTAMP_PATH } from '../core/layout.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { checkPublished, type AuditReport } from './check-published.ts'
import { printFinding, type FindingCode } from './finding.ts'
import { defaultLimits } from './limit-published.ts'
import { MAX_ALARMS } from './limits.ts'
import type { MonitorConfig } from './monitor-config.ts'
import type { MonitorMemory, MonitorState } from './monitor-state.ts'
import type { Published } from './published.ts'
import type { AlarmRunner } from './run-alarm.ts'

export interface MonitorDeps {
  readonly source: Published
  readonly state: MonitorState
  readonly run: AlarmRunner
  readonly now: () => Date
  readonly policy: LogPolicy | null
  readonly root: Uint8Array | null
  readonly log: MonitorLog
}

export interface MonitorLog {
  readonly error: (fields: Readonly<Record<string, unknown>>, message: string) => void
}

/** Something that a person should know. */
export interface Alarm {
  readonly code: FindingCode | 'monitor/stall'
  readonly path: string
  readonly message: string
  /** Files that show it; empty where there are none. */
  readonly evidence: readonly string[]
}

export interface Look {
  readonly report: AuditReport
  /** All that is wrong now, also what was told before. */
  readonly alarms: readonly Alarm[]
  /** How many of them were told in this look. */
  readonly told: number
}

/** An alarm that lasts is told again after this. */
export const ALARM_AGAIN_MS = 24 * 3_600_000

/**
 * Looks at a source once: a whole audit that must go on from the largest checkpoint seen so far. Keeps the checkpoint, whatever it is,
 * as long as it is signed: two of them are the evidence of a fork. Tells what is new to the operator's command.
 */
export async function lookOnce(deps: MonitorDeps, config: MonitorConfig): Promise<Look> {
  const { source, state, now } = deps
  const memory = state.read(config.source)
  const earlier = state.largest()
  const report = await checkPublished(source, {
    ...{ at: now(), policy: deps.policy, root: deps.root },
    checkpoint: earlier?.bytes ?? null,
    limits: defaultLimits(now),
  })
  const kept = report.log === null ? null : state.keep(report.log.note)
  const timestamp = nextTimestamp(memory, report, now())
  const evidence = [earlier?.path, kept].filter((path) => typeof path === 'string')
  const alarms = [
    ...report.findings.slice(0, MAX_ALARMS).map((finding): Alarm => ({
      ...{ code: finding.code, path: finding.path, message: printFinding(finding) },
      evidence: finding.code.startsWith('checkpoint/') ? evidence : [],
    })),
    ...stallOf(timestamp, config, now()),
  ]
  const told = await tellNew(deps, config, memory, alarms)
  state.write({ source: config.source, timestamp, told })
  const fresh = Object.values(told).filter((at) => at === now().toISOString()).length
  return { report, alarms, told: fresh }
}

/** The timestamp that is seen now, and since when it is this one. */
function nextTimestamp(
  { timestamp }: MonitorMemory,
  report: AuditReport,
  at: Date,
): MonitorMemory['timestamp'] {
  if (report.timestamp === null || report.timestamp.version === timestamp?.version) return timestamp
  return { version: report.timestamp.version, since: at.toISOString() }
}

function stallOf(
  timestamp: MonitorMemory['timestamp'],
  { staleAfterSeconds }: MonitorConfig,
  at: Date,
): readonly Alarm[] {
  const seconds = timestamp === null ? 0 : (at.getTime() - Date.parse(timestamp.since)) / 1000
  if (timestamp === null || seconds <= staleAfterSeconds) return []
  const message = `expected a newer timestamp within ${staleAfterSeconds} s, got version ${timestamp.version} since ${timestamp.since}`
  return [{ code: 'monitor/stall', path: TIMESTAMP_PATH, message, evidence: [] }]
}

/** Runs the command for what is new or was told a day ago; gives when each alarm was told. What could not be told is new again. */
async function tellNew(
  { run, log, now }: MonitorDeps,
  config: MonitorConfig,
  { told: before }: MonitorMemory,
  alarms: readonly Alarm[],
): Promise<Record<string, string>> {
  const told: Record<string, string> = {}
  for (const alarm of alarms) {
    const key = `${alarm.code} ${alarm.path}`
    const last = before[key]
    if (told[key] !== undefined) continue
    if (last !== undefined && now().getTime() - Date.parse(last) < ALARM_AGAIN_MS) {
      told[key] = last
      continue
    }
    log.error({ code: alarm.code, path: alarm.path, evidence: alarm.evidence }, alarm.message)
    try {
      if (config.onAlarm) await run(fill(config.onAlarm, alarm), config.commandSeconds * 1000)
      told[key] = now().toISOString()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.error({ code: error.code }, `onAlarm failed: ${error.message}`)
    }
  }
  return told
}

function fill(command: readonly string[], { code, path, message, evidence }: Alarm): string[] {
  const values: Readonly<Record<string, string>> = {
    ...{ code, path, message },
    evidence: evidence.join(' '),
  }
  return command.map((part) =>
    part.replace(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole),
  )
}
