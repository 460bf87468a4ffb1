import { resolve } from 'node:path'
import type { LimitsConfig } from '../agent/config.ts'
import { checkSource } from '../agent/parse-config.ts'
import { Fault } from '../core/fault.ts'
import type { LogLevel } from '../platform/json-log.ts'
import { parseConfigText, readConfigFile } from '../platform/checked-config.ts'

const SCHEMA = new URL('../../docs/spec/edge.schema.json', import.meta.url)

/** An edge's configuration, defaults filled in and every path absolute; the source of the shape is `docs/spec/edge.schema.json`. */
export interface EdgeConfig {
  /** Without a slash at its end. */
  readonly source: string
  readonly tokenFile?: string
  readonly insecureToken: boolean
  readonly caFile?: string
  readonly root: string
  /** A policy file of the transparency log, in the place of the source's own. */
  readonly logPolicy?: string
  readonly state: string
  readonly schedule: string
  readonly jitterSeconds: number
  /** Ids; left out: all that the token may see. */
  readonly lists?: readonly string[]
  readonly http: string | null
  readonly dns: readonly string[]
  readonly dnsTls: readonly string[]
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly subscribers?: string
  /** To nobody, to everybody, or to the named. */
  readonly notify: boolean | readonly string[]
  readonly operatorTokenFile?: string
  readonly limits: LimitsConfig
  /** In seconds. */
  readonly timeouts: {
    readonly connect: number
    readonly idle: number
    readonly metadata: number
    readonly list: number
  }
  readonly maxBytes: number
  readonly maxRedirects: number
  readonly keepSerials: number
  readonly maxConnectionsPerAddress: number
  readonly logLevel: LogLevel
}

const DEFAULT_TIMEOUTS = { connect: 10, idle: 15, metadata: 30, list: 900 }
/**
 * An edge is no resolver: whether a change is right was asked at the authority, and is asked again by whoever loads the list. Only
 * what is configured holds here.
 */
const DEFAULT_LIMITS = { minEntries: 0, maxEntries: 10_000_000, maxGrowth: Infinity, maxShrink: 1 }

/** The configuration in the file `path`. Throws `usage/invalid` with all that is wrong. */
export function readEdgeConfig(path: string): EdgeConfig {
  return readConfigFile(path, parseEdgeConfig)
}

/** The configuration in `text`, its relative paths taken from `folder`. Throws `usage/invalid`. */
export function parseEdgeConfig(text: string, folder: string): EdgeConfig {
  const config = fillIn(parseConfigText(text, SCHEMA) as EdgeConfig, folder)
  const findings = checkEdgeConfig(config)
  if (findings.length > 0) throw new Fault('usage/invalid', findings.join('; '))
  return config
}

function fillIn(config: EdgeConfig, folder: string): EdgeConfig {
  const { tokenFile, caFile, logPolicy, subscribers, operatorTokenFile, tls } = config
  return {
    ...config,
    source: config.source.replace(/\/+$/, ''),
    root: resolve(folder, config.root),
    state: resolve(folder, config.state),
    ...(tokenFile !== undefined && { tokenFile: resolve(folder, tokenFile) }),
    ...(caFile !== undefined && { caFile: resolve(folder, caFile) }),
    ...(logPolicy !== undefined && { logPolicy: resolve(folder, logPolicy) }),
    ...(subscribers !== undefined && { subscribers: resolve(folder, subscribers) }),
    ...(operatorTokenFile !== undefined && {
      operatorTokenFile: resolve(folder, operatorTokenFile),
    }),
    ...(tls && { tls: { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) } }),
    limits: { ...DEFAULT_LIMITS, ...(config.limits as Partial<LimitsConfig> | undefined) },
    timeouts: { ...DEFAULT_TIMEOUTS, ...(config.timeouts as Partial<EdgeConfig['timeouts']>) },
  }
}

/** What the schema cannot say. */
function checkEdgeConfig(config: EdgeConfig): string[] {
  const { http, dns, dnsTls, tls, notify, subscribers } = config
  const sockets = [...(http === null ? [] : [http]), ...dns, ...dnsTls]
  return [
    ...checkSource(config),
    ...(sockets.length === 0
      ? ['expected http, dns or dnsTls to listen on, got none of them']
      : []),
    ...(dnsTls.length > 0 && tls === undefined
      ? ['dnsTls: expected tls with a certificate and its key beside it, got none']
      : []),
    ...(Array.isArray(notify) && subscribers === undefined
      ? ['notify: expected a file of subscribers for the names, got none']
      : []),
  ]
}
