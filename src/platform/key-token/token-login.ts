import { Fault } from '../../core/fault.ts'
import {
  CKF_LOGIN_REQUIRED,
  CKF_USER_PIN_COUNT_LOW,
  CKF_USER_PIN_FINAL_TRY,
  CKF_USER_PIN_LOCKED,
  CKU_USER,
  type Cryptoki,
  type Handle,
  type TokenInfo,
} from './cryptoki.ts'
import { returnValue } from './token-fault.ts'

export interface Login {
  readonly name: string
  readonly pin: () => string | null
  /** Nobody looks on: where a wrong PIN was given before, none is given. */
  readonly isUnattended: boolean
}

/**
 * Logs in, where the token asks for it. Gives a PIN once at most, and never for the last try that a token has left: it is a person who may
 * lock it. Throws `key/pin-missing`, `key/pin-wrong`, `key/pin-locked`, and what the module throws.
 */
export function logIn(
  cryptoki: Cryptoki,
  session: Handle,
  { flags }: TokenInfo,
  { name, pin, isUnattended }: Login,
): void {
  if ((flags & CKF_LOGIN_REQUIRED) === 0) return
  if ((flags & CKF_USER_PIN_LOCKED) !== 0) throw locked(name, 'one that is locked')
  if ((flags & CKF_USER_PIN_FINAL_TRY) !== 0) throw locked(name, 'one with a single try left')
  if (isUnattended && (flags & CKF_USER_PIN_COUNT_LOW) !== 0) {
    throw locked(name, 'one that was given a wrong PIN last')
  }
  const given = pin()
  if (given === null) {
    throw new Fault(
      'key/pin-missing',
      `expected the PIN of the token ${JSON.stringify(name)}, got none: set BAILIWICK_PIN, give systemd the credential bailiwick-pin, or name a file by pin-source`,
    )
  }
  try {
    cryptoki.C_Login(session, CKU_USER, given)
  } catch (error) {
    const value = returnValue(error)
    // PKCS #11 §5.6: who is logged in is so in every session of the process, whichever thread did it.
    if (value === 'CKR_USER_ALREADY_LOGGED_IN') return
    if (value === 'CKR_PIN_LOCKED') throw locked(name, 'one that is locked', error)
    if (value?.startsWith('CKR_PIN_') !== true) throw error
    throw new Fault(
      'key/pin-wrong',
      `expected the PIN of the token ${JSON.stringify(name)}, got another one (${value}); it is not tried again`,
      { cause: error },
    )
  }
}

function locked(name: string, got: string, cause?: unknown): Fault {
  return new Fault(
    'key/pin-locked',
    `expected a token ${JSON.stringify(name)} that takes a PIN, got ${got}: no PIN was tried; log in by the vendor's tool, which sets the count back`,
    { cause },
  )
}
