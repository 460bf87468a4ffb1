import type { Decision } from '../store/decision-store.ts'

/** A decision as commands show it. */
export type ToldDecision = Omit<Decision, 'listRowId'>

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
