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
  // lists
  'list/invalid',
  'list/not-found',
  // snapshots and deltas
  'snapshot/invalid',
  'snapshot/not-found',
  'delta/invalid',
  'delta/mismatch',
  // command line
  'usage/invalid',
] as const

export type FaultCode = (typeof FAULT_CODES)[number]

/** The one error class. Anything thrown that is not a `Fault` is a bug. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode

  /**
   * `message`: lower case, no full stop, «expected X, got Y», values from outside through
   * `JSON.stringify`. `cause` is kept whenever there is one.
   */
  constructor(code: FaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Whether `error` is a `Fault`, optionally one of the given codes. */
export function isFault(error: unknown, ...codes: FaultCode[]): error is Fault {
  return error instanceof Fault && (codes.length === 0 || codes.includes(error.code))
}
