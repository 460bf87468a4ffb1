import { approvalPolicy } from '../../curation/approval-policy.ts'
import { missingApprovals } from '../../curation/missing-approvals.ts'
import { planOverride } from '../../curation/plan-proposal-act.ts'
import { decideProposal } from './decide-proposal.ts'
import type { Deciding } from './deciding.ts'
import { findProposal } from './find-proposal.ts'
import { newAct } from './new-act.ts'
import { proposalOf, type ProposalOutcome } from './outcome.ts'

/** Somebody asks to get round the policy, or confirms what another asked. */
export interface OverrideRequest {
  readonly id: string
  readonly expected: number | null
  /** Why; whoever confirms may say more. */
  readonly text: string
}

/**
 * Decides a proposal in spite of what it lacks, when the second person says so. The first word only asks. Throws what `planOverride` throws.
 */
export function overrideProposal(
  deciding: Deciding,
  { id, expected, text }: OverrideRequest,
): ProposalOutcome {
  const { store, person } = deciding
  return store.write(() => {
    const found = findProposal(store, id)
    const { proposal, standing, list } = found
    const act = planOverride({ ...found, person, expected, text, whom: null })
    store.proposals.append(proposal, newAct(deciding, act, { text }))
    const asked = standing.overrideAsked
    if (act === 'override-confirmed' && asked !== null) {
      const people = [asked.actor, person.name]
      return decideProposal(deciding, found, { people, acknowledged: [], override: asked.text })
    }
    const policy = approvalPolicy(list.definition, proposal)
    const missing = missingApprovals(standing, policy)
    const waiting = { state: 'open', decision: null, missing } as const
    const note = `the override waits for another approver or publisher of ${list.id} to confirm it`
    return {
      ...{ list: list.id, ...proposalOf(proposal), ...waiting },
      findings: standing.findings,
      note,
    }
  })
}
