import type { GuardSummary } from '../../core/guard-summary.ts'
import { printProposalId, type ProposalState } from '../../core/proposal.ts'
import type { Missing } from '../../curation/missing-approvals.ts'
import { EXIT } from '../run-program.ts'

/** What an act has made of what somebody wants decided. */
export interface ProposalOutcome {
  readonly list: string
  /** Null when it was decided as it was proposed. */
  readonly proposal: string | null
  readonly revision: number | null
  readonly state: ProposalState
  readonly decision: number | null
  /** What an open one waits for. */
  readonly missing: Missing | null
  readonly findings: readonly GuardSummary[]
  /** Why it was overtaken, or what a decision has left out; empty for nothing. */
  readonly note: string
}

/** Without what else may be told with it, its members in one order. */
export function plainOutcome(told: ProposalOutcome): ProposalOutcome {
  const { list, proposal, revision, state, decision, missing, findings, note } = told
  return { list, proposal, revision, state, decision, missing, findings, note }
}

/** «decision 12», or «proposal p7 waits for 1 more approval, from another organisation», and what the guards say. */
export function printOutcome(outcome: ProposalOutcome): string {
  const { findings, note } = outcome
  return [
    printState(outcome),
    ...(note === '' ? [] : [note]),
    ...findings.map(
      (finding) =>
        `${finding.class === 'stop' ? 'stopped' : 'warning'} by ${finding.code}: ${finding.message}`,
    ),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

function printState({ proposal, state, decision, missing }: ProposalOutcome): string {
  if (decision !== null) {
    return proposal === null
      ? `decision ${decision}`
      : `decision ${decision}, of proposal ${proposal}`
  }
  const name = `proposal ${proposal ?? ''}`
  if (state !== 'open') return `${name} is ${state}`
  return missing === null ? `${name} is open` : `${name} ${printMissing(missing)}`
}

/** What an open proposal waits for, as a verb with its object. */
export function printMissing({ people, organisations, stops }: Missing): string {
  if (stops.length > 0) return `is stopped by ${stops.join(', ')}; two people can override that`
  if (people === 0) return 'waits for nothing but somebody to approve it'
  const approvals = `waits for ${people} more approval${people === 1 ? '' : 's'}`
  if (organisations === 0) return approvals
  return organisations === 1
    ? `${approvals}, ${people === 1 ? '' : 'one of them '}from another organisation`
    : `${approvals}, from ${organisations} other organisations`
}

/** 1 where a guard has stopped what somebody wanted, or the list has gone on without him. */
export function exitCodeOf({ state, missing }: ProposalOutcome): number {
  const isStopped = (missing?.stops.length ?? 0) > 0
  return state === 'overtaken' || isStopped ? EXIT.findings : EXIT.fine
}

export function proposalOf({ id, revision }: { readonly id: number; readonly revision: number }): {
  readonly proposal: string
  readonly revision: number
} {
  return { proposal: printProposalId(id), revision }
}
