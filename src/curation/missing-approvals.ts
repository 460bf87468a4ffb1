import { stopsOf, type GuardSummary } from '../core/guard-summary.ts'
import type { ApprovalPolicy } from './approval-policy.ts'
import { standingVoices, type Voice } from './replay-proposal.ts'

/** What a proposal still waits for. */
export interface Missing {
  /** How many more people. */
  readonly people: number
  /** From how many organisations that have given no word yet. */
  readonly organisations: number
  /** Guards that stop it: nothing but an override by two people gets past them. */
  readonly stops: readonly string[]
}

/** What stands between these words and a decision. */
export function missingApprovals(
  given: { readonly voices: readonly Voice[]; readonly findings: readonly GuardSummary[] },
  { people, organisations }: ApprovalPolicy,
): Missing {
  const voices = standingVoices(given)
  const heard = new Set(voices.map((voice) => voice.organisation))
  const lacking = Math.max(0, organisations - heard.size)
  return {
    people: Math.max(0, people - voices.length, lacking),
    organisations: lacking,
    stops: stopsOf(given.findings),
  }
}

export function isComplete({ people, organisations, stops }: Missing): boolean {
  return people === 0 && organisations === 0 && stops.length === 0
}
