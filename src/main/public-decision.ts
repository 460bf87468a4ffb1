import type { DecisionAct, DecisionSource } from '../core/proposal.ts'

/** A decision as commands show it, whether a database or a server has told it. */
export interface ToldDecision {
  readonly id: number
  readonly list: string
  readonly act: DecisionAct
  readonly reference: string
  readonly category: string
  readonly reason: string
  readonly legalBasis: string
  readonly evidence: string
  readonly proposer: string
  readonly decidedBy: string
  readonly decidedAt: Date
  readonly urgent: boolean
  readonly reviewOn: string | null
  readonly expiresOn: string | null
  readonly added: number
  readonly retired: number
  readonly amended: number
  readonly source: DecisionSource | null
  readonly override: string | null
}

/** A decision as it is shown outside: its list by the id, and not by a number that means nothing there; its members in one order. */
export function publicDecision(decision: ToldDecision): ToldDecision {
  const { id, list, act, reference, category, reason, legalBasis, evidence, proposer } = decision
  const { decidedBy, decidedAt, urgent, reviewOn, expiresOn, added, retired, amended } = decision
  const { source, override } = decision
  return {
    ...{ id, list, act, reference, category, reason, legalBasis, evidence, proposer, decidedBy },
    ...{ decidedAt, urgent, reviewOn, expiresOn, added, retired, amended, source, override },
  }
}
