import { Fault } from '../core/fault.ts'
import type { GuardSummary } from '../core/guard-summary.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import type { Person } from '../core/person.ts'
import type { ProposalTerms } from '../core/proposal.ts'
import { approvalPolicy, assertMayBeUrgent, type WantedAct } from './approval-policy.ts'
import { assertMayAct } from './assert-may-act.ts'
import { isComplete, missingApprovals, type Missing } from './missing-approvals.ts'
import { mayAct } from './may-act.ts'
import { proposingActs } from './proposing-acts.ts'

/** Somebody proposes, or makes a new revision of a proposal. */
export interface Speaking {
  readonly definition: ListDefinition
  readonly wanted: WantedAct
  readonly person: Person
  readonly findings: readonly GuardSummary[]
  /** Codes of warnings that the person has seen. */
  readonly acknowledged: readonly string[]
}

/** What a person's word for his own proposal amounts to. */
export interface ProposalPlan {
  /** Whether it is one of those that the list asks for. */
  readonly counts: boolean
  /** What it waits for then; where nothing is missing it is decided at once. */
  readonly missing: Missing
  readonly isDecided: boolean
}

/**
 * Whether somebody may propose that, and whether it is decided with it. Throws `user/refused` and `proposal/urgent`.
 */
export function planProposal(speaking: Speaking): ProposalPlan {
  const { definition, wanted, person } = speaking
  for (const act of proposingActs(wanted)) assertMayAct(person, act, definition.id)
  assertMayBeUrgent(definition, wanted)
  return planOwnWord(speaking)
}

/** As `planProposal`, of a person who may propose or change. */
export function planOwnWord(speaking: Speaking): ProposalPlan {
  const { definition, wanted, person, findings, acknowledged } = speaking
  const policy = approvalPolicy(definition, wanted)
  // A name that nobody has proven is one voice, and never one of several: whoever gave it may give another.
  const isHeard = person.isUnproven !== true || policy.people === 1
  const backing = wanted.act === 'retire' && wanted.urgent ? 'urgent-retire' : 'stand-behind'
  const counts = isHeard && mayAct(person, backing, definition.id).allowed
  const voice = { name: person.name, organisation: person.organisation.name, acknowledged }
  const missing = missingApprovals({ voices: counts ? [voice] : [], findings }, policy)
  return { counts, missing, isDecided: isComplete(missing) }
}

/**
 * Both must be said of everything that known people propose, whoever decides it; an urgent retirement waits for no paperwork.
 * Throws `proposal/incomplete`.
 */
export function assertGrounds(
  { act, urgent }: WantedAct,
  { reason, legalBasis }: Pick<ProposalTerms, 'reason' | 'legalBasis'>,
  { isUnproven }: Person,
): void {
  if (reason.trim() === '') throw incomplete('a reason')
  if (isUnproven === true || (act === 'retire' && urgent)) return
  if (legalBasis.trim() === '') {
    throw incomplete("a legal basis, of its own or in the list's definition (legalBasis)")
  }
}

function incomplete(what: string): Fault {
  return new Fault('proposal/incomplete', `expected ${what}, got none`)
}

/** Where evidence is named, its digest may be kept with it. Throws `proposal/incomplete`. */
export function assertEvidence({
  evidence,
  evidenceSha256,
}: Pick<ProposalTerms, 'evidence' | 'evidenceSha256'>): void {
  if (evidenceSha256 === '') return
  if (!/^[0-9a-f]{64}$/.test(evidenceSha256)) {
    throw new Fault(
      'proposal/incomplete',
      `expected the SHA-256 of the evidence as 64 lower-case hex digits, got ${JSON.stringify(evidenceSha256)}`,
    )
  }
  if (evidence.trim() === '') throw incomplete('where the evidence lies, since its digest is given')
}
