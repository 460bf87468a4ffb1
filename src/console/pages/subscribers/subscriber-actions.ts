import {
  CHANGE_SUBSCRIBER_TERMS,
  REVOKE_SUBSCRIBER,
  ROTATE_SUBSCRIBER,
} from '../../api/subscriber-operations.ts'
import { formAction, type FormAction, type Next } from '../page.ts'
import { SUBSCRIBER_PAGE } from './subscriber.tsx'
import { showSecrets, SUBSCRIBERS_PATH, termsOf } from './words.tsx'

function next(_: object, { subscriber = '' }: Readonly<Record<string, string>>): Next {
  return { to: `${SUBSCRIBERS_PATH}/${subscriber}`, done: 'saved' }
}

const PAGE = { page: SUBSCRIBER_PAGE, next } as const

/** What the forms on a subscriber's page do. */
export const SUBSCRIBER_ACTIONS: readonly FormAction[] = [
  formAction({
    ...{ ...PAGE, path: `${SUBSCRIBER_PAGE.path}/terms`, operation: CHANGE_SUBSCRIBER_TERMS },
    input: (fields) => ({ body: termsOf(fields) }),
    shown: showSecrets,
  }),
  formAction({
    ...{ ...PAGE, path: `${SUBSCRIBER_PAGE.path}/rotation`, operation: ROTATE_SUBSCRIBER },
    input: (fields) => {
      const hours = fields.text('overlapHours')
      return { body: hours === '' ? {} : { overlapHours: Number(hours) } }
    },
    shown: showSecrets,
  }),
  formAction({
    ...{ ...PAGE, path: `${SUBSCRIBER_PAGE.path}/revocation`, operation: REVOKE_SUBSCRIBER },
    input: () => ({ body: {} }),
  }),
  formAction({
    ...{ ...PAGE, path: `${SUBSCRIBER_PAGE.path}/old-revocation`, operation: REVOKE_SUBSCRIBER },
    input: () => ({ body: { old: true } }),
  }),
]
