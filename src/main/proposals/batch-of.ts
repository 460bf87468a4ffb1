import type { GuardedBatch } from '../../curation/guards/guard-deps.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredProposal } from '../../store/read-proposals.ts'

/** What a proposal would add, as the guards see it. */
export function batchOf(
  { proposals }: Pick<Store, 'proposals'>,
  proposal: StoredProposal,
): GuardedBatch {
  return {
    size: proposal.added + proposal.amended,
    lines: () => proposals.lines(proposal, 'add'),
  }
}
