import { ORGANISATION_KINDS, ROLES } from '../../core/person.ts'
import { MAX_KEY_DAYS } from '../limits.ts'
import {
  answerOf,
  bodyOf,
  INSTANT,
  LIST_ID,
  listOf,
  orNull,
  pageOf,
  TEXT,
  YES_NO,
} from './body-of.ts'
import type { Schema } from './operation.ts'

/** A list, or `*` for all. */
const ONE_OR_ALL: Schema = { type: 'string', pattern: '^(\\*|[a-z0-9-]{1,40})$' }
const ROLE: Schema = { enum: ROLES }
/** Long enough for whatever may be meant; what is wrong with a name, its parser says. */
const NAME: Schema = { type: 'string', minLength: 1, maxLength: 100 }
const EMAIL: Schema = { type: 'string', maxLength: 254 }

export const GRANT = bodyOf({ list: ONE_OR_ALL, role: ROLE })

export const USER = answerOf('User', {
  ...{ name: TEXT, organisation: TEXT, email: orNull(TEXT) },
  status: { enum: ['active', 'disabled'] },
  roles: listOf(answerOf('RoleGrant', { list: ONE_OR_ALL, role: ROLE })),
  ...{ hasPassword: YES_NO, hasSecondFactor: YES_NO },
  identities: listOf(answerOf('Identity', { issuer: TEXT, subject: TEXT, linkedAt: INSTANT })),
  ...{ invitedUntil: orNull(INSTANT), createdAt: INSTANT, disabledAt: orNull(INSTANT) },
})
export const USERS = pageOf('Users', USER)

export const INVITED = answerOf('InvitedUser', {
  user: USER,
  code: { type: 'string', description: 'Told this once; with it a password is chosen' },
  until: INSTANT,
})

export const ADD_USER = bodyOf(
  {
    ...{ name: NAME, organisation: NAME, role: ROLE, email: EMAIL },
    lists: {
      ...{ ...listOf(LIST_ID), minItems: 1, maxItems: 1000 },
      description: 'Left out: all lists, for an administrator or an auditor',
    },
  },
  ['email', 'lists'],
)

export const CHANGE_USER = {
  ...bodyOf({ email: { ...EMAIL, description: 'Empty: none from now on' }, organisation: NAME }, [
    'email',
    'organisation',
  ]),
  minProperties: 1,
}

export const IDENTITY = bodyOf({
  issuer: {
    ...{ type: 'string', minLength: 1, maxLength: 300 },
    description: 'The id of an issuer of the configuration; of one that is there no more its URL',
  },
  subject: {
    ...{ type: 'string', minLength: 1, maxLength: 255 },
    description: 'What the issuer calls the user: its claim sub',
  },
})

export const SWITCH_USER = bodyOf({ status: { enum: ['active', 'disabled'] } })

export const ORGANISATION = answerOf('Organisation', {
  ...{ name: TEXT, kind: { enum: ORGANISATION_KINDS }, createdAt: INSTANT },
})
export const ORGANISATIONS = answerOf('Organisations', { items: listOf(ORGANISATION) })
export const ADD_ORGANISATION = bodyOf({ name: NAME, kind: { enum: ORGANISATION_KINDS } })

export const API_KEY = answerOf('ApiKey', {
  ...{ name: TEXT, user: TEXT, role: ROLE, list: ONE_OR_ALL, createdAt: INSTANT },
  ...{ expiresAt: INSTANT, lastUsedAt: orNull(INSTANT), revokedAt: orNull(INSTANT) },
})
export const API_KEYS = answerOf('ApiKeys', { items: listOf(API_KEY) })

export const MADE_KEY = answerOf('MadeApiKey', {
  apiKey: API_KEY,
  key: { type: 'string', description: 'Told this once; stored nowhere' },
})

export const MAKE_KEY = bodyOf(
  {
    ...{ name: NAME, role: ROLE },
    list: { ...LIST_ID, description: 'Left out: all lists' },
    days: { type: 'integer', minimum: 1, maximum: MAX_KEY_DAYS },
  },
  ['list'],
)
