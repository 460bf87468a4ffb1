import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Fault, isFault } from '../core/fault.ts'
import { parseNoteKey, type NoteKey } from '../core/log/note-key.ts'
import type { LogLevel } from '../platform/json-log.ts'
import { openSchema } from '../platform/json-schema.ts'

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
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('usage/invalid', `expected a configuration, got ${why}`, { cause })
  }
  try {
    return parseWitnessConfig(text, dirname(resolve(path)))
  } catch (error) {
    if (!isFault(error, 'usage/invalid')) throw error
    throw new Fault('usage/invalid', `${path}: ${error.message}`, { cause: error })
  }
}

/** The configuration in `text`, its relative paths taken from `folder`. Throws `usage/invalid`. */
export function parseWitnessConfig(text: string, folder: string): WitnessConfig {
  const value = parseJson(text)
  const findings = openSchema(SCHEMA)(value)
  if (findings.length > 0) throw new Fault('usage/invalid', findings.join('; '))
  const { tls, limits, ...config } = value as WrittenConfig
  return {
    ...config,
    ...(tls && { tls: { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) } }),
    keys: resolve(folder, config.keys),
    state: resolve(folder, config.state),
    logs: keysByOrigin(config.logs),
    limits: { ...DEFAULT_LIMITS, ...limits },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('usage/invalid', `expected JSON, got ${why}`, { cause })
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
