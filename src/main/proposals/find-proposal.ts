import { Fault } from '../../core/fault.ts'
import { readProposalId } from '../../core/proposal.ts'
import { replayProposal, type Standing } from '../../curation/replay-proposal.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredProposal } from '../../store/read-proposals.ts'
import { listNow } from './deciding.ts'

/** A proposal, how it stands, and its list as it is now. */
export interface FoundProposal {
  readonly proposal: StoredProposal
  readonly standing: Standing
  readonly list: StoredList
}

/** The proposal of an id such as `p7`. Throws `proposal/not-found` and `usage/invalid`. */
export function findProposal(store: Store, id: string): FoundProposal {
  const proposal = store.proposals.find(parseProposalId(id))
  if (proposal === null) {
    throw new Fault(
      'proposal/not-found',
      `expected the id of a proposal, got ${JSON.stringify(id)}: «bailiwick decision ls --open» shows those that wait`,
    )
  }
  const standing = replayProposal(store.proposals.acts(proposal.id))
  return { proposal, standing, list: listNow({ store }, proposal.list) }
}

/** A bare number could be meant for a decision, and another proposal would be approved than the one that was read. Throws `usage/invalid`. */
function parseProposalId(text: string): number {
  const id = readProposalId(text)
  if (id !== null) return id
  throw new Fault(
    'usage/invalid',
    `expected the id of a proposal, such as p7, got ${JSON.stringify(text)}`,
  )
}
