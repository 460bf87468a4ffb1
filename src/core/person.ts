/** What somebody may be for a list (`docs/spec/api.md` §2). */
export const ROLES = [
  'reporter',
  'curator',
  'approver',
  'publisher',
  'auditor',
  'administrator',
] as const
export type Role = (typeof ROLES)[number]

/** What kinds of organisations decide together. */
export const ORGANISATION_KINDS = [
  'hotline',
  'police',
  'cert',
  'court',
  'authority',
  'partner',
] as const
export type OrganisationKind = (typeof ORGANISATION_KINDS)[number]

/** Stands where the id of a list would, for all lists that there are and will be. */
export const ALL_LISTS = '*'

/** A role for one list, or for all of them. */
export interface RoleGrant {
  /** The id of a list, or `ALL_LISTS`. */
  readonly list: string
  readonly role: Role
}

/** Roles that may be given for all lists at once. Whoever decides does so for lists that are named. */
export const ROLES_FOR_ALL_LISTS: readonly Role[] = ['auditor', 'administrator']

/** Somebody who acts, as far as the rules need to know. */
export interface Person {
  readonly id: string
  /** Recorded with whatever they do. */
  readonly name: string
  readonly organisation: { readonly id: number; readonly name: string }
  /** The roles that count now. */
  readonly roles: readonly RoleGrant[]
  /** Roles that they have but that don't count in this session, which lacks a second factor. */
  readonly withheld?: readonly RoleGrant[]
  /** It is a program that acts, by an API key. */
  readonly isKey?: boolean
  /** Nobody has proven to be this person: there are no users yet, and whoever may write the data folder gives any name. */
  readonly isUnproven?: boolean
}

/** Whether `grant` counts for `list`; what is asked for all lists is answered by a grant for all lists alone. */
export function coversList(grant: RoleGrant, list: string): boolean {
  return grant.list === ALL_LISTS || grant.list === list
}

/** Whether one of `held` is that role, for that list or for all. */
export function holdsRole(held: readonly RoleGrant[], { list, role }: RoleGrant): boolean {
  return held.some((grant) => grant.role === role && coversList(grant, list))
}

/** `curator of phishing`, as it is told to people. */
export function printGrant({ role, list }: RoleGrant): string {
  return list === ALL_LISTS ? `${role} of all lists` : `${role} of ${list}`
}

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text)
}

export function isOrganisationKind(text: string): text is OrganisationKind {
  return (ORGANISATION_KINDS as readonly string[]).includes(text)
}
