import { Fault, isFault } from '../../core/fault.ts'
import type { GuardSummary } from '../../core/guard-summary.ts'
import { assertMayApprove, planApproval, type Approving } from '../../curation/plan-approval.ts'
import { standingVoices } from '../../curation/replay-proposal.ts'
import { decideProposal } from './decide-proposal.ts'
import type { Deciding } from './deciding.ts'
import { batchOf } from './batch-of.ts'
import { findProposal, type FoundProposal } from './find-proposal.ts'
import { newAct } from './new-act.ts'
import { proposalOf, type ProposalOutcome } from './outcome.ts'
import { isNews } from './propose.ts'

/** Which proposal, and what of it has been seen. */
export interface ApprovalRequest {
  /** Such as `p7`. */
  readonly id: string
  /** The revision that was looked at; null takes the newest. */
  readonly expected: number | null
  /** Codes of warnings. */
  readonly acknowledged: readonly string[]
}

/** What became of each, in their order: a batch goes on where one of it is refused. */
export type Approved = ProposalOutcome | Fault

/**
 * Approves proposals in one transaction, and decides those that are complete with it. What can't be approved is a fault in its place, and keeps
 * nothing from the others; a fault of the database undoes all.
 */
export function approveProposals(
  deciding: Deciding,
  requests: readonly ApprovalRequest[],
): readonly Approved[] {
  return deciding.store.write(() => requests.map((request) => approveOne(deciding, request)))
}

function approveOne(deciding: Deciding, request: ApprovalRequest): Approved {
  try {
    return tryApprove(deciding, request)
  } catch (error) {
    // A rule has refused it before anything was written. What else is thrown takes the whole batch back.
    if (isFault(error) && !error.code.startsWith('store/') && !error.code.startsWith('event/')) {
      return error
    }
    throw error
  }
}

function tryApprove(deciding: Deciding, request: ApprovalRequest): Approved {
  const { store, person } = deciding
  const found = findProposal(store, request.id)
  const { proposal, standing, list } = found
  const { expected, acknowledged } = request
  const approving = { ...found, definition: list.definition, person, expected, acknowledged }
  assertMayApprove(approving)
  const findings = recheck(deciding, found)
  const plan = planNow(approving, findings ?? standing.findings)
  if (plan instanceof Fault) {
    // Whoever looks next is to see what has stopped this one.
    if (findings !== null)
      store.proposals.append(proposal, newAct(deciding, 'checked', { findings }))
    return plan
  }
  if (plan.isNew) {
    const said = { counts: true, acknowledged: plan.acknowledged, findings }
    store.proposals.append(proposal, newAct(deciding, 'approved', said))
  }
  if (plan.isDecided) {
    const now = findProposal(store, request.id)
    const voices = standingVoices(now.standing)
    const people = voices.map(({ name }) => name)
    const seen = [...new Set(voices.flatMap((voice) => voice.acknowledged))].sort()
    return decideProposal(deciding, now, { people, acknowledged: seen, override: null })
  }
  const waiting = { state: 'open', decision: null, missing: plan.missing, note: '' } as const
  return {
    ...{ list: list.id, ...proposalOf(proposal), ...waiting },
    findings: findings ?? standing.findings,
  }
}

function planNow(
  approving: Approving,
  findings: readonly GuardSummary[],
): ReturnType<typeof planApproval> | Fault {
  try {
    return planApproval(approving, findings)
  } catch (error) {
    if (isFault(error, 'proposal/stopped', 'proposal/warned')) return error
    throw error
  }
}

/** What the guards find now, or null where it is what they found last: the list, the registers and the world go on while a proposal waits. */
export function recheck(
  { store, checkGuards }: Deciding,
  { proposal, standing, list }: FoundProposal,
): readonly GuardSummary[] | null {
  if (proposal.act === 'retire') return null
  const findings = checkGuards(list, batchOf(store, proposal))
  return isNews(standing.findings, findings) ? findings : null
}
