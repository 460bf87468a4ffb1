import { randomBytes } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import { holdsRole, printGrant, type Person, type RoleGrant } from '../../core/person.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { parseUserName } from '../../curation/parse-person.ts'
import { API_KEY_PREFIX, hashToken, printToken, TOKEN_BYTES } from '../../platform/http-auth.ts'
import type { ApiKey } from '../../store/api-key-store.ts'
import { parseGrants } from '../user-terms.ts'
import type { Managing } from './manage-users.ts'

export interface NewKeyRequest {
  readonly name: string
  readonly role: string
  readonly list?: string
  readonly allLists?: boolean
  readonly days: number
}

/** A key, and what opens with it, which is told once. */
export interface MadeKey {
  readonly key: ApiKey
  readonly secret: string
}

/** Makes a key that acts for the person, in one of its roles for one list. Throws `user/invalid`, `user/refused`, `api-key/exists`, `usage/invalid`. */
export function makeApiKey({ store, person, at }: Managing, request: NewKeyRequest): MadeKey {
  const { role, list, allLists, days } = request
  const name = parseUserName(request.name)
  const secret = printToken(randomBytes(TOKEN_BYTES), API_KEY_PREFIX)
  const lists = { ...(list !== undefined && { list: [list] }), ...(allLists && { allLists }) }
  const key = store.write(() => {
    const [grant] = parseGrants(store, { role, ...lists })
    if (grant === undefined) throw new Error('expected a role for one list, got none')
    assertOwn(person, grant)
    const expiresAt = new Date(at.getTime() + days * 86_400_000)
    const terms = { name, userId: person.id, grant, expiresAt, at }
    return store.apiKeys.make({ ...terms, keyHash: hashToken(secret) })
  })
  return { key, secret }
}

function assertOwn(person: Person, wanted: RoleGrant): void {
  if (person.isKey === true) {
    throw new Fault(
      'user/refused',
      'expected somebody who has signed in to make a key, got an API key: it would outlive its end',
    )
  }
  if (holdsRole(person.roles, wanted)) return
  throw new Fault(
    'user/invalid',
    `expected a role that ${JSON.stringify(person.name)} has, got ${printGrant(wanted)}: a key can't do more than its user`,
  )
}

/** Refuses a key from now on: one's own, or one of users whom one manages. Throws `user/refused`, `api-key/not-found`. */
export function revokeApiKey({ store, person, at }: Managing, name: string): ApiKey {
  return store.write(() => {
    const key = store.apiKeys.all().find((one) => one.name === name)
    if (key !== undefined && key.userId !== person.id) {
      assertMayAct(person, 'manage-users', key.grant.list)
    }
    return store.apiKeys.revoke(name, at)
  })
}
