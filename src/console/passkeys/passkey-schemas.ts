import { MAX_PASSKEY_NAME_LENGTH, MAX_PASSWORD_LENGTH } from '../limits.ts'
import { body } from '../session-schemas.ts'

/** Bytes in base64url (RFC 4648 §5) without padding; what is longer than a body is refused as one. */
const BYTES = { type: 'string', minLength: 1, pattern: '^[A-Za-z0-9_-]+$' }
const TYPED_PASSWORD = { type: 'string', minLength: 1, maxLength: MAX_PASSWORD_LENGTH }
const CREDENTIAL_ID = { ...BYTES, maxLength: 1400 }

/** The bodies of `docs/spec/api.md` §4 that are about passkeys. */
export const PASSKEY_BODIES = {
  signIn: body(
    {
      ...{ id: CREDENTIAL_ID, clientDataJSON: BYTES, authenticatorData: BYTES },
      ...{ signature: BYTES, userHandle: { ...BYTES, maxLength: 86 } },
    },
    // Web Authentication §5.2.2: whoever names no passkey in its question gets the handle of the user.
    ['id', 'clientDataJSON', 'authenticatorData', 'signature', 'userHandle'],
  ),
  begin: body({ password: TYPED_PASSWORD }, []),
  add: body(
    {
      name: { type: 'string', pattern: '\\S', maxLength: MAX_PASSKEY_NAME_LENGTH },
      ...{ id: CREDENTIAL_ID, clientDataJSON: BYTES, attestationObject: BYTES },
      transports: {
        type: 'array',
        maxItems: 8,
        items: { type: 'string', pattern: '^[a-z-]{1,20}$' },
      },
    },
    ['name', 'id', 'clientDataJSON', 'attestationObject'],
  ),
  remove: body({ password: TYPED_PASSWORD }, []),
} as const

/** What an authenticator has signed, each member in base64url. */
export interface SignedByPasskey {
  readonly id: string
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
  readonly userHandle: string
}

/** What an authenticator has made, each member in base64url. */
export interface CreatedPasskey {
  readonly id: string
  readonly clientDataJSON: string
  readonly attestationObject: string
  readonly transports?: readonly string[]
}

export interface PasskeyBodies {
  readonly signIn: SignedByPasskey
  readonly begin: { readonly password?: string }
  readonly add: CreatedPasskey & { readonly name: string }
  readonly remove: { readonly password?: string }
}
