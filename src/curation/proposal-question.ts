import { Fault } from '../core/fault.ts'
import { printProposalId, type Proposal } from '../core/proposal.ts'
import type { Standing } from './replay-proposal.ts'

/** A proposal, how it stands, and which revision somebody has looked at; null takes what is there. */
export interface ProposalQuestion {
  readonly proposal: Pick<Proposal, 'id' | 'list' | 'act' | 'urgent'>
  readonly standing: Standing
  readonly expected: number | null
}

/**
 * Nobody acts on what is settled, nor on another text than the one that he has seen: of two who act at the same time, one wins and the
 * other is told by whom and when. Throws `proposal/settled` and `proposal/changed`.
 */
export function assertAsSeen({ proposal, standing, expected }: ProposalQuestion): void {
  const { state, revision, turn } = standing
  const by = `by ${JSON.stringify(turn.actor)} of ${JSON.stringify(turn.organisation)} at ${turn.at.toISOString()}`
  const id = printProposalId(proposal.id)
  if (state !== 'open') {
    throw new Fault(
      'proposal/settled',
      `expected ${id} to be open, got one that was ${state} ${by}${turn.decision === null ? '' : `, decision ${turn.decision}`}`,
    )
  }
  if (expected === null || expected === revision) return
  throw new Fault(
    'proposal/changed',
    `expected revision ${expected} of ${id}, got revision ${revision}, made ${by}: look at it again`,
  )
}
