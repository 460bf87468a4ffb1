import { dirname, resolve } from 'node:path'
import { Fault } from '../core/fault.ts'
import { openSchema } from '../platform/json-schema.ts'

/** A monitor's configuration, defaults filled in and paths absolute. The source of the shape is `docs/spec/monitor.schema.json`. */
export interface MonitorConfig {
  readonly source: string
  readonly tokenFile?: string
  readonly root?: string
  readonly policy?: string
  readonly state: string
  readonly schedule: string
  readonly staleAfterSeconds: number
  readonly onAlarm?: readonly string[]
  readonly commandSeconds: number
}

const SCHEMA = new URL('../../docs/spec/monitor.schema.json', import.meta.url)
const PATHS = ['tokenFile', 'root', 'policy', 'state'] as const

/** The configuration in `text`, a file at `path`. Throws `usage/invalid`. */
export function parseMonitorConfig(text: string, path: string): MonitorConfig {
  const value = parseJson(text, path)
  const [complaint] = openSchema(SCHEMA)(value)
  if (complaint !== undefined) throw new Fault('usage/invalid', `${path}: ${complaint}`)
  const config = value as Record<string, unknown>
  for (const name of PATHS) {
    const given = config[name]
    if (typeof given === 'string') config[name] = resolve(dirname(path), given)
  }
  return config as unknown as MonitorConfig
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault('usage/invalid', `${path}: expected JSON, got another text`, { cause })
  }
}
