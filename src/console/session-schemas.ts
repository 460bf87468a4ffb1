import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './limits.ts'

/** A body of the API: an object whose members are all named, so that nobody can hand in one more. */
export interface BodySchema {
  readonly type: 'object'
  readonly additionalProperties: false
  readonly required: readonly string[]
  readonly properties: Readonly<Record<string, object>>
}

const TYPED_PASSWORD = { type: 'string', minLength: 1, maxLength: MAX_PASSWORD_LENGTH }
const NEW_PASSWORD = {
  type: 'string',
  minLength: MIN_PASSWORD_LENGTH,
  maxLength: MAX_PASSWORD_LENGTH,
}
const AUTHENTICATOR_CODE = { type: 'string', pattern: '^[0-9]{6}$' }

/** A body with these members, of which the `required` must be there. */
export function body(
  properties: Readonly<Record<string, object>>,
  required = Object.keys(properties),
): BodySchema {
  return { type: 'object', additionalProperties: false, required, properties }
}

/** The bodies of `docs/spec/api.md` §4. */
export const BODIES = {
  begin: body({
    user: { type: 'string', minLength: 1, maxLength: 64 },
    password: TYPED_PASSWORD,
  }),
  code: {
    ...body({ code: AUTHENTICATOR_CODE, backupCode: { type: 'string', maxLength: 32 } }, []),
    minProperties: 1,
    maxProperties: 1,
  },
  invitation: body({ code: { type: 'string', maxLength: 64 }, password: NEW_PASSWORD }),
  changePassword: body({ password: TYPED_PASSWORD, newPassword: NEW_PASSWORD }),
  makeSecondFactor: body({ password: TYPED_PASSWORD }),
  confirmSecondFactor: body({ code: AUTHENTICATOR_CODE }),
} as const

export interface Bodies {
  readonly begin: { readonly user: string; readonly password: string }
  readonly code: { readonly code?: string; readonly backupCode?: string }
  readonly invitation: { readonly code: string; readonly password: string }
  readonly changePassword: { readonly password: string; readonly newPassword: string }
  readonly makeSecondFactor: { readonly password: string }
  readonly confirmSecondFactor: { readonly code: string }
}
