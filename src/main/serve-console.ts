import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import { isConsolePath } from '../console/console-path.ts'
import {
  ANSWER_IDLE_MS,
  BODY_PACE,
  CLOSE_PATIENCE_MS,
  MAX_REQUESTS_WAITING,
  MAX_UPLOAD_BYTES,
} from '../console/limits.ts'
import type { IssuerTerms } from '../console/single-sign-on/issuer-terms.ts'
import { readIssuers } from '../console/single-sign-on/read-issuers.ts'
import { needsHttps, readConsoleConfig, type ConsoleConfig } from '../console/read-config.ts'
import type { PeopleSide } from '../distribute/request-listener.ts'
import { dataPaths } from '../platform/data-folder.ts'
import { writeDurableFile } from '../platform/durable-file.ts'
import { AnsweringThread } from './answering-thread.ts'
import type { ListenAt } from './serve-listen.ts'

export interface ConsoleSideDeps {
  readonly data: string
  readonly at: ListenAt
  /** Whether anybody could sign in. */
  readonly hasUsers: () => boolean
  readonly onFault: (error: unknown) => void
}

/** What people use of a server. */
export interface ConsoleSide extends PeopleSide {
  /** Told once, before the first request. */
  readonly listensAt: (url: string) => void
  readonly close: () => Promise<void>
}

/** What `console-thread.ts` is told. */
export interface ConsoleThreadData {
  readonly data: string
  readonly config: ConsoleConfig
  readonly issuers: readonly IssuerTerms[]
  readonly secret: string
  /** Where people reach the server. */
  readonly url: string
  readonly isSecure: boolean
}

/**
 * Opens what people use: a thread, to which their requests are passed. Hashing a password or deciding ten thousand lines never holds up who
 * serves. The thread is started at once where there are users, and else by the first request. Faults: `console/config`.
 */
export function openConsoleSide({ data, at, hasUsers, onFault }: ConsoleSideDeps): ConsoleSide {
  assertPlainEnvironment(process.env)
  const paths = dataPaths(data)
  const config = readConsoleConfig(paths.console)
  const issuers = readIssuers(config.singleSignOn, { folder: data, env: process.env })
  const secret = readSecret(paths.signInKey)
  let url = config.url ?? ''
  const thread = new AnsweringThread({
    url: new URL('./console-thread.js', import.meta.url),
    workerData: (): ConsoleThreadData => ({
      ...{ data, config, issuers, secret, url },
      // A socket was handed to us so that people come to it from elsewhere.
      isSecure: needsHttps(url) || (config.url === undefined && 'inheritedFd' in at),
    }),
    limits: {
      maxWaiting: MAX_REQUESTS_WAITING,
      idleMs: ANSWER_IDLE_MS,
      maxBodyBytes: MAX_UPLOAD_BYTES,
      pace: BODY_PACE,
    },
    onFault,
    nowMs: () => performance.now(),
  })
  return {
    answers: isConsolePath,
    forward: (request, response) => thread.forward(request, response),
    listensAt: (listening) => {
      url = config.url ?? listening
      if (hasUsers()) thread.start()
    },
    close: () => thread.close(CLOSE_PATIENCE_MS),
  }
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
