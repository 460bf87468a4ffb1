import { STATUS_CODES } from 'node:http'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Fault, type FaultCode, type FaultPlace } from '../core/fault.ts'

/**
 * What each fault is over HTTP. The type asks for every code there is, so that a new one doesn't compile until
 * it has an answer here. 500 stands for what no request can cause: only its code is told outside.
 */
const STATUS = {
  'name/invalid': 400,
  'url/invalid': 400,
  'ip/invalid': 400,
  'entry/invalid': 400,
  'entry/not-found': 404,
  'entry/already-listed': 409,
  'list/invalid': 400,
  'list/not-found': 404,
  'list/fixed': 409,
  'zone/digest': 500,
  'zone/invalid': 400,
  'snapshot/invalid': 500,
  'snapshot/not-found': 404,
  'delta/invalid': 500,
  'delta/mismatch': 500,
  'proof/damaged': 500,
  'proof/invalid': 500,
  'proof/mismatch': 500,
  'proof/too-large': 500,
  'vrf/invalid': 500,
  'fetch/busy': 500,
  'fetch/denied': 500,
  'fetch/failed': 500,
  'fetch/not-found': 500,
  'fetch/redirect': 500,
  'fetch/stopped': 500,
  'fetch/timeout': 500,
  'fetch/too-large': 500,
  'fetch/truncated': 500,
  'fetch/unexpected': 500,
  'fetch/unreachable': 500,
  'trust/expired': 500,
  'trust/invalid': 500,
  'trust/key-id': 500,
  'trust/mismatch': 500,
  'trust/rollback': 500,
  'trust/signature': 500,
  'log/forked': 500,
  'log/invalid': 500,
  'log/key': 500,
  'log/mismatch': 500,
  'log/not-found': 500,
  'log/policy': 500,
  'log/quorum': 500,
  'log/signature': 500,
  'log/absent': 500,
  'log/rewound': 500,
  'log/split': 500,
  'log/unproven': 500,
  'audit/alarm': 500,
  'audit/bundle': 500,
  'audit/limit': 500,
  'audit/proof': 500,
  'audit/unprovable': 500,
  'audit/source': 500,
  'audit/state': 500,
  'agent/config': 500,
  'agent/damaged': 500,
  'agent/disk': 500,
  'agent/limit': 500,
  'agent/locked': 500,
  'agent/output': 500,
  'agent/command': 500,
  'edge/credentials': 500,
  'edge/limit': 500,
  'edge/no-history': 404,
  'witness/locked': 500,
  'witness/state': 500,
  'data/exists': 500,
  'data/not-found': 500,
  'key/damaged': 500,
  'key/missing': 500,
  'key/passphrase-missing': 500,
  'key/passphrase-wrong': 500,
  'key/permissions': 500,
  'key/pin-locked': 500,
  'key/pin-missing': 500,
  'key/pin-wrong': 500,
  'key/token-driver': 500,
  'key/token-mismatch': 500,
  'key/token-missing': 500,
  'key/token-refused': 500,
  'key/token-timeout': 503,
  'key/token-unable': 500,
  'key/unasked': 500,
  'key/unknown-role': 500,
  'draft/expired': 500,
  'draft/invalid': 500,
  'draft/not-found': 404,
  'draft/overtaken': 409,
  'draft/waits': 503,
  'signature/invalid': 500,
  'signature/threshold': 500,
  'guard/stopped': 409,
  'popular/invalid': 400,
  'register/invalid': 400,
  'register/not-found': 404,
  'decision/approvals-needed': 409,
  'decision/not-found': 404,
  'proposal/changed': 412,
  'proposal/incomplete': 422,
  'proposal/not-found': 404,
  'proposal/own': 409,
  'proposal/settled': 409,
  'proposal/stopped': 409,
  'proposal/urgent': 409,
  'proposal/warned': 409,
  'review/changed': 412,
  'review/done': 409,
  'review/not-found': 404,
  'review/outcome': 400,
  'report/conflict': 409,
  'report/invalid': 400,
  'report/mixed': 400,
  'report/not-found': 404,
  'report/route': 400,
  'report/settled': 409,
  'report/too-many': 413,
  'import/changed': 412,
  'import/compressed': 400,
  'import/conflict-markers': 400,
  'import/cut': 400,
  'import/empty': 400,
  'import/encoding': 400,
  'import/no-line-ends': 400,
  'import/not-a-list': 400,
  'import/not-found': 404,
  'import/repeated': 409,
  'import/shrunk': 409,
  'import/too-large': 413,
  'store/busy': 503,
  'store/damaged': 500,
  'store/exists': 500,
  'store/full': 503,
  'store/newer': 500,
  'store/not-a-database': 500,
  'store/not-found': 500,
  'store/older': 500,
  'store/read-only': 500,
  'event/too-large': 500,
  'backup/invalid': 500,
  'publish/conflict': 409,
  'publish/waits': 503,
  'publish/guard': 409,
  'publish/unrepeatable': 500,
  'subscriber/exists': 409,
  'subscriber/not-found': 404,
  'api-key/exists': 409,
  'api-key/not-found': 404,
  'organisation/exists': 409,
  'organisation/invalid': 400,
  'organisation/not-found': 404,
  'user/actor': 403,
  'user/disabled': 409,
  'user/exists': 409,
  'user/invalid': 400,
  'user/last-administrator': 409,
  'user/not-found': 404,
  'user/refused': 403,
  'console/config': 500,
  'session/code': 401,
  'session/invitation': 401,
  'session/none': 401,
  'session/origin': 403,
  'session/refused': 401,
  'request/body': 413,
  'request/changed': 412,
  'request/headers-too-large': 431,
  'request/idempotency': 422,
  'request/invalid': 400,
  'request/malformed': 400,
  'request/method': 405,
  'request/precondition': 428,
  'request/repeated': 409,
  'request/timeout': 408,
  'request/token': 401,
  'request/too-many': 429,
  'request/url-too-long': 414,
  'serve/address': 500,
  'serve/busy': 503,
  'serve/certificate': 500,
  'serve/file-changed': 500,
  'serve/ledger': 500,
  'serve/not-found': 404,
  'clock/back': 500,
  'system/address-in-use': 500,
  'system/denied': 500,
  'system/full': 503,
  'system/limit': 503,
  'system/not-found': 500,
  'usage/invalid': 400,
} as const satisfies Record<FaultCode, ContentfulStatusCode>

/** An error for a client: RFC 9457. `code` is the fault's, or `bug`. */
export interface Problem {
  /** The code once more, as a URI: what RFC 9457 tells problems apart by. */
  readonly type: string
  readonly title: string
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly detail?: string
  /** Each member that is wrong, by its JSON pointer. */
  readonly errors?: readonly FaultPlace[]
}

export const PROBLEM_TYPE = 'application/problem+json'

const TYPE_PREFIX = 'urn:bailiwick:error:'

/**
 * What a client is told of `error`. The sentence of a fault is told where the request caused it; of what
 * happened on our side no more than the code, for a sentence may name files; of a bug nothing.
 */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Fault)) return problem('bug', 500)
  const status = STATUS[error.code]
  if (status >= 500 && !error.code.startsWith('serve/')) return problem(error.code, status)
  const told = { ...problem(error.code, status), detail: error.message }
  return error.places.length === 0 ? told : { ...told, errors: error.places }
}

/** Whether `error` is to be written to the log as something that a person should look at. */
export function isServerFault(error: unknown): boolean {
  return !(error instanceof Fault) || STATUS[error.code] === 500
}

function problem(code: string, status: ContentfulStatusCode): Problem {
  return { type: TYPE_PREFIX + code, title: STATUS_CODES[status] ?? 'Error', status, code }
}
