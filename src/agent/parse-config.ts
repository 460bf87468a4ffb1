import { resolve } from 'node:path'
import { Fault } from '../core/fault.ts'
import { openSchema } from '../platform/json-schema.ts'
import { CONFIG_SCHEMA, type AgentConfig, type LimitsConfig } from './config.ts'

const DEFAULT_TIMEOUTS = { connect: 10, idle: 15, metadata: 30, list: 900, command: 120 }
const DEFAULT_LIMITS = { minEntries: 1, maxEntries: 10_000_000 }

/** The configuration in `text`, its relative paths taken from `folder`. Throws `agent/config` with all that is wrong. */
export function parseAgentConfig(text: string, folder: string): AgentConfig {
  const value = parseJson(text)
  assertFine(openSchema(CONFIG_SCHEMA)(value))
  const config = resolvePaths(value as AgentConfig, folder)
  assertFine(checkAgentConfig(config))
  return config
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('agent/config', `expected JSON, got ${why}`, { cause })
  }
}

function assertFine(findings: readonly string[]): void {
  if (findings.length > 0) throw new Fault('agent/config', findings.join('; '))
}

function resolvePaths(config: AgentConfig, folder: string): AgentConfig {
  const { tokenFile, caFile, logPolicy, metricsFile } = config
  return {
    ...config,
    source: config.source.replace(/\/+$/, ''),
    root: resolve(folder, config.root),
    state: resolve(folder, config.state),
    ...(tokenFile !== undefined && { tokenFile: resolve(folder, tokenFile) }),
    ...(caFile !== undefined && { caFile: resolve(folder, caFile) }),
    ...(logPolicy !== undefined && { logPolicy: resolve(folder, logPolicy) }),
    ...(metricsFile !== undefined && { metricsFile: resolve(folder, metricsFile) }),
    timeouts: { ...DEFAULT_TIMEOUTS, ...(config.timeouts as Partial<AgentConfig['timeouts']>) },
    lists: config.lists.map((list) => ({
      ...list,
      limits: { ...DEFAULT_LIMITS, ...(list.limits as Partial<LimitsConfig>) },
      outputs: list.outputs.map((output) => ({ ...output, path: resolve(folder, output.path) })),
    })),
  }
}

/** What the schema cannot say: names used twice, a token in clear text, a check that checks nothing. */
function checkAgentConfig(config: AgentConfig): string[] {
  const ids = config.lists.map((list) => list.id)
  const outputs = config.lists.flatMap((list) => list.outputs)
  return [
    ...repeated(ids).map((id) => `lists: expected each id once, got ${JSON.stringify(id)} twice`),
    ...repeated(outputs.map((output) => output.path)).map(
      (path) => `outputs: expected each path once, got ${JSON.stringify(path)} twice`,
    ),
    ...outputs
      .filter(({ check }) => check && !check.some((part) => part.includes('{file}')))
      .map(
        ({ path }) =>
          `check of ${JSON.stringify(path)}: expected {file} among its arguments, got none`,
      ),
    ...outputs
      .filter(({ format, zone }) => zone !== undefined && format !== 'rpz')
      .map(({ path }) => `zone of ${JSON.stringify(path)}: only the format "rpz" has a zone`),
    ...checkSource(config),
  ]
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, i) => values.indexOf(value) !== i))]
}

/** What is wrong with where a token would be sent. */
export function checkSource({
  source,
  tokenFile,
  insecureToken,
}: Pick<AgentConfig, 'source' | 'tokenFile' | 'insecureToken'>): string[] {
  if (!URL.canParse(source)) return [`source: expected a URL, got ${JSON.stringify(source)}`]
  const { protocol, hostname } = new URL(source)
  const isLocal = /^(localhost|127\.[0-9.]+|\[::1\])$/.test(hostname)
  if (tokenFile === undefined || protocol === 'https:' || isLocal || insecureToken) return []
  return [
    'source: expected https, for the token would travel in clear text ("insecureToken": true allows it)',
  ]
}
