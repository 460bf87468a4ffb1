import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { Fault } from '../core/fault.ts'
import { Attempts } from '../console/attempts.ts'
import { clientAddress } from '../console/client-address.ts'
import { isConsolePath } from '../console/console-path.ts'
import { HASHES } from '../console/limits.ts'
import { needsHttps, readConsoleConfig, type ConsoleConfig } from '../console/read-config.ts'
import { Turns } from '../console/turns.ts'
import { UsedCodes } from '../console/used-codes.ts'
import { systemClock } from '../platform/clock.ts'
import type { DataPaths } from '../platform/data-folder.ts'
import { writeDurableFile } from '../platform/durable-file.ts'
import { openApiDocument } from '../distribute/openapi.ts'
import type { ApiDocument } from '../console/api/describe-api.ts'
import { openDesk } from './console/open-desk.ts'
import { readVersion } from './read-version.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { signInName } from '../store/user-store.ts'
import type { ListenAt } from './serve-listen.ts'

export interface ConsoleSideDeps {
  readonly data: string
  readonly paths: DataPaths
  readonly at: ListenAt
  readonly onFault: (error: unknown) => void
}

/** What people use of a server. */
export interface ConsoleSide {
  readonly answers: (path: string) => boolean
  readonly fetch: (request: Request, env: object) => Response | Promise<Response>
  /** Told once, as soon as it is known. */
  readonly listensAt: (url: string) => void
  readonly close: () => void
}

/** Waiting for another's transaction blocks everything that the server does: this long, and the rest between requests. */
const BUSY_TIMEOUT_MS = 5

/**
 * Opens what people use, with a connection to the database of its own. The library for signing in is loaded at once where there are
 * users, and else when it is first needed. Faults: `console/config`, and those of `openStore`.
 */
export async function openConsoleSide(deps: ConsoleSideDeps): Promise<ConsoleSide> {
  const { paths } = deps
  assertPlainEnvironment(process.env)
  const config = readConsoleConfig(paths.console)
  const secret = readSecret(paths.signInKey)
  const store = openStore(paths.database, { busyTimeoutMs: BUSY_TIMEOUT_MS })
  const origin = { url: config.url ?? originOf(deps.at) }
  let opened: Promise<ConsoleSide['fetch']> | null = null
  const open = (): Promise<ConsoleSide['fetch']> =>
    (opened ??= load({ ...deps, config, secret, store, origin }))
  if (!store.users.isEmpty()) await open()
  return {
    answers: isConsolePath,
    fetch: async (request, env) => (await open())(request, env),
    listensAt: (url) => (origin.url = config.url ?? url),
    close: () => store.close(),
  }
}

interface LoadDeps extends ConsoleSideDeps {
  readonly config: ConsoleConfig
  readonly secret: string
  readonly store: Store
  readonly origin: { readonly url: string }
}

async function load(deps: LoadDeps): Promise<ConsoleSide['fetch']> {
  const { config, secret, store, origin, onFault } = deps
  const { openConsole } = await import('../console/open-console.ts')
  const { openSignIn } = await import('../console/sign-in/open-sign-in.ts')
  const waiting = { now: () => performance.now(), pause: (ms: number) => setTimeout(ms) }
  const { users, apiKeys } = store
  const app = openConsole({
    ...{ users, apiKeys, waiting, onFault, now: systemClock },
    signIn: openSignIn({
      ...{ database: store.signIn, waiting, secret, accountOf: signInName },
      hashes: new Turns(HASHES),
      isSecure: needsHttps(origin.url),
      sessionHours: config.sessionHours,
      issuer: config.name,
    }),
    secondFactorRoles: config.secondFactorRoles,
    attempts: new Attempts(() => Date.now()),
    usedCodes: new UsedCodes(() => Date.now()),
    desk: openDesk({ data: deps.data, store }),
    publicApi: () => openApiDocument(readVersion()) as ApiDocument,
    origins: () => ownOrigins(origin.url),
    addressOf: (c) => addressOf(c, config.trustedProxies),
  })
  return (request, env) => app.fetch(request, env)
}

/** Of a socket that was handed to us only that people come to it from elsewhere. */
function originOf(at: ListenAt): string {
  if ('inheritedFd' in at) return 'http://elsewhere.invalid'
  return `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`
}

/** This host has more than one name for itself. */
function ownOrigins(url: string): string[] {
  if (needsHttps(url)) return [url]
  const { port, protocol } = new URL(url)
  const names = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${protocol}//${name}:${port}`)
  return [url, ...(port === '' ? [] : names)]
}

function addressOf(c: Context, trustedProxies: readonly string[]): string {
  const { incoming } = c.env as HttpBindings
  const remote = incoming.socket.remoteAddress ?? ''
  return clientAddress({ remote, forwardedFor: c.req.header('x-forwarded-for') }, trustedProxies)
}

/** 256 bits of chance, in hex; made where there is no file yet. */
function readSecret(path: string): string {
  if (!existsSync(path)) {
    writeDurableFile(path, Buffer.from(`${randomBytes(32).toString('hex')}\n`), { mode: 0o600 })
  }
  const secret = readFileSync(path, 'utf8').trim()
  if (/^[0-9a-f]{64}$/.test(secret)) return secret
  throw new Fault(
    'console/config',
    `expected 64 hex digits in ${JSON.stringify(path)}, got something else: restore it from a backup, or remove it, and all sessions and second factors with it`,
  )
}

/** The library would follow these, and send reports to an address in one of them. */
function assertPlainEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  const found = Object.keys(env).find((name) => name.startsWith('BETTER_AUTH_'))
  if (found === undefined) return
  throw new Fault(
    'console/config',
    `expected no variable BETTER_AUTH_… in the environment, got ${JSON.stringify(found)}: what it would change is not for the environment to say`,
  )
}
