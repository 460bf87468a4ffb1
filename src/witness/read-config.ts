import { resolve } from 'node:path'
import { Fault, isFault } from '../core/fault.ts'
import { parseNoteKey, type NoteKey } from '../core/log/note-key.ts'
import type { LogLevel } from '../platform/json-log.ts'
import { parseConfigText, readConfigFile } from '../platform/checked-config.ts'

const SCHEMA = new URL('../../docs/spec/witness.schema.json', import.meta.url)

/** A witness's configuration, defaults filled in and every path absolute; the source of the shape is `docs/spec/witness.schema.json`. */
export interface WitnessConfig {
  /** `ADDR:PORT`. */
  readonly listen: string
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly keys: string
  readonly state: string
  /** By origin, in the order of the file. */
  readonly logs: ReadonlyMap<string, readonly NoteKey[]>
  readonly limits: WitnessLimits
  readonly logLevel: LogLevel
}

export interface WitnessLimits {
  readonly maxBodyBytes: number
  readonly requestsPerMinute: number
  readonly maxConnectionsPerAddress: number
}

const DEFAULT_LIMITS: WitnessLimits = {
  maxBodyBytes: 131_072,
  requestsPerMinute: 120,
  maxConnectionsPerAddress: 16,
}

interface WrittenConfig extends Omit<WitnessConfig, 'logs' | 'limits'> {
  readonly logs: readonly string[]
  readonly limits?: Partial<WitnessLimits>
}

/** The configuration in the file `path`. Throws `usage/invalid` with all that is wrong. */
export function readWitnessConfig(path: string): WitnessConfig {
  return readConfigFile(path, parseWitnessConfig)
}

/** The configuration in `text`, its relative paths taken from `folder`. Throws `usage/invalid`. */
export function parseWitnessConfig(text: string, folder: string): WitnessConfig {
  const { tls, limits, ...config } = parseConfigText(text, SCHEMA) as WrittenConfig
  return {
    ...config,
    ...(tls && { tls: { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) } }),
    keys: resolve(folder, config.keys),
    state: resolve(folder, config.state),
    logs: keysByOrigin(config.logs),
    limits: { ...DEFAULT_LIMITS, ...limits },
  }
}

function keysByOrigin(vkeys: readonly string[]): ReadonlyMap<string, readonly NoteKey[]> {
  const logs = new Map<string, readonly NoteKey[]>()
  vkeys.forEach((vkey, i) => {
    const key = parseLogKey(vkey, `logs[${i}]`)
    logs.set(key.name, [...(logs.get(key.name) ?? []), key])
  })
  return logs
}

function parseLogKey(vkey: string, where: string): NoteKey {
  try {
    const key = parseNoteKey(vkey)
    if (key.type === 'ed25519') return key
  } catch (cause) {
    if (!isFault(cause, 'log/key')) throw cause
    throw new Fault('usage/invalid', `${where}: ${cause.message}`, { cause })
  }
  throw new Fault('usage/invalid', `${where}: expected the key of a log, got that of a witness`)
}
