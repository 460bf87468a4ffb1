import { Fault } from '../core/fault.ts'
import {
  ALL_LISTS,
  isOrganisationKind,
  isRole,
  ORGANISATION_KINDS,
  ROLES,
  ROLES_FOR_ALL_LISTS,
  type OrganisationKind,
  type RoleGrant,
} from '../core/person.ts'
import { printSuggestion } from '../core/nearest.ts'

const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
/** The program acts under this name. */
const OWN_NAME = 'bailiwick'
const MAX_NAME_LENGTH = 100
const MAX_EMAIL_LENGTH = 254
/** One address, without the oddities that RFC 5321 allows and nobody uses. */
const EMAIL = /^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,253}$/

/** A user's name, under which everything that they do is recorded; for API keys too. Throws `user/invalid`. */
export function parseUserName(text: string): string {
  if (USER_NAME.test(text) && text.toLowerCase() !== OWN_NAME) return text
  throw new Fault(
    'user/invalid',
    `expected a name of up to 64 letters, digits, «.», «_», «-», other than ${JSON.stringify(OWN_NAME)}, got ${JSON.stringify(text.slice(0, 100))}`,
  )
}

/** OpenID Connect Core §2: at most 255 characters of ASCII. */
const SUBJECT = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/

/** Whether an issuer may call somebody so. */
export function isSubject(text: string): boolean {
  return SUBJECT.test(text)
}

/** What an issuer calls somebody. Throws `user/invalid`. */
export function parseSubject(text: string): string {
  if (isSubject(text)) return text
  throw new Fault(
    'user/invalid',
    `expected a subject as the issuer says it, up to 255 characters of ASCII, got ${JSON.stringify(text.slice(0, 100))}`,
  )
}

/** Throws `user/invalid`. */
export function parseEmail(text: string): string {
  if (text.length <= MAX_EMAIL_LENGTH && EMAIL.test(text)) return text.toLowerCase()
  throw new Fault(
    'user/invalid',
    `expected an address as name@host.example, got ${JSON.stringify(text.slice(0, 100))}`,
  )
}

/** One line, in the form NFC. Throws `organisation/invalid`. */
export function parseOrganisationName(text: string): string {
  const name = text.normalize('NFC').trim()
  if (name !== '' && name.length <= MAX_NAME_LENGTH && !/\p{Cc}|\p{Cf}|\p{Surrogate}/u.test(name)) {
    return name
  }
  throw new Fault(
    'organisation/invalid',
    `expected a name of one line and up to ${MAX_NAME_LENGTH} characters, got ${JSON.stringify(text.slice(0, 100))}`,
  )
}

/** Throws `organisation/invalid`. */
export function parseOrganisationKind(text: string): OrganisationKind {
  if (isOrganisationKind(text)) return text
  const hint = printSuggestion(text, ORGANISATION_KINDS)
  throw new Fault(
    'organisation/invalid',
    `expected one of ${ORGANISATION_KINDS.join(', ')}, got ${JSON.stringify(text)}${hint}`,
  )
}

/** Whether a role of that name may be given for all lists. */
export function isForAllLists(role: string): boolean {
  return isRole(role) && ROLES_FOR_ALL_LISTS.includes(role)
}

/** A role for a list that is there, as `knownLists` tells, or for all. Throws `user/invalid`. */
export function parseGrant(
  { role, list }: { readonly role: string; readonly list: string },
  knownLists: readonly string[],
): RoleGrant {
  if (!isRole(role)) {
    const hint = printSuggestion(role, ROLES)
    throw new Fault(
      'user/invalid',
      `expected one of ${ROLES.join(', ')}, got ${JSON.stringify(role)}${hint}`,
    )
  }
  if (list === ALL_LISTS) {
    if (isForAllLists(role)) return { list, role }
    throw new Fault(
      'user/invalid',
      `expected the lists that the ${role} is for, got all: whoever decides does so for lists that are named`,
    )
  }
  if (knownLists.includes(list)) return { list, role }
  throw new Fault(
    'user/invalid',
    `expected the id of a list, got ${JSON.stringify(list)}${printSuggestion(list, knownLists)}`,
  )
}
