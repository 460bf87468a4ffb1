import { findIssuer, type IssuerName } from '../../console/single-sign-on/issuer-terms.ts'
import { Fault } from '../../core/fault.ts'
import { printSuggestion } from '../../core/nearest.ts'
import { parseSubject } from '../../curation/parse-person.ts'
import type { Identity } from '../../store/identity-store.ts'
import type { User } from '../../store/user-store.ts'
import { manage, type Managing } from './manage-users.ts'

/** An identity as people name it: the issuer by its id. */
export interface NamedIdentity {
  readonly name: string
  readonly issuer: string
  readonly subject: string
}

/** Links or unlinks, by the issuers of the configuration. Throws what both throw. */
export function changeIdentity(
  managing: Managing,
  verb: 'link' | 'unlink',
  {
    request,
    issuers,
  }: { readonly request: NamedIdentity; readonly issuers: readonly IssuerName[] },
): User {
  return (verb === 'link' ? linkIdentity : unlinkIdentity)(managing, request, issuers)
}

/** Lets a user sign in by the word of an issuer. Throws `user/…`, `identity/exists`. */
function linkIdentity(
  managing: Managing,
  { name, issuer, subject }: NamedIdentity,
  issuers: readonly IssuerName[],
): User {
  return manage(managing, name, ({ store, at }, user) => {
    const known = findIssuer(issuers, issuer) ?? notAnIssuer(issuer, issuers)
    const identity = { issuer: known.issuer, subject: parseSubject(subject) }
    store.identities.link(user.id, identity, { at })
    return user
  })
}

/** Lets a user sign in so no more; by the URL of an issuer too, for those that the configuration has no more. Throws `user/…`, `identity/not-found`. */
function unlinkIdentity(
  managing: Managing,
  { name, issuer, subject }: NamedIdentity,
  issuers: readonly IssuerName[],
): User {
  return manage(managing, name, ({ store }, user) => {
    const identity: Identity = { issuer: findIssuer(issuers, issuer)?.issuer ?? issuer, subject }
    store.identities.unlink(user.id, identity)
    return user
  })
}

function notAnIssuer(id: string, issuers: readonly IssuerName[]): never {
  const known = issuers.map((one) => one.id)
  throw new Fault(
    'user/invalid',
    `expected the id of an issuer of console.json, got ${JSON.stringify(id)}${printSuggestion(id, known)}`,
  )
}
