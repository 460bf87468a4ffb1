import { setTimeout } from 'node:timers/promises'
import type { Context, Hono } from 'hono'
import type { ApiDocument } from '../../console/api/describe-api.ts'
import { Attempts } from '../../console/attempts.ts'
import { clientAddress } from '../../console/client-address.ts'
import { HASHES } from '../../console/limits.ts'
import { Challenges } from '../../console/passkeys/challenges.ts'
import { relyingParty } from '../../console/passkeys/relying-party.ts'
import { openConsole, warmUpConsole } from '../../console/open-console.ts'
import { needsHttps, type ConsoleConfig } from '../../console/read-config.ts'
import { openSignIn } from '../../console/sign-in/open-sign-in.ts'
import { Turns } from '../../console/turns.ts'
import { UsedCodes } from '../../console/used-codes.ts'
import { openApiDocument } from '../../distribute/openapi.ts'
import type { Asker } from '../../platform/answer-forwarded.ts'
import { systemClock } from '../../platform/clock.ts'
import type { IssuerTerms } from '../../console/single-sign-on/issuer-terms.ts'
import { openSingleSignOn } from '../../console/single-sign-on/single-sign-on.ts'
import type { Store } from '../../store/open-store.ts'
import { signInName } from '../../store/user-store.ts'
import { readVersion } from '../read-version.ts'
import type { ImportWork } from '../imports/import-work.ts'
import { openDesk } from './open-desk.ts'

export interface ConsoleAppDeps {
  /** The data folder. */
  readonly data: string
  readonly store: Store
  readonly config: ConsoleConfig
  /** Those of the configuration, with their secrets. */
  readonly issuers: readonly IssuerTerms[]
  /** 256 bits of chance in hex, that signs cookies. */
  readonly secret: string
  /** Where people reach the server: an origin. */
  readonly url: string
  /** Whether browsers are to send cookies over HTTPS alone. */
  readonly isSecure: boolean
  readonly onFault: (error: unknown) => void
  /** Left out, imports are planned where they are asked for. */
  readonly importWork?: ImportWork
}

/** What people use of a server, over its store. Each request is to bring its `Asker` as environment. */
export function openConsoleApp(deps: ConsoleAppDeps): Hono {
  const { data, store, config, secret, url, isSecure, onFault, importWork, issuers } = deps
  const waiting = { now: () => performance.now(), pause: (ms: number) => setTimeout(ms) }
  const { users, apiKeys, passkeys, identities } = store
  const origins = ownOrigins(url)
  const desk = openDesk({ data, store, onFault, issuers, ...(importWork && { importWork }) })
  const app = openConsole({
    ...{ users, apiKeys, passkeys, identities, waiting, onFault, isSecure, now: systemClock },
    singleSignOn: openSingleSignOn(issuers, () => Date.now()),
    signIn: openSignIn({
      ...{ database: store.signIn, waiting, secret, accountOf: signInName },
      hashes: new Turns(HASHES),
      isSecure,
      sessionHours: config.sessionHours,
      issuer: config.name,
    }),
    secondFactorRoles: config.secondFactorRoles,
    attempts: new Attempts(() => Date.now()),
    usedCodes: new UsedCodes(() => Date.now()),
    challenges: new Challenges(() => Date.now()),
    relyingParty: relyingParty({ url, name: config.name }, origins),
    origins: () => origins,
    addressOf: (c) => addressOf(c, config.trustedProxies),
    desk,
    publicApi: () => openApiDocument(readVersion()) as ApiDocument,
  })
  void warmUpConsole({ desk, waiting, now: systemClock }, nextTurn)
  return app
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** This host has more than one name for itself. */
function ownOrigins(url: string): string[] {
  if (needsHttps(url)) return [url]
  const { port, protocol } = new URL(url)
  const names = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${protocol}//${name}:${port}`)
  return [url, ...(port === '' ? [] : names)]
}

function addressOf(c: Context, trustedProxies: readonly string[]): string {
  const { address } = c.env as Asker
  return clientAddress(
    { remote: address, forwardedFor: c.req.header('x-forwarded-for') },
    trustedProxies,
  )
}
