import type { IdentityView, UserView } from '../ports/people.ts'
import { operation, type AnyOperation, type Operation } from './operation.ts'
import { CHANGING_USER, type OfUser } from './people-operations.ts'
import { IDENTITY, USER } from './people-schemas.ts'
import { tagOfView } from './tag-of-view.ts'

type OfIdentity = OfUser & { body: Pick<IdentityView, 'issuer' | 'subject'> }

function changeIdentity(verb: 'link' | 'unlink', path: string): Operation<OfIdentity, UserView> {
  const refused = verb === 'link' ? 'identity/exists' : 'identity/not-found'
  return operation<OfIdentity, UserView>({
    ...CHANGING_USER,
    ...{ id: `${verb}Identity`, method: 'post', path, body: IDENTITY, answer: USER },
    summary:
      verb === 'link'
        ? 'Lets a user sign in by the word of an issuer of OpenID Connect'
        : "Lets a user sign in so no more, and ends sessions that were begun by another's word",
    faults: [...CHANGING_USER.faults, 'user/invalid', 'user/disabled', refused],
    places: { 'user/invalid': '/subject', [refused]: '/subject' },
    tagOf: tagOfView,
    run: (desk, { person, params, body: identity, tag, at }) =>
      desk.people.changeIdentity(person, { ...params, identity, verb, seen: tag }, at),
  })
}

export const LINK_IDENTITY = changeIdentity('link', '/v1/users/{user}/identities')
export const UNLINK_IDENTITY = changeIdentity('unlink', '/v1/users/{user}/identities/unlinked')

export const IDENTITY_OPERATIONS: readonly AnyOperation[] = [LINK_IDENTITY, UNLINK_IDENTITY]
