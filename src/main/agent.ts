import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { Option, type Command } from 'commander'
import type { AgentConfig } from '../agent/config.ts'
import type { CheckedConfig } from '../agent/read-config.ts'
import type { Disk } from '../agent/disk.ts'
import type { Acceptance } from '../agent/follow-list.ts'
import type { AgentLog } from '../agent/log.ts'
import type { PullOutcome, RunPullDeps } from '../agent/run-pull.ts'
import { Fault, isFault } from '../core/fault.ts'
import { nearest } from '../core/nearest.ts'
import { EXIT } from './run-program.ts'

/** `bailiwick agent …`: the commands of a resolver's host. They reach no database and no signing key. */
export function register(program: Command): void {
  const agent = program
    .command('agent')
    .description('on a resolver: pull lists, verify them, load them')
  registerAgentVerbs(agent)
}

/** The verbs alone, for a program that has no other noun. */
export function registerAgentVerbs(agent: Command): void {
  withConfig(agent.command('pull'))
    .description('pull once: verify, apply, write the outputs, reload')
    .option(
      '--accept-change <list[@serial]>',
      'let through one change past the limits of this list (may be repeated)',
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .addOption(new Option('--json', 'print what was done as JSON'))
    .addHelpText('after', PULL_HELP)
    .action(pullOnce)
  withConfig(agent.command('run'))
    .description('pull by schedule until stopped; logs JSON lines to stderr')
    .addHelpText('after', '\nExample:\n  bailiwick agent run --config /etc/bailiwick/agent.json')
    .action(runDaemon)
  withConfig(agent.command('status'))
    .description('show what is applied; exit code 1 when a list is stale or failing')
    .addOption(new Option('--json', 'print as JSON'))
    .addHelpText('after', '\nExample:\n  bailiwick agent status --config agent.json --json')
    .action(showStatus)
}

const PULL_HELP = `
Examples:
  bailiwick agent pull --config /etc/bailiwick/agent.json
  bailiwick agent pull --config agent.json --accept-change phishing@43

Exit codes: 0 all lists are at their newest serial and loaded, 1 a list failed or is stale (the last good one stays), 2 usage, 3 fault.`

function withConfig(command: Command): Command {
  return command.requiredOption('--config <file>', "the agent's configuration, see docs/agent.md")
}

interface PullOptions {
  readonly config: string
  readonly acceptChange: readonly string[]
  readonly json?: boolean
}

async function pullOnce(options: PullOptions): Promise<void> {
  const checked = await readConfig(options.config)
  const { config } = checked
  const acceptances = parseAcceptances(options.acceptChange, config)
  const stopping = stopOnSignals()
  const { runPull } = await import('../agent/run-pull.ts')
  try {
    const deps = await pullDeps(plainLog(config.logLevel), stopping.signal)
    const outcome = await runPull(deps, config, acceptances)
    await keepConfig(deps.disk, checked)
    report(outcome, options.json === true)
  } finally {
    stopping.release()
  }
}

function report(outcome: PullOutcome, asJson: boolean): void {
  const lists = outcome.lists.map(({ id, state, by, written }) => ({
    id,
    serial: state.applied?.serial ?? null,
    entries: state.applied?.entries ?? null,
    by,
    written,
    lastError: state.lastError,
  }))
  if (asJson) {
    process.stdout.write(JSON.stringify({ lists }, null, 2) + '\n')
  } else {
    for (const list of lists) process.stdout.write(sentence(list))
  }
  if (outcome.lists.some((list) => list.fault)) process.exitCode = EXIT.findings
}

function sentence(list: {
  readonly id: string
  readonly serial: number | null
  readonly entries: number | null
  readonly by: string | null
  readonly written: readonly string[]
}): string {
  const how =
    list.by === 'nothing' ? 'nothing new' : list.by === null ? 'not reached' : `by ${list.by}`
  const files = list.written.length === 0 ? '' : `, wrote ${list.written.join(', ')}`
  return list.serial === null
    ? `${list.id}: nothing applied yet\n`
    : `${list.id}: serial ${list.serial}, ${list.entries ?? 0} entries, ${how}${files}\n`
}

/** `LIST` or `LIST@SERIAL`, each a list of the configuration. */
function parseAcceptances(
  texts: readonly string[],
  config: AgentConfig,
): ReadonlyMap<string, Acceptance> {
  const ids = config.lists.map((list) => list.id)
  return new Map(
    texts.map((text) => {
      const [id = '', serial] = text.split('@')
      if (!ids.includes(id)) {
        const meant = nearest(id, ids) ?? ids.join(', ')
        throw usage(`expected a list of the configuration, got ${JSON.stringify(id)}; try ${meant}`)
      }
      if (serial !== undefined && !/^[1-9]\d{0,9}$/.test(serial)) {
        throw usage(`expected a serial after "@", got ${JSON.stringify(serial)}`)
      }
      return [id, { serial: serial === undefined ? null : Number(serial) }]
    }),
  )
}

function usage(message: string): Fault {
  return new Fault('usage/invalid', message)
}

/** The daemon: the first pull at once, then by schedule, until SIGTERM or SIGINT. */
async function runDaemon(options: { readonly config: string }): Promise<void> {
  const { config } = await readConfig(options.config)
  const cron = await import('node-cron')
  if (!cron.validate(config.schedule)) {
    throw new Fault(
      'agent/config',
      `schedule: expected a cron expression, got ${JSON.stringify(config.schedule)}`,
    )
  }
  const stopping = stopOnSignals()
  const [{ openLog }, { runPull }, { keepPulling }, { jitterOf }] = await Promise.all([
    import('../platform/json-log.ts'),
    import('../agent/run-pull.ts'),
    import('../agent/keep-pulling.ts'),
    import('../agent/pace.ts'),
  ])
  const log = openLog({ level: config.logLevel, destination: 2 })
  const deps = await pullDeps(log, stopping.signal)
  const jitterMs = jitterOf(hostname(), config.source, config.jitterSeconds * 1000)
  const puller = keepPulling({
    pull: () => runPull(deps, config),
    sleep: (ms) => sleep(ms, stopping.signal),
    log,
    now: deps.now,
    jitterMs,
    isStopped: () => stopping.signal.aborted,
  })
  log.info({ source: config.source, schedule: config.schedule, jitterMs }, 'the agent runs')
  await puller.tick({ atOnce: true })
  const task = cron.schedule(config.schedule, () => void puller.tick())
  await stopping.asked
  await task.destroy()
  await puller.idle()
  stopping.release()
  log.info({}, 'the agent has stopped')
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

async function showStatus(options: {
  readonly config: string
  readonly json?: boolean
}): Promise<void> {
  const { config } = await readConfig(options.config)
  const { isHealthy, printStatus, readStatus } = await import('../agent/status.ts')
  const status = readStatus(config, new Date())
  process.stdout.write(
    options.json === true ? JSON.stringify(status, null, 2) + '\n' : printStatus(status),
  )
  if (!isHealthy(status)) process.exitCode = EXIT.findings
}

/** A configuration that is wrong is wrong usage: exit code 2, before anything is touched. */
async function readConfig(path: string): Promise<CheckedConfig> {
  const { readAgentConfig } = await import('../agent/read-config.ts')
  try {
    return await readAgentConfig(path)
  } catch (error) {
    if (!isFault(error, 'agent/config')) throw error
    throw new Fault('usage/invalid', `${path}: ${error.message}`, { cause: error })
  }
}

/** Saves time at the next start, no more: a failure is not worth a word. */
async function keepConfig(disk: Disk, checked: CheckedConfig): Promise<void> {
  const { keepChecked } = await import('../agent/read-config.ts')
  try {
    keepChecked(disk, checked)
  } catch (error) {
    if (!isFault(error, 'agent/disk')) throw error
  }
}

async function pullDeps(log: AgentLog, signal: AbortSignal): Promise<RunPullDeps> {
  const [{ realDisk }, { runCommand }] = await Promise.all([
    import('../agent/disk.ts'),
    import('../agent/run-command.ts'),
  ])
  return {
    disk: realDisk,
    run: runCommand,
    log,
    now: () => new Date(),
    version: readVersion(),
    signal,
  }
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}

interface Stopping {
  readonly signal: AbortSignal
  readonly asked: Promise<void>
  readonly release: () => void
}

/** The first signal asks for an orderly end; after `release` signals do what they always do. */
function stopOnSignals(): Stopping {
  const controller = new AbortController()
  const asked = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const stop = (): void => controller.abort()
  const signals = ['SIGTERM', 'SIGINT'] as const
  for (const signal of signals) process.once(signal, stop)
  return {
    signal: controller.signal,
    asked,
    release: () => {
      for (const signal of signals) process.removeListener(signal, stop)
    },
  }
}

/** One pull by hand tells its faults in sentences; results go to stdout. */
function plainLog(level: AgentConfig['logLevel']): AgentLog {
  const ranks = ['debug', 'info', 'warn', 'error', 'silent']
  const line =
    (rank: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      // What is applied is told on stdout at the end.
      if (ranks.indexOf(rank) < Math.max(ranks.indexOf(level), ranks.indexOf('warn'))) return
      const { list, code } = fields
      const of = typeof list === 'string' ? `${list}: ` : ''
      process.stderr.write(
        `bailiwick: ${of}${message}${typeof code === 'string' ? ` (${code})` : ''}\n`,
      )
    }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}
