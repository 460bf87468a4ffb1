import { readFileSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import { openFetch, type BoundedFetch } from '../platform/bounded-fetch.ts'
import type { AgentConfig } from './config.ts'

export interface SourceFetchDeps {
  readonly userAgent: string
  readonly now: () => Date
  readonly signal?: AbortSignal
}

/** What a configuration says about how the source is asked. */
export type SourceConfig = Pick<AgentConfig, 'source' | 'tokenFile' | 'caFile' | 'maxRedirects'> & {
  /** In seconds. */
  readonly timeouts: { readonly connect: number; readonly idle: number }
}

/** Downloads from the source alone, with the token as it is in its file now. Throws `agent/config`. */
export function openSourceFetch(deps: SourceFetchDeps, config: SourceConfig): BoundedFetch {
  const { tokenFile, caFile, timeouts } = config
  return openFetch({
    origin: new URL(config.source).origin,
    token: tokenFile === undefined ? undefined : readToken(tokenFile),
    ca: caFile === undefined ? undefined : readText(caFile, 'certificates'),
    userAgent: deps.userAgent,
    connectTimeoutMs: timeouts.connect * 1000,
    idleTimeoutMs: timeouts.idle * 1000,
    maxRedirects: config.maxRedirects,
    signal: deps.signal,
    now: deps.now,
  })
}

function readToken(path: string): string {
  const token = readText(path, 'a token').trim()
  if (/^[\x21-\x7e]{1,1024}$/.test(token)) return token
  throw new Fault('agent/config', `expected one token in ${JSON.stringify(path)}, got other text`)
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('agent/config', `expected ${what} in ${JSON.stringify(path)}, got ${why}`, {
      cause,
    })
  }
}
