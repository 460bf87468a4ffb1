import { existsSync } from 'node:fs'
import { Fault, isFault } from '../core/fault.ts'
import type { Role } from '../core/person.ts'
import { parseConfigText, readConfigFile } from '../platform/checked-config.ts'
import type { IssuerConfig } from './single-sign-on/issuer-terms.ts'

const SCHEMA = new URL('../../docs/spec/console.schema.json', import.meta.url)

/** How people reach the server and sign in, defaults filled in; the source of the shape is `docs/spec/console.schema.json`. */
export interface ConsoleConfig {
  /** An origin; left out: where the server listens. */
  readonly url?: string
  readonly name: string
  readonly trustedProxies: readonly string[]
  readonly sessionHours: number
  readonly secondFactorRoles: readonly Role[]
  /** Issuers by whose word people may sign in. */
  readonly singleSignOn: readonly IssuerConfig[]
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
  for (const issuer of config.singleSignOn) assertIssuer(issuer)
  assertDistinct(config.singleSignOn)
  return config
}

/** Whether browsers are to send cookies over HTTPS alone: always, but to this very host. */
export function needsHttps(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || !isLoopback(hostname)
}

/** Whether a host of a URL is this very one. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname)
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

/** OpenID Connect Discovery §3: https, without query and fragment. Whoever stands between could sign in as anybody. */
function assertIssuer({ id, issuer, allowHttpOnLoopback }: IssuerConfig): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : null
  const isPlain =
    url !== null &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === ''
  const isOwnHost = url?.protocol === 'http:' && isLoopback(url.hostname) && allowHttpOnLoopback
  if (isPlain && (url.protocol === 'https:' || isOwnHost)) return
  throw new Fault(
    'usage/invalid',
    `singleSignOn: expected as the issuer of ${JSON.stringify(id)} a URL with https and without query, or with allowHttpOnLoopback one of this very host, got ${JSON.stringify(issuer)}`,
  )
}

/** Two of one URL would tell of the same people, and of one id people could not tell them apart. */
function assertDistinct(issuers: readonly IssuerConfig[]): void {
  for (const member of ['id', 'issuer'] as const) {
    const values = issuers.map((issuer) => issuer[member])
    const twice = values.find((value, i) => values.indexOf(value) !== i)
    if (twice === undefined) continue
    throw new Fault(
      'usage/invalid',
      `singleSignOn: expected another ${member} for each issuer, got ${JSON.stringify(twice)} twice`,
    )
  }
}
