import { existsSync } from 'node:fs'
import { Fault, isFault } from '../core/fault.ts'
import type { Role } from '../core/person.ts'
import { parseConfigText, readConfigFile } from '../platform/checked-config.ts'

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
  try {
    return existsSync(path) ? readConfigFile(path, parseConsoleConfig) : parseConsoleConfig('{}')
  } catch (error) {
    if (!isFault(error, 'usage/invalid')) throw error
    // Nobody named this file on a command line.
    throw new Fault('console/config', error.message, { cause: error })
  }
}

function parseConsoleConfig(text: string): ConsoleConfig {
  const config = parseConfigText(text, SCHEMA) as ConsoleConfig
  if (config.url !== undefined) assertOrigin(config.url)
  return config
}

/** Whether browsers are to send cookies over HTTPS alone: always, but to this very host. */
export function needsHttps(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || !LOOPBACK.test(hostname)
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** With plain HTTP everybody on the way could read passwords; and what is no origin would never be a browser's. */
function assertOrigin(url: string): void {
  const isOrigin = URL.canParse(url) && new URL(url).origin === url
  if (!isOrigin) {
    throw new Fault(
      'usage/invalid',
      `url: expected an origin as https://lists.cert.example, got ${JSON.stringify(url)}`,
    )
  }
  if (needsHttps(url) && new URL(url).protocol !== 'https:') {
    throw new Fault(
      'usage/invalid',
      `url: expected https for other hosts than this one, got ${JSON.stringify(url)}`,
    )
  }
}
