import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import { Fault } from '../../core/fault.ts'
import type { IssuerTerms } from './issuer-terms.ts'

/**
 * What went wrong with an issuer, in our words: nothing of what it says is told to the browser. `session/issuer` where it can't be asked or
 * doesn't know us, `session/answer` where it has refused or its answer can't be believed; the cause is for the log.
 */
export function answerFault(terms: IssuerTerms, error: unknown): Fault {
  if (error instanceof Fault && error.code.startsWith('session/')) return error
  if (isOutage(error)) return outage(terms, error)
  const name = JSON.stringify(terms.title)
  const cause = new Error(describe(error))
  const got = error instanceof AuthorizationResponseError ? 'a refusal' : "one that can't be"
  return new Fault(
    'session/answer',
    `expected an answer of ${name} that can be believed, got ${got}: begin again`,
    { cause },
  )
}

/** `session/issuer`, whatever it was: nothing of what who signs in has sent was in it. */
export function outage({ title }: IssuerTerms, error: unknown): Fault {
  return new Fault(
    'session/issuer',
    `expected an answer of ${JSON.stringify(title)}, got none that is of use: sign in by your password, or try again later`,
    { cause: new Error(describe(error)) },
  )
}

/** RFC 6749 §5.2: what we have been set up with is wrong. */
const OWN_ERRORS = ['invalid_client', 'unauthorized_client', 'unsupported_grant_type']

function isOutage(error: unknown): boolean {
  if (error instanceof ResponseBodyError) return OWN_ERRORS.includes(error.error)
  // RFC 6749 §5.2: 401 for who we say that we are.
  if (error instanceof WWWAuthenticateChallengeError) return true
  if (error instanceof Fault) return error.code.startsWith('fetch/')
  if (error instanceof ClientError && OUTAGE_CODES.includes(error.code ?? '')) return true
  return error instanceof Error && error.cause !== undefined && isOutage(error.cause)
}

/** It was too slow, or what it tells of itself is of no use. */
const OUTAGE_CODES = ['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_JSON']

/** One line for the log, with no more than 300 characters of whatever the issuer has said. */
function describe(error: unknown): string {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    const { error: code, error_description: text = '' } = error
    return JSON.stringify(`${code}: ${text}`.slice(0, 300))
  }
  if (!(error instanceof Error)) return 'something else than an error'
  const inner = error.cause instanceof Error ? `: ${describe(error.cause)}` : ''
  return `${error.message.slice(0, 300)}${inner}`
}
