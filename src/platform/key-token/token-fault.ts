import { Fault, type FaultCode } from '../../core/fault.ts'

/** The name of the return value in an error of a module (`CKR_…`), or null for any other error. */
export function returnValue(error: unknown): string | null {
  if (!(error instanceof Error) || error instanceof Fault) return null
  return /\bCKR_[A-Z0-9_]+/.exec(error.message)?.[0] ?? null
}

/** What a new session may help against: the token was pulled out, or another user of the module has ended it, or an object is another one now. */
const LOST = new Set([
  'CKR_CRYPTOKI_NOT_INITIALIZED',
  'CKR_DEVICE_REMOVED',
  'CKR_KEY_HANDLE_INVALID',
  'CKR_OBJECT_HANDLE_INVALID',
  'CKR_OPERATION_ACTIVE',
  'CKR_SESSION_CLOSED',
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_USER_NOT_LOGGED_IN',
])

export function isLost(error: unknown): boolean {
  return LOST.has(returnValue(error) ?? '')
}

const MISSING = new Set(['CKR_DEVICE_REMOVED', 'CKR_TOKEN_NOT_PRESENT'])
const UNABLE = new Set(['CKR_MECHANISM_INVALID', 'CKR_CURVE_NOT_SUPPORTED'])

/** A module's error as a fault about the token `name`; faults and bugs stay what they are. */
export function asTokenFault(error: unknown, name: string): unknown {
  const value = returnValue(error)
  if (value === null) return error
  return new Fault(
    codeOf(value),
    `expected the token ${JSON.stringify(name)} to do what it was asked, got ${value}`,
    { cause: error },
  )
}

function codeOf(value: string): FaultCode {
  if (MISSING.has(value)) return 'key/token-missing'
  return UNABLE.has(value) ? 'key/token-unable' : 'key/token-refused'
}
