import {
  MAX_REGISTER_ROWS,
  MAX_REGISTER_TEXT,
  REGISTER_PURPOSES,
  REGISTER_SCOPES,
  type RegisterPurpose,
  type RegisterRow,
} from '../../core/register.ts'
import type { RegisterChangeView, RegisterOutcome, RegisterRequest } from '../ports/register.ts'
import {
  answerOf,
  bodyOf,
  COUNT,
  INSTANT,
  listOf,
  orNull,
  pageOf,
  SHA256,
  TEXT,
  words,
  YES_NO,
} from './body-of.ts'
import { pageFrom, pageQuery, readCursor, type PageQuery } from './cursor.ts'
import { operation, type AnyOperation, type Schema } from './operation.ts'

const TAG = 'register'

/** Bytes of a body that may name as many rows as there may be. */
const MAX_CHANGE_BYTES = 8 * 1024 * 1024

const MEMBERS = {
  value: TEXT,
  purpose: { enum: REGISTER_PURPOSES },
  scope: { enum: REGISTER_SCOPES },
  reason: TEXT,
  source: TEXT,
} satisfies Record<string, Schema>

const CHANGE = answerOf('RegisterChange', {
  change: COUNT,
  at: INSTANT,
  actor: TEXT,
  reason: TEXT,
  added: COUNT,
  removed: COUNT,
  state: SHA256,
})

interface RegisterQuery extends PageQuery {
  readonly purpose?: RegisterPurpose
  readonly text?: string
}

interface ShownRegister {
  readonly state: string
  readonly isShipped: boolean
  readonly rows: number
  readonly items: readonly RegisterRow[]
  readonly next: string | null
}

export const SHOW_REGISTER = operation<{ query: RegisterQuery }, ShownRegister>({
  ...{ id: 'showRegister', method: 'get', path: '/v1/register', tag: TAG, act: 'read-entries' },
  summary: 'What must not be blocked by a slip, with why, in the order of its values',
  query: pageQuery({
    purpose: { enum: REGISTER_PURPOSES },
    text: { ...{ type: 'string', maxLength: 253 }, description: 'Part of a value or a reason' },
  }),
  answer: answerOf('Register', {
    ...{ state: SHA256, isShipped: YES_NO, rows: COUNT },
    items: listOf(answerOf('RegisterRow', MEMBERS)),
    next: { type: ['string', 'null'], description: 'The cursor of the next page; null at the end' },
  }),
  faults: ['user/refused'],
  tagOf: ({ state }) => state,
  run: (desk, { person, query: { cursor, limit, ...filter } }) => {
    const [behind = null] = readCursor<[string]>(cursor, ['string']) ?? []
    const shown = desk.register.page(person, { ...filter, behind, limit: limit + 1 })
    return { ...shown, ...pageFrom(shown.items, limit, ({ value }) => [value]) }
  },
})

interface Changes {
  readonly items: readonly RegisterChangeView[]
  readonly next: string | null
}

export const LIST_REGISTER_CHANGES = operation<{ query: PageQuery }, Changes>({
  ...{ id: 'listRegisterChanges', method: 'get', path: '/v1/register/changes', tag: TAG },
  ...{ act: 'read-entries', summary: 'Who changed the register, when and why; newest first' },
  query: pageQuery(),
  answer: pageOf('RegisterChanges', CHANGE),
  faults: ['user/refused'],
  run: (desk, { person, query: { cursor, limit } }) => {
    const [before = null] = readCursor<[number]>(cursor, ['number']) ?? []
    const found = desk.register.changes(person, { before, limit: limit + 1 })
    return pageFrom(found, limit, ({ change }) => [change])
  },
})

/** Long enough for whatever may be meant. */
const WRITTEN: Schema = { type: 'string', minLength: 1, maxLength: 300 }

export const CHANGE_REGISTER = operation<{ body: RegisterRequest }, RegisterOutcome>({
  ...{ id: 'changeRegister', method: 'post', path: '/v1/register/changes', tag: TAG },
  ...{ act: 'manage-register', summary: 'Puts rows in and takes values out, as one change' },
  needsTag: true,
  body: bodyOf(
    {
      reason: words(MAX_REGISTER_TEXT),
      add: {
        ...listOf(
          bodyOf({
            ...MEMBERS,
            value: WRITTEN,
            reason: words(MAX_REGISTER_TEXT),
            source: { type: 'string', maxLength: MAX_REGISTER_TEXT },
          }),
        ),
        maxItems: MAX_REGISTER_ROWS,
      },
      remove: { ...listOf(WRITTEN), maxItems: MAX_REGISTER_ROWS },
    },
    ['add', 'remove'],
  ),
  maxBodyBytes: MAX_CHANGE_BYTES,
  answer: answerOf('RegisterOutcome', { made: orNull(CHANGE), state: SHA256 }),
  faults: ['user/refused', 'register/invalid', 'register/not-found', 'request/changed'],
  places: { 'register/not-found': '/remove', 'register/invalid': '/add' },
  tagOf: ({ state }) => state,
  run: (desk, { person, body, tag, at }) =>
    desk.register.change(person, { ...body, expected: tag ?? '' }, at),
})

export const REGISTER_OPERATIONS: readonly AnyOperation[] = [
  ...[SHOW_REGISTER, LIST_REGISTER_CHANGES, CHANGE_REGISTER],
]
