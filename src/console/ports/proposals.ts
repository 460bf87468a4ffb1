import type { GuardSummary } from '../../core/guard-summary.ts'
import type { Entry } from '../../core/entry.ts'
import type { FaultCode } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import type { DecisionAct, ProposalActName, ProposalState } from '../../core/proposal.ts'
import type { Missing } from '../../curation/missing-approvals.ts'
import type { ApprovalPolicy } from '../../curation/approval-policy.ts'
import type { PlainAct } from '../../curation/plan-proposal-act.ts'

/** A proposal as it is told to people; times in ISO 8601, UTC. */
export interface ProposalView {
  /** Such as `p7`. */
  readonly proposal: string
  readonly list: string
  readonly act: DecisionAct
  readonly urgent: boolean
  readonly state: ProposalState
  readonly revision: number
  /** SHA-256 of what this revision says. */
  readonly digest: string
  readonly openedAt: string
  readonly proposer: Speaker
  readonly author: Speaker
  readonly assignee: string
  readonly added: number
  readonly retired: number
  readonly amended: number
  readonly reason: string
  readonly legalBasis: string
  readonly evidence: string
  readonly evidenceSha256: string
  readonly category: string
  readonly reference: string
  /** The name of the file that an import has read; null for none. */
  readonly source: string | null
  /** Up to three of its values. */
  readonly samples: readonly string[]
  readonly voices: readonly Speaker[]
  readonly policy: ApprovalPolicy | null
  readonly missing: Missing | null
  readonly findings: readonly GuardSummary[]
  readonly decision: number | null
}

/** Somebody whose word it was, and for whom. */
export interface Speaker {
  readonly name: string
  readonly organisation: string
}

/** One line of its story. */
export interface ProposalActView {
  readonly act: ProposalActName
  readonly actor: string
  readonly organisation: string
  readonly at: string
  readonly revision: number
  readonly text: string
  readonly counts: boolean
  readonly acknowledged: readonly string[]
  /** Codes of what the guards found then, where it was something else than before. */
  readonly findings: readonly string[]
  readonly whom: string | null
  readonly decision: number | null
}

/** A proposal with its story. */
export interface ProposalStory extends ProposalView {
  readonly acts: readonly ProposalActView[]
}

export interface ProposalFilter {
  readonly state?: ProposalState
  readonly list?: string
  readonly assignee?: string
  /** The id to go on behind: open ones come oldest first, others newest first. */
  readonly behind: number | null
  readonly limit: number
}

/** A line that a proposal adds to its list, or takes from it. */
export interface ProposalLine extends Entry {
  readonly change: 'add' | 'retire'
}

/** The last line of a page before. */
export interface LinePlace {
  readonly change: 'add' | 'retire'
  readonly value: string
  readonly kind: string
}

/** What would become of the list, in plain words and numbers. */
export interface ImpactView {
  readonly sentences: readonly string[]
  readonly formats: readonly {
    readonly format: string
    readonly written: number
    readonly sentence: string
  }[]
  readonly before: number | null
  readonly after: number
  /** What the circuit breaker would say. */
  readonly breaker: readonly string[]
}

/** What an act has made of a proposal. */
export interface OutcomeView {
  readonly list: string
  /** Null where it was decided as it was proposed. */
  readonly proposal: string | null
  readonly revision: number | null
  readonly state: ProposalState
  readonly decision: number | null
  readonly missing: Missing | null
  readonly findings: readonly GuardSummary[]
  readonly note: string
  /** The serial that was made at once; null where none was. */
  readonly serial: number | null
}

/** What became of a proposal that was just made. */
export interface ProposedView extends OutcomeView {
  /** Its entries as they were understood, or as they shall be: the first hundred. */
  readonly entries: readonly Entry[]
  /** Entries of the list that cover one of them already: the first hundred. */
  readonly coveredBy: readonly Entry[]
}

/** What is said of everything that is proposed. */
export interface TermsRequest {
  readonly reason: string
  readonly basis?: string
  readonly evidence?: string
  readonly evidenceSha256?: string
  readonly urgent?: boolean
  readonly acknowledge?: readonly string[]
}

interface WrittenValue {
  readonly value: string
  readonly kind?: string
}

export type ProposeRequest = TermsRequest & { readonly list: string } & (
    | {
        readonly act: 'add'
        readonly entries: readonly (WrittenValue & {
          readonly action?: string
          readonly category?: string
          readonly reference?: string
        })[]
      }
    | { readonly act: 'retire'; readonly entries: readonly WrittenValue[] }
    | {
        readonly act: 'amend'
        readonly entries: readonly WrittenValue[]
        readonly action?: string
        readonly category?: string
        readonly reference?: string
      }
  )

export interface ApproveRequest {
  readonly proposal: string
  readonly revision: number
  readonly acknowledge?: readonly string[]
}

export interface RevisionRequest extends Partial<Omit<TermsRequest, 'acknowledge'>> {
  readonly acknowledge?: readonly string[]
  /** Why it is changed. */
  readonly note: string
  readonly action?: string
  readonly category?: string
  readonly reference?: string
  /** Values that it leaves out. */
  readonly without?: readonly string[]
}

/** What became of one of several approvals. */
export type Approval =
  | (OutcomeView & { readonly error: null })
  | {
      readonly proposal: string
      readonly error: { readonly code: FaultCode; readonly message: string }
    }

/**
 * The queue, and what is done to proposals. Whatever a person may not know of is not found: `proposal/not-found`. What the rules refuse is the
 * fault of the rule, as on the command line. Each method may throw `store/busy`, and is then called again, which does nothing twice.
 */
export interface ProposalDesk {
  readonly page: (person: Person, filter: ProposalFilter) => readonly ProposalView[]
  readonly find: (person: Person, id: string) => ProposalStory
  /** Up to `limit` lines behind a place. */
  readonly lines: (
    person: Person,
    id: string,
    from: { readonly behind: LinePlace | null; readonly limit: number },
  ) => readonly ProposalLine[]
  /** Null while it is being worked out: ask again. */
  readonly impact: (person: Person, id: string) => ImpactView | null
  readonly propose: (person: Person, request: ProposeRequest, at: Date) => Promise<ProposedView>
  readonly approve: (
    person: Person,
    requests: readonly ApproveRequest[],
    at: Date,
  ) => Promise<readonly Approval[]>
  readonly act: (
    person: Person,
    request: {
      readonly proposal: string
      readonly revision: number
      readonly act: PlainAct
      readonly text: string
      readonly whom: string | null
    },
    at: Date,
  ) => OutcomeView
  readonly change: (
    person: Person,
    request: RevisionRequest & { readonly proposal: string; readonly revision: number },
    at: Date,
  ) => Promise<OutcomeView>
  readonly override: (
    person: Person,
    request: { readonly proposal: string; readonly revision: number; readonly text: string },
    at: Date,
  ) => Promise<OutcomeView>
}
