import type { GuardSummary } from '../../core/guard-summary.ts'
import type { DecisionAct, ProposalCounts, ProposalTerms } from '../../core/proposal.ts'
import { decisionDays } from '../../curation/decision-days.ts'
import { assertProven } from '../../curation/plan-approval.ts'
import { planLoneWord } from '../../curation/plan-lone-word.ts'
import { assertEvidence, assertGrounds, planProposal } from '../../curation/plan-proposal.ts'
import type { EntryChange } from '../../store/decision-store.ts'
import type { StoredList } from '../../store/list-store.ts'
import { openUrgentReview } from '../open-urgent-review.ts'
import type { Deciding } from './deciding.ts'
import { newAct } from './new-act.ts'
import { proposalOf, type ProposalOutcome } from './outcome.ts'

/** What somebody wants decided. */
export interface Wanted {
  readonly list: StoredList
  readonly act: DecisionAct
  /** Without a legal basis it is the list's. */
  readonly terms: ProposalTerms
  readonly change: EntryChange
  readonly counts: ProposalCounts
  /** Codes of warnings that the person has seen. */
  readonly acknowledged: readonly string[]
  /** Why it is to be decided although guards stop it: a word that counts as long as there are no users. */
  readonly override: string | null
  /** What the guards have against it, where whoever planned it has asked them already. */
  readonly findings?: readonly GuardSummary[]
}

/**
 * Proposes a change, and decides it where the person's own word is all that the list asks for. Call it inside the write transaction in which the
 * change was planned. Throws `user/refused`, `proposal/urgent`, `proposal/incomplete`, and
 * what `planLoneWord` throws.
 */
export function propose(deciding: Deciding, wanted: Wanted): ProposalOutcome {
  const { list, act, change, acknowledged } = wanted
  const { person } = deciding
  const terms = withBasis(list, wanted.terms)
  const asked = { act, urgent: terms.urgent }
  const findings = wanted.findings ?? findingsOf(deciding, wanted)
  const heard = planLoneWord({ person, findings, acknowledged, override: wanted.override })
  const { definition } = list
  const plan = planProposal({ definition, wanted: asked, person, ...heard })
  assertGrounds(asked, terms, person)
  assertEvidence(terms)
  if (plan.isDecided) {
    const decision = decideAtOnce(deciding, { ...wanted, terms, override: heard.override })
    if (act === 'retire' && terms.urgent) reviewAfterwards(deciding, { ...wanted, terms }, decision)
    const settled = { state: 'decided', decision, missing: null } as const
    return { list: list.id, proposal: null, revision: null, ...settled, findings, note: '' }
  }
  // The reason alone would be lost: it is for whoever decides it, who can't be the one that gives it here.
  if (heard.override !== null) assertProven(person)
  const proposed = newAct(deciding, 'proposed', { counts: plan.counts, acknowledged, findings })
  const id = deciding.store.proposals.open({ ...terms, list, act }, change, proposed)
  const waiting = { state: 'open', decision: null, missing: plan.missing, findings } as const
  return { list: list.id, ...proposalOf({ id, revision: 1 }), ...waiting, note: '' }
}

/** In the transaction of the decision: nothing is retired urgently without being looked at afterwards. */
function reviewAfterwards(
  { store, person, at }: Deciding,
  { list, terms }: Wanted,
  decision: number,
): void {
  const { reason } = terms
  openUrgentReview(store, list, { decision, actor: person.name, reason, at })
}

function findingsOf(
  { checkGuards }: Deciding,
  { list, act, change, counts }: Wanted,
): readonly GuardSummary[] {
  if (act === 'retire') return []
  return checkGuards(list, { size: counts.added + counts.amended, lines: () => change.added })
}

/** The list's own basis is that of whatever names none. */
export function withBasis({ definition }: StoredList, terms: ProposalTerms): ProposalTerms {
  return terms.legalBasis === '' ? { ...terms, legalBasis: definition.legalBasis } : terms
}

/** No copy of the lines is made on the way: an import of millions goes straight to the list. */
function decideAtOnce({ store, person, at }: Deciding, wanted: Wanted): number {
  const { list, act, terms, counts, change, acknowledged, override } = wanted
  const { evidence, evidenceSha256, shrinkReason, ...same } = terms
  return store.decisions.commit(
    {
      ...same,
      ...counts,
      ...daysOf(list, act, at),
      listRowId: list.rowId,
      act,
      evidence: printEvidence({ evidence, evidenceSha256 }),
      proposer: person.name,
      decidedBy: person.name,
      decidedAt: at,
      override: printOverride(shrinkReason, override),
    },
    change,
    { actor: person.name, proposal: null, acknowledged },
  )
}

/** When its entries are due to be looked at again, and to end: a retirement has none. */
export function daysOf(
  { definition }: StoredList,
  act: DecisionAct,
  at: Date,
): ReturnType<typeof decisionDays> | { readonly reviewOn: null; readonly expiresOn: null } {
  return act === 'retire' ? { reviewOn: null, expiresOn: null } : decisionDays(definition, at)
}

/** As a decision keeps it: in one text. */
export function printEvidence({
  evidence,
  evidenceSha256,
}: Pick<ProposalTerms, 'evidence' | 'evidenceSha256'>): string {
  return evidenceSha256 === '' ? evidence : `${evidence} (SHA-256 ${evidenceSha256})`
}

/** As a decision keeps them: in one text, or null where there are none. */
export function printOverride(...reasons: readonly (string | null)[]): string | null {
  const given = reasons.filter((reason) => reason !== null)
  return given.length === 0 ? null : given.join('; ')
}

/** Whether the guards find something else than they did. */
export function isNews(before: readonly GuardSummary[], now: readonly GuardSummary[]): boolean {
  return JSON.stringify(before) !== JSON.stringify(now)
}
