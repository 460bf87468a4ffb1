import type { PasskeyView } from '../ports/people.ts'
import { answerOf, COUNT, INSTANT, listOf, orNull, TEXT } from './body-of.ts'
import { operation, type AnyOperation, type Schema } from './operation.ts'

const TAG = 'people'
const NUMBER: Schema = { type: 'string', pattern: '^[1-9][0-9]{0,14}$' }

const PASSKEY = answerOf('Passkey', {
  ...{ passkey: COUNT, name: TEXT },
  ...{ createdAt: INSTANT, lastUsedAt: orNull(INSTANT) },
})

const PASSKEYS = answerOf('Passkeys', { items: listOf(PASSKEY) })

interface OfUser {
  readonly params: { readonly user: string }
}

export const LIST_PASSKEYS = operation<OfUser, { readonly items: readonly PasskeyView[] }>({
  ...{ id: 'listPasskeys', method: 'get', path: '/v1/users/{user}/passkeys', tag: TAG },
  ...{ act: 'read-users', summary: "A user's passkeys; of oneself without a role" },
  answer: PASSKEYS,
  faults: ['user/not-found'],
  run: (desk, { person, params }) => ({ items: desk.people.passkeys(person, params.user) }),
})

export const REMOVE_PASSKEY = operation<
  { params: { readonly user: string; readonly passkey: string } },
  { readonly items: readonly PasskeyView[] }
>({
  ...{ id: 'removePasskey', method: 'post', tag: TAG, act: 'manage-users' },
  path: '/v1/users/{user}/passkeys/{passkey}/removal',
  summary: 'Takes a lost passkey from a user, and ends what passkeys of the user began',
  params: { passkey: NUMBER },
  answer: PASSKEYS,
  faults: ['user/not-found', 'user/refused', 'passkey/not-found'],
  run: (desk, { person, params, at }) => {
    desk.people.removePasskey(person, { ...params, passkey: Number(params.passkey) }, at)
    return { items: desk.people.passkeys(person, params.user) }
  },
})

export const PASSKEY_OPERATIONS: readonly AnyOperation[] = [LIST_PASSKEYS, REMOVE_PASSKEY]
