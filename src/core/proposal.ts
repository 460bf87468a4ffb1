import type { GuardSummary } from './guard-summary.ts'

/** What a decision does to its list, and so what can be proposed. */
export const DECISION_ACTS = ['add', 'retire', 'amend', 'import', 'mirror'] as const
export type DecisionAct = (typeof DECISION_ACTS)[number]

/** The file that an import has read. */
export interface DecisionSource {
  readonly name: string
  readonly sha256: string
  readonly accepted: number
  readonly refused: number
}

/** `docs/spec/decisions.md` §3: `open` once, and then one of the others for ever. */
export const PROPOSAL_STATES = ['open', 'decided', 'rejected', 'withdrawn', 'overtaken'] as const
export type ProposalState = (typeof PROPOSAL_STATES)[number]

/** What happens to a proposal. Its state follows from these, and from nothing else. */
export const PROPOSAL_ACTS = [
  'proposed',
  'changed',
  'checked',
  'approved',
  'approval-withdrawn',
  'rejected',
  'withdrawn',
  'commented',
  'assigned',
  'override-asked',
  'override-confirmed',
  'decided',
  'overtaken',
] as const
export type ProposalActName = (typeof PROPOSAL_ACTS)[number]

/** What a revision says beside its lines. */
export interface ProposalTerms {
  readonly reason: string
  readonly legalBasis: string
  /** Where the evidence lies, never the evidence itself. */
  readonly evidence: string
  /** SHA-256 of the evidence in lower-case hex; empty for none. */
  readonly evidenceSha256: string
  /** The public, opaque code that its entries carry; empty for none. */
  readonly reference: string
  readonly category: string
  readonly urgent: boolean
  readonly source: DecisionSource | null
  /** Why a mirror may lose a large part of the list. */
  readonly shrinkReason: string | null
}

/** How many entries it would add, retire, and change. */
export interface ProposalCounts {
  readonly added: number
  readonly retired: number
  readonly amended: number
}

/** One line of a proposal's story. */
export interface ProposalAct {
  readonly act: ProposalActName
  readonly actor: string
  /** The name of the actor's organisation at that time; names never change. */
  readonly organisation: string
  readonly at: Date
  /** What the act was about: of `changed` the revision that it made. */
  readonly revision: number
  readonly text: string
  /** Whether the actor's word is one of those that the list asks for. */
  readonly counts: boolean
  /** The warnings that the actor says to have seen. */
  readonly acknowledged: readonly string[]
  /** What the guards found at this time; null where they weren't asked, or found the same as before. */
  readonly findings: readonly GuardSummary[] | null
  /** Whom it is assigned to, empty for nobody; whose approval is withdrawn; null for other acts. */
  readonly whom: string | null
  /** Of `decided` alone. */
  readonly decision: number | null
}

/** A proposal as it stands: what its newest revision says. */
export interface Proposal extends ProposalTerms, ProposalCounts {
  readonly id: number
  readonly list: string
  readonly act: DecisionAct
  readonly state: ProposalState
  readonly revision: number
  /** What the acts on this revision commit to (`docs/spec/events.md` §4). */
  readonly digest: string
  readonly openedAt: Date
  /** Empty for nobody. */
  readonly assignee: string
}

/** Ids as people write them: `p7`, so that nobody takes a proposal for a decision. */
export function printProposalId(id: number): string {
  return `p${id}`
}

/** Null when it isn't one. */
export function readProposalId(text: string): number | null {
  return /^p[1-9]\d{0,14}$/.test(text) ? Number(text.slice(1)) : null
}
