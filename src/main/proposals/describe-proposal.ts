import type { GuardSummary } from '../../core/guard-summary.ts'
import { printProposalId, type Proposal, type ProposalAct } from '../../core/proposal.ts'
import { approvalPolicy, type ApprovalPolicy } from '../../curation/approval-policy.ts'
import { missingApprovals, type Missing } from '../../curation/missing-approvals.ts'
import { replayProposal, standingVoices, type Voice } from '../../curation/replay-proposal.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredProposal } from '../../store/read-proposals.ts'
import { listNow } from './deciding.ts'

/** A proposal as it is shown outside. */
export interface ProposalTold extends Proposal {
  /** Such as `p7`. */
  readonly proposal: string
  readonly proposer: Pick<Voice, 'name' | 'organisation'>
  /** Whoever made the newest revision. */
  readonly author: Pick<Voice, 'name' | 'organisation'>
  readonly voices: readonly Voice[]
  /** What its list asks for today; null of what is settled. */
  readonly policy: ApprovalPolicy | null
  readonly missing: Missing | null
  readonly findings: readonly GuardSummary[]
  readonly decision: number | null
  readonly acts: readonly ProposalAct[]
}

/** Without what means nothing outside the database. */
function publicProposal(stored: StoredProposal): Proposal {
  const hidden = { listRowId: undefined, linesOf: undefined, definitionId: undefined }
  return { ...stored, ...hidden }
}

/** Everything that is known of a proposal but its lines. */
export function describeProposal(store: Store, stored: StoredProposal): ProposalTold {
  const acts = store.proposals.acts(stored.id)
  const standing = replayProposal(acts)
  const isOpen = standing.state === 'open'
  const { definition } = listNow({ store }, stored.list)
  const policy = isOpen ? approvalPolicy(definition, stored) : null
  return {
    ...publicProposal(stored),
    ...{ proposal: printProposalId(stored.id), acts, policy, findings: standing.findings },
    ...{ proposer: standing.opener, author: standing.author, voices: standingVoices(standing) },
    missing: policy === null ? null : missingApprovals(standing, policy),
    decision: standing.turn.decision,
  }
}
