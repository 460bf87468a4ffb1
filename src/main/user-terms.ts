import { randomBytes } from 'node:crypto'
import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import type { RoleGrant } from '../core/person.ts'
import { parseGrant } from '../curation/parse-person.ts'
import { hashToken, INVITATION_PREFIX, printToken, TOKEN_BYTES } from '../platform/http-auth.ts'
import type { Organisation } from '../store/organisation-store.ts'
import type { Store } from '../store/open-store.ts'
import type { Invitation } from '../store/user-store.ts'
import { assertOneWay, type ListOptions } from './user-lists.ts'

/** How long a password may be chosen. */
const INVITATION_HOURS = 72

/** A code, told once, and what is kept of it. */
export function newInvitation(at: Date): {
  readonly code: string
  readonly invitation: Invitation
} {
  const code = printToken(randomBytes(TOKEN_BYTES), INVITATION_PREFIX)
  const until = new Date(at.getTime() + INVITATION_HOURS * 3_600_000)
  return { code, invitation: { hash: hashToken(code), until } }
}

export function newUserId(): string {
  return randomBytes(16).toString('hex')
}

/** A role for each of the lists. Faults: `user/invalid`. */
export function parseGrants(
  { lists }: Pick<Store, 'lists'>,
  { role, ...wanted }: ListOptions & { readonly role: string },
): RoleGrant[] {
  const ids = assertOneWay(wanted)
  const known = lists.all().map(({ id }) => id)
  return ids.map((id) => parseGrant({ role, list: id }, known))
}

/** Throws `organisation/not-found`, with the nearest. */
export function findOrganisation(
  { organisations }: Pick<Store, 'organisations'>,
  name: string,
): Organisation {
  const found = organisations.find(name)
  if (found !== null) return found
  const known = organisations.all().map((one) => one.name)
  const hint = printSuggestion(name, known)
  throw new Fault(
    'organisation/not-found',
    `expected the name of an organisation, got ${JSON.stringify(name)}${hint === '' ? ': «bailiwick organisation add NAME --kind KIND» makes it' : hint}`,
  )
}
