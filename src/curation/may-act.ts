import { ALL_LISTS, coversList, printGrant, type Person, type Role } from '../core/person.ts'

/**
 * Who may do what: each act, and the roles of which one is enough. The whole of it is this table; `docs/spec/api.md` §2 says the same to
 * people. An auditor stands in the rows that read and in no other. An administrator gives roles and changes lists, and decides nothing.
 */
export const ACT_ROLES = {
  report: ['reporter', 'curator', 'approver'],
  'propose-add': ['curator'],
  'propose-retire': ['curator'],
  'propose-amend': ['curator'],
  'change-proposal': ['curator', 'approver'],
  'stand-behind': ['curator', 'approver'],
  comment: ['curator', 'approver', 'publisher'],
  assign: ['curator', 'approver'],
  'withdraw-own': ['reporter', 'curator'],
  'withdraw-colleagues': ['curator'],
  approve: ['approver'],
  unapprove: ['administrator'],
  reject: ['approver'],
  review: ['curator', 'approver'],
  override: ['approver', 'publisher'],
  'urgent-retire': ['curator', 'approver', 'publisher'],
  publish: ['publisher'],
  'answer-appeal': ['curator', 'approver'],
  'answer-report': ['curator', 'approver'],
  export: ['curator', 'approver', 'publisher', 'auditor', 'administrator'],
  'read-own-reports': ['reporter', 'curator', 'approver', 'publisher', 'auditor', 'administrator'],
  'read-entries': ['curator', 'approver', 'publisher', 'auditor', 'administrator'],
  'read-reasons': ['curator', 'approver', 'publisher', 'auditor', 'administrator'],
  'read-reports': ['curator', 'approver', 'auditor', 'administrator'],
  'read-appeals': ['curator', 'approver', 'auditor', 'administrator'],
  'read-events': ['auditor', 'administrator'],
  'read-subscribers': ['publisher', 'auditor', 'administrator'],
  'read-users': ['auditor', 'administrator'],
  'manage-list': ['administrator'],
  'manage-register': ['administrator'],
  'manage-subscribers': ['administrator'],
  'manage-users': ['administrator'],
  'manage-keys': ['administrator'],
} as const satisfies Readonly<Record<string, readonly Role[]>>

export type Act = keyof typeof ACT_ROLES

export type Verdict =
  | { readonly allowed: true }
  /** The reason is for the person who is refused. */
  | { readonly allowed: false; readonly reason: string }

/**
 * Whether `person` may do `act` on `list`; with `ALL_LISTS` for what concerns no single list, for which roles for all lists alone
 * count. Of what a list's policy asks beyond that, such as approvals from several organisations, it knows nothing.
 */
export function mayAct(person: Person, act: Act, list: string): Verdict {
  const needed: readonly Role[] = ACT_ROLES[act]
  const isEnough = (grants: Person['roles']): boolean =>
    grants.some((grant) => needed.includes(grant.role) && coversList(grant, list))
  if (isEnough(person.roles)) return { allowed: true }
  return {
    allowed: false,
    reason: isEnough(person.withheld ?? [])
      ? `expected a sign-in with a second factor for ${act} on ${printList(list)}, got one without`
      : `expected ${printNeeded(needed)} of ${printList(list)} for ${act}, got ${printRoles(person)}`,
  }
}

function printNeeded(roles: readonly Role[]): string {
  const last = roles.at(-1) ?? ''
  const others = roles.slice(0, -1)
  const text = others.length === 0 ? last : `${others.join(', ')} or ${last}`
  return `${/^[aeiou]/.test(text) ? 'an' : 'a'} ${text}`
}

function printList(list: string): string {
  return list === ALL_LISTS ? 'all lists' : JSON.stringify(list)
}

function printRoles({ name, roles }: Person): string {
  const told = roles.length === 0 ? 'no role' : roles.map(printGrant).join(', ')
  return `${JSON.stringify(name)}, who has ${told}`
}
