import { existsSync, readFileSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import type { Role } from '../core/person.ts'
import { openSchema } from '../platform/json-schema.ts'

const SCHEMA = new URL('../../docs/spec/console.schema.json', import.meta.url)

/** How people reach the server and sign in, defaults filled in; the source of the shape is `docs/spec/console.schema.json`. */
export interface ConsoleConfig {
  /** An origin; left out: where the server listens. */
  readonly url?: string
  readonly name: string
  readonly trustedProxies: readonly string[]
  readonly sessionHours: number
  readonly secondFactorRoles: readonly Role[]
}

/** The configuration in the file `path`, or the defaults where there is none. Throws `console/config` with all that is wrong. */
export function readConsoleConfig(path: string): ConsoleConfig {
  const value = existsSync(path) ? parse(path) : {}
  const findings = openSchema(SCHEMA)(value)
  if (findings.length > 0) throw wrong(path, findings.join('; '))
  const config = value as ConsoleConfig
  if (config.url !== undefined) assertOrigin(path, config.url)
  return config
}

/** Whether browsers are to send cookies over HTTPS alone: always, but to this very host. */
export function needsHttps(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || !LOOPBACK.test(hostname)
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown
  } catch (error) {
    throw wrong(path, error instanceof Error ? error.message : String(error), error)
  }
}

/** With plain HTTP everybody on the way could read passwords; and what is no origin would never be a browser's. */
function assertOrigin(path: string, url: string): void {
  const isOrigin = URL.canParse(url) && new URL(url).origin === url
  if (!isOrigin)
    throw wrong(
      path,
      `url: expected an origin as https://lists.cert.example, got ${JSON.stringify(url)}`,
    )
  if (new URL(url).protocol === 'https:' || !needsHttps(url)) return
  throw wrong(path, `url: expected https for other hosts than this one, got ${JSON.stringify(url)}`)
}

function wrong(path: string, what: string, cause?: unknown): Fault {
  return new Fault('console/config', `in ${JSON.stringify(path)}: ${what}`, { cause })
}
