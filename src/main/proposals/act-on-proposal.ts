import { approvalPolicy } from '../../curation/approval-policy.ts'
import { missingApprovals } from '../../curation/missing-approvals.ts'
import { assertProposalAct, type PlainAct } from '../../curation/plan-proposal-act.ts'
import type { Deciding } from './deciding.ts'
import { findProposal } from './find-proposal.ts'
import { newAct } from './new-act.ts'
import { proposalOf, type ProposalOutcome } from './outcome.ts'

/** Something that is done to a proposal and can't decide it. */
export interface ActRequest {
  readonly act: PlainAct
  readonly id: string
  readonly expected: number | null
  readonly text: string
  /** To whom it is assigned, empty for nobody; whose approval is withdrawn, null for one's own. */
  readonly whom: string | null
}

/** Rejects, withdraws, comments, assigns, or takes an approval back. Throws what `assertProposalAct` throws. */
export function actOnProposal(
  deciding: Deciding,
  { act, id, expected, text, whom }: ActRequest,
): ProposalOutcome {
  const { store, person } = deciding
  return store.write(() => {
    const found = findProposal(store, id)
    assertProposalAct(act, { ...found, person, expected, text, whom })
    const about = act === 'approval-withdrawn' ? (whom ?? person.name) : whom
    store.proposals.append(found.proposal, newAct(deciding, act, { text, whom: about }))
    const { proposal, standing, list } = findProposal(store, id)
    const { state, findings } = standing
    const isOpen = state === 'open'
    const policy = approvalPolicy(list.definition, proposal)
    return {
      ...{ list: list.id, ...proposalOf(proposal), state, decision: null, note: '' },
      missing: isOpen ? missingApprovals(standing, policy) : null,
      findings: isOpen ? findings : [],
    }
  })
}
