import { resolve } from 'node:path'
import { lookOnce, type Look, type MonitorDeps } from '../audit/monitor.ts'
import { parseMonitorConfig, type MonitorConfig } from '../audit/monitor-config.ts'
import { MonitorState } from '../audit/monitor-state.ts'
import { runAlarm } from '../audit/run-alarm.ts'
import { Fault } from '../core/fault.ts'
import { openLog } from '../platform/json-log.ts'
import { openAuditSource, readOwnFile } from './audit-source.ts'
import { readPolicy } from './audit-verify.ts'
import { EXIT } from './run-program.ts'

export interface MonitorFlags {
  readonly config: string
  readonly once?: boolean
}

/** `audit monitor`: looks by schedule until it is stopped, or once. */
export async function monitorSource({ config: path, once }: MonitorFlags): Promise<void> {
  const config = parseMonitorConfig(readOwnFile(path).toString(), resolve(path))
  const log = openLog({ level: 'info', destination: 2 })
  const deps = {
    ...{ state: new MonitorState(config.state), run: runAlarm, log, now: () => new Date() },
    policy: config.policy === undefined ? null : readPolicy(config.policy),
    root: config.root === undefined ? null : readOwnFile(config.root),
  }
  if (once === true) {
    const look = await lookAt(deps, config)
    process.stdout.write(tell(look))
    if (look.alarms.length > 0) process.exitCode = EXIT.findings
    return
  }
  await keepLooking(config, async () => {
    const { report, alarms, told } = await lookAt(deps, config)
    log.info({ size: report.log?.size ?? null, alarms: alarms.length, told }, 'looked')
  })
}

/** Looks at once and then by schedule, never twice at a time. A fault of one look is told and doesn't end the watch. */
async function keepLooking(config: MonitorConfig, look: () => Promise<void>): Promise<void> {
  const cron = await import('node-cron')
  if (!cron.validate(config.schedule)) {
    throw new Fault(
      'usage/invalid',
      `schedule: expected a cron expression, got ${JSON.stringify(config.schedule)}`,
    )
  }
  const log = openLog({ level: 'info', destination: 2 })
  const work: { running: Promise<void> | null } = { running: null }
  const tick = (): void => {
    work.running ??= look()
      .catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error
        log.error({ code: error.code }, error.message)
      })
      .finally(() => (work.running = null))
  }
  tick()
  const task = cron.schedule(config.schedule, tick)
  await new Promise<void>((stop) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop())
  })
  await task.destroy()
  await work.running
}

async function lookAt(deps: Omit<MonitorDeps, 'source'>, config: MonitorConfig): Promise<Look> {
  const { source: url, tokenFile } = config
  const source = await openAuditSource(url, tokenFile === undefined ? {} : { tokenFile })
  try {
    return await lookOnce({ ...deps, source }, config)
  } finally {
    await source.close()
  }
}

function tell({ report, alarms }: Look): string {
  const size = report.log === null ? 'no log that can be believed' : `${report.log.size} leaves`
  const lines = [size, ...alarms.map(({ message }) => message)]
  return lines.map((line) => `${line}\n`).join('')
}
