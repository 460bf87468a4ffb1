import { ROLES, type Role } from '../../src/core/person.ts'
import { ONE, TWO } from './deciding.ts'

/**
 * Every act on proposals, by whom it may be done, and what must come of it under each policy: the same through the API and through the command
 * line. The tables say it by themselves: nothing here is reckoned from the program's own.
 */
/** Policies, and what lists ask by them. */
export const POLICIES = {
  'one person': ONE,
  'two of two organisations': { ...TWO, retire: TWO },
  'two of two, urgent additions too': { ...TWO, retire: ONE, urgentAdd: true },
} as const
export type Policy = keyof typeof POLICIES

/** What comes of an act: the state of the proposal, or the code of why not. */
type Outcome = string

interface PolicyRow {
  readonly act: string
  readonly roles: readonly Role[]
  /** Of whoever may, under each of the policies in their order. */
  readonly then: readonly [Outcome, Outcome, Outcome]
}

const CURATOR: readonly Role[] = ['curator']
const BOTH: readonly Role[] = ['curator', 'approver']

/** What may be proposed. */
export const PROPOSING: readonly PolicyRow[] = [
  { act: 'add', roles: CURATOR, then: ['decided', 'open', 'open'] },
  { act: 'retire', roles: CURATOR, then: ['decided', 'open', 'decided'] },
  { act: 'amend', roles: CURATOR, then: ['decided', 'open', 'open'] },
  { act: 'urgent add', roles: CURATOR, then: ['proposal/urgent', 'proposal/urgent', 'open'] },
  {
    ...{ act: 'urgent retire', roles: ['curator', 'approver', 'publisher'] },
    then: ['decided', 'decided', 'decided'],
  },
]

/** What may be done with what a curator of another organisation has proposed, which waits for more than his word. */
export const ON_PROPOSALS: readonly PolicyRow[] = [
  { act: 'approvals', roles: ['approver'], then: ['', 'decided', 'decided'] },
  { act: 'rejection', roles: ['approver'], then: ['', 'rejected', 'rejected'] },
  { act: 'withdrawal', roles: [], then: ['', 'user/refused', 'user/refused'] },
  { act: 'comments', roles: ['curator', 'approver', 'publisher'], then: ['', 'open', 'open'] },
  { act: 'assignment', roles: BOTH, then: ['', 'open', 'open'] },
  { act: 'revisions', roles: BOTH, then: ['', 'open', 'open'] },
  { act: 'overrides', roles: ['approver', 'publisher'], then: ['', 'open', 'open'] },
  // Of somebody else's word; one's own needs nothing.
  { act: 'approvals/taken-back', roles: ['administrator'], then: ['', 'open', 'open'] },
]

/** One act by one role under one policy. */
export interface PolicyCell {
  readonly policy: Policy
  readonly act: string
  readonly role: Role
  readonly allowed: boolean
  /** What comes of it where it is allowed. */
  readonly then: Outcome
}

/** All of a table; without the policies under which there is nothing to do it to. */
export function policyCells(rows: readonly PolicyRow[]): readonly PolicyCell[] {
  return (Object.keys(POLICIES) as Policy[]).flatMap((policy, i) =>
    rows
      .filter(({ then }) => then[i] !== '')
      .flatMap(({ act, roles, then }) =>
        ROLES.map((role) => ({ policy, act, role, allowed: roles.includes(role), then: then[i]! })),
      ),
  )
}
