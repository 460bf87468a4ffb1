/**
 * Every way Bailiwick can refuse, as a code for machines. Codes are API: added, never renamed.
 * Each has a cause and a cure in `docs/errors.md`; a test keeps the two lists equal.
 */
export const FAULT_CODES = [
  // names, URLs, addresses, entries
  'name/invalid',
  'url/invalid',
  'ip/invalid',
  'entry/invalid',
  'entry/not-found',
  'entry/already-listed',
  // lists
  'list/invalid',
  'list/not-found',
  'list/fixed',
  // exports
  'zone/digest',
  'zone/invalid',
  // snapshots and deltas
  'snapshot/invalid',
  'snapshot/not-found',
  'delta/invalid',
  'delta/mismatch',
  // proofs of single entries
  'proof/damaged',
  'proof/invalid',
  'proof/mismatch',
  'proof/too-large',
  'vrf/invalid',
  // downloads
  'fetch/busy',
  'fetch/denied',
  'fetch/failed',
  'fetch/not-found',
  'fetch/redirect',
  'fetch/stopped',
  'fetch/timeout',
  'fetch/too-large',
  'fetch/truncated',
  'fetch/unexpected',
  'fetch/unreachable',
  // what a reader refuses to trust
  'trust/expired',
  'trust/invalid',
  'trust/key-id',
  'trust/mismatch',
  'trust/rollback',
  'trust/signature',
  // the transparency log
  'log/forked',
  'log/invalid',
  'log/key',
  'log/mismatch',
  'log/not-found',
  'log/policy',
  'log/quorum',
  'log/signature',
  // what a reader of the log refuses
  'log/absent',
  'log/rewound',
  'log/split',
  'log/unproven',
  // audits
  'audit/alarm',
  'audit/bundle',
  'audit/limit',
  'audit/proof',
  'audit/source',
  'audit/state',
  'audit/unprovable',
  // the agent
  'agent/config',
  'agent/damaged',
  'agent/disk',
  'agent/limit',
  'agent/locked',
  'agent/output',
  'agent/command',
  // edges
  'edge/credentials',
  'edge/limit',
  'edge/no-history',
  // witnesses
  'witness/locked',
  'witness/state',
  // guards
  'guard/stopped',
  'popular/invalid',
  'register/invalid',
  'register/not-found',
  // decisions and imports
  'decision/approvals-needed',
  'decision/not-found',
  'proposal/changed',
  'proposal/incomplete',
  'proposal/not-found',
  'proposal/own',
  'proposal/settled',
  'proposal/stopped',
  'proposal/urgent',
  'proposal/warned',
  'review/changed',
  'review/done',
  'review/not-found',
  'review/outcome',
  'report/conflict',
  'report/invalid',
  'report/mixed',
  'report/not-found',
  'report/route',
  'report/settled',
  'report/too-many',
  // appeals
  'appeal/changed',
  'appeal/invalid',
  'appeal/not-found',
  'appeal/settled',
  'appeal/too-many',
  'import/changed',
  'import/compressed',
  'import/conflict-markers',
  'import/cut',
  'import/empty',
  'import/encoding',
  'import/no-line-ends',
  'import/not-a-list',
  'import/not-found',
  'import/repeated',
  'import/shrunk',
  'import/too-large',
  // the database
  'store/busy',
  'store/damaged',
  'store/exists',
  'store/full',
  'store/newer',
  'store/not-a-database',
  'store/not-found',
  'store/older',
  'store/read-only',
  'backup/invalid',
  // the chain of decisions
  'event/too-large',
  // publishing and subscribers
  'publish/conflict',
  'publish/waits',
  'subscriber/exists',
  'subscriber/not-found',
  // people
  'api-key/exists',
  'api-key/not-found',
  'identity/exists',
  'identity/not-found',
  'organisation/exists',
  'organisation/invalid',
  'organisation/not-found',
  'user/actor',
  'user/disabled',
  'user/exists',
  'user/invalid',
  'user/last-administrator',
  'user/not-found',
  'user/refused',
  // signing in
  'console/config',
  'passkey/not-found',
  'session/answer',
  'session/code',
  'session/flow',
  'session/invitation',
  'session/issuer',
  'session/none',
  'session/one-factor',
  'session/origin',
  'session/passkey',
  'session/refused',
  'session/stale',
  'session/unlinked',
  // serving
  'request/body',
  'request/changed',
  'request/headers-too-large',
  'request/idempotency',
  'request/invalid',
  'request/malformed',
  'request/method',
  'request/precondition',
  'request/repeated',
  'request/timeout',
  'request/token',
  'request/too-many',
  'request/url-too-long',
  'serve/address',
  'serve/busy',
  'serve/certificate',
  'serve/file-changed',
  'serve/ledger',
  'serve/not-found',
  // the machine
  'clock/back',
  'system/address-in-use',
  'system/denied',
  'system/full',
  'system/limit',
  'system/not-found',
  // command line
  'usage/invalid',
  // changes that wait for signatures
  'draft/expired',
  'draft/invalid',
  'draft/not-found',
  'draft/overtaken',
  'draft/waits',
  // keys, signatures, publication
  'data/exists',
  'data/not-found',
  'key/damaged',
  'key/missing',
  'key/passphrase-missing',
  'key/passphrase-wrong',
  'key/permissions',
  'key/pin-locked',
  'key/pin-missing',
  'key/pin-wrong',
  'key/token-driver',
  'key/token-mismatch',
  'key/token-missing',
  'key/token-refused',
  'key/token-timeout',
  'key/token-unable',
  'key/unasked',
  'key/unknown-role',
  'signature/invalid',
  'signature/threshold',
  'publish/guard',
  'publish/unrepeatable',
] as const

export type FaultCode = (typeof FAULT_CODES)[number]

/** The one error class. Anything thrown that is not a `Fault` is a bug. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  /** Where in what was sent it is wrong, and what would be right; empty where that isn't said. */
  readonly places: readonly FaultPlace[]

  /**
   * `message`: lower case, no full stop, «expected X, got Y», values from outside through
   * `JSON.stringify`. `cause` is kept whenever there is one.
   */
  constructor(
    code: FaultCode,
    message: string,
    { places = [], ...options }: ErrorOptions & { readonly places?: readonly FaultPlace[] } = {},
  ) {
    super(message, options)
    this.code = code
    this.places = places
  }
}

/** A member of what was sent. */
export interface FaultPlace {
  /** RFC 6901: a JSON pointer. */
  readonly path: string
  readonly detail: string
}

/** Whether `error` is a `Fault`, optionally one of the given codes. */
export function isFault(error: unknown, ...codes: FaultCode[]): error is Fault {
  return error instanceof Fault && (codes.length === 0 || codes.includes(error.code))
}
