import { Fault } from '../core/fault.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import type { DecisionAct } from '../core/proposal.ts'

/** How many people must stand behind a decision, from how many organisations. */
export interface ApprovalPolicy {
  readonly people: number
  readonly organisations: number
}

/** What somebody wants decided, as far as the policy cares. */
export interface WantedAct {
  readonly act: DecisionAct
  readonly urgent: boolean
}

const ONE: ApprovalPolicy = { people: 1, organisations: 1 }

/**
 * What the list's definition asks of a decision (`docs/spec/decisions.md` §4). A mirror adds and retires, so it needs the more of both; an
 * urgent retirement is always one person's, for a wrong entry harms as long as it stands.
 */
export function approvalPolicy(
  { approvals }: ListDefinition,
  { act, urgent }: WantedAct,
): ApprovalPolicy {
  const { needed: people, organisations, retire } = approvals
  if (act === 'retire') {
    return urgent ? ONE : { people: retire.needed, organisations: retire.organisations }
  }
  if (act !== 'mirror') return { people, organisations }
  return {
    people: Math.max(people, retire.needed),
    organisations: Math.max(organisations, retire.organisations),
  }
}

/** A retirement may always be urgent, an addition where the list says so, and nothing else. Throws `proposal/urgent`. */
export function assertMayBeUrgent(
  { id, approvals }: ListDefinition,
  { act, urgent }: WantedAct,
): void {
  if (!urgent || act === 'retire' || (act === 'add' && approvals.urgentAdd)) return
  throw new Fault(
    'proposal/urgent',
    act === 'add'
      ? `expected an addition that waits for the next publication of ${JSON.stringify(id)}, got an urgent one: its definition has approvals.urgentAdd false`
      : `expected an urgent addition or retirement, got an urgent ${act}`,
  )
}
