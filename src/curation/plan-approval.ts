import { Fault } from '../core/fault.ts'
import { stopsOf, warningsOf, type GuardSummary } from '../core/guard-summary.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import type { Person } from '../core/person.ts'
import { printProposalId, type Proposal } from '../core/proposal.ts'
import { approvalPolicy } from './approval-policy.ts'
import { assertMayAct } from './assert-may-act.ts'
import { isComplete, missingApprovals, type Missing } from './missing-approvals.ts'
import { assertAsSeen, type ProposalQuestion } from './proposal-question.ts'
import { standingVoices, type Standing } from './replay-proposal.ts'

/** Somebody wants to approve what he has seen. */
export interface Approving extends ProposalQuestion {
  readonly definition: ListDefinition
  readonly person: Person
  readonly acknowledged: readonly string[]
}

/** What an approval amounts to. */
export interface ApprovalPlan {
  /** False when the person's word stands already, as after a double click. */
  readonly isNew: boolean
  /** Every warning that the person has seen, now or before. */
  readonly acknowledged: readonly string[]
  readonly missing: Missing
  readonly isDecided: boolean
}

/**
 * Whether the person's approval may be taken at all, before the guards are asked. Throws `proposal/settled`, `proposal/changed`,
 * `user/refused`, `proposal/own` and `decision/approvals-needed`.
 */
export function assertMayApprove(approving: Approving): void {
  assertAsSeen(approving)
  const { proposal, standing, person } = approving
  assertProven(person)
  if (person.name === standing.author.name) assertOwnWord(approving)
  else assertMayAct(person, 'approve', proposal.list)
}

/** Throws `decision/approvals-needed`. */
export function assertProven({ name, isUnproven }: Person): void {
  if (isUnproven !== true) return
  throw new Fault(
    'decision/approvals-needed',
    `expected the word of a user, got ${JSON.stringify(name)}, a name that anybody can give: there are no users yet; add them first`,
  )
}

/** Whoever made the revision has said his word with it; he may only add that he has seen its warnings. */
function assertOwnWord({ proposal, standing, person }: Approving): void {
  if (standing.voices.some(({ name }) => name === person.name)) return
  throw new Fault(
    'proposal/own',
    `expected somebody else to approve ${printProposalId(proposal.id)}, got ${JSON.stringify(person.name)}, whose own revision it is`,
  )
}

/**
 * What the approval amounts to, after `assertMayApprove`, with what the guards find now. Throws `proposal/stopped`, `proposal/warned`
 * and `proposal/own`.
 */
export function planApproval(
  approving: Approving,
  findings: readonly GuardSummary[],
): ApprovalPlan {
  const { definition, proposal, standing, person } = approving
  const now: Standing = { ...standing, findings }
  assertNotStopped(proposal, findings)
  const acknowledged = seenBy(approving)
  assertAcknowledged(proposal, acknowledged, findings)
  const isNew = !standingVoices(now).some(({ name }) => name === person.name)
  if (!isNew && person.name === standing.author.name) {
    throw new Fault(
      'proposal/own',
      `expected somebody else to approve ${printProposalId(proposal.id)}, got ${JSON.stringify(person.name)}, whose word for it is counted already`,
    )
  }
  const voice = { name: person.name, organisation: person.organisation.name, acknowledged }
  const others = now.voices.filter(({ name }) => name !== person.name)
  const voices = isNew ? [...others, voice] : now.voices
  const missing = missingApprovals({ voices, findings }, approvalPolicy(definition, proposal))
  return { isNew, acknowledged, missing, isDecided: isComplete(missing) }
}

function assertNotStopped({ id }: Pick<Proposal, 'id'>, findings: readonly GuardSummary[]): void {
  const stops = stopsOf(findings)
  if (stops.length === 0) return
  const why = findings.find(({ code }) => code === stops[0])?.message ?? ''
  throw new Fault(
    'proposal/stopped',
    `expected no guard to stop ${printProposalId(id)}, got ${stops.join(', ')}: ${why}; change the proposal, or have two people override it`,
  )
}

function seenBy({ person, standing, acknowledged }: Approving): readonly string[] {
  const before = standing.voices.find(({ name }) => name === person.name)?.acknowledged ?? []
  return [...new Set([...before, ...acknowledged])].sort()
}

function assertAcknowledged(
  { id }: Pick<Proposal, 'id'>,
  acknowledged: readonly string[],
  findings: readonly GuardSummary[],
): void {
  const unseen = warningsOf(findings).filter((code) => !acknowledged.includes(code))
  if (unseen.length === 0) return
  throw new Fault(
    'proposal/warned',
    `expected the warnings of ${printProposalId(id)} to be acknowledged, got no word on ${unseen.join(', ')}: look at them, then say --acknowledge ${unseen.join(',')}`,
  )
}
