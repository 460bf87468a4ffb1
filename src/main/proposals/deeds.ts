import type {
  ProposalFilter,
  ProposalLine,
  ProposalStory,
  ProposalView,
  ProposeRequest,
} from '../../console/ports/proposals.ts'
import type { Entry } from '../../core/entry.ts'
import type { Fault } from '../../core/fault.ts'
import type { PlainAct } from '../../curation/plan-proposal-act.ts'
import type { ToldDecision } from '../public-decision.ts'
import type { ProposalOutcome } from './outcome.ts'

/**
 * What commands do with entries and proposals: on a data folder as a named actor (`local-deeds.ts`), or at a server as whoever the API key is of
 * (`server-deeds.ts`). Faults are those of the use cases on both.
 */
export interface Deeds {
  readonly propose: (request: Proposing) => Promise<Proposed>
  /** Each stands for itself: what is refused is a fault in its place. */
  readonly approve: (requests: readonly Seen<Acknowledging>[]) => Promise<readonly Approved[]>
  readonly act: (request: Seen<Acting>) => Promise<ProposalOutcome>
  readonly change: (request: Seen<Changing>) => Promise<ProposalOutcome>
  readonly override: (request: Seen<{ readonly text: string }>) => Promise<ProposalOutcome>
  readonly queue: (filter: QueueFilter) => Promise<readonly ProposalView[]>
  readonly show: (id: string, maxLines: number) => Promise<ShownProposal>
  /** What was decided, newest first. */
  readonly decisions: (filter: DecidedFilter) => Promise<readonly ToldDecision[]>
  /** One of them, by its number. */
  readonly decided: (id: string) => Promise<ShownDecided>
}

export interface DecidedFilter {
  readonly list?: string | undefined
  /** Older than this. */
  readonly before?: number | undefined
  readonly limit: number
}

/** A decision, with what was proposed; null where it was decided as it was proposed. */
export interface ShownDecided {
  readonly decision: ToldDecision
  readonly proposal: ProposalStory | null
}

/** What is asked of a proposal, and what of it has been seen. */
export type Seen<T> = T & {
  /** Such as `p7`. */
  readonly id: string
  /** The revision that was looked at; null takes the newest. */
  readonly expected: number | null
}

interface Acknowledging {
  readonly acknowledged: readonly string[]
}

interface Acting {
  readonly act: PlainAct
  readonly text: string
  readonly whom: string | null
}

interface Changing extends Acknowledging {
  /** Why it is changed. */
  readonly note: string
  readonly reason?: string | undefined
  readonly basis?: string | undefined
  readonly evidence?: string | undefined
  readonly evidenceSha256?: string | undefined
  readonly action?: string | undefined
  readonly category?: string | undefined
  readonly reference?: string | undefined
  /** Values that it leaves out, as they were written. */
  readonly without: readonly string[]
}

export type Proposing = ProposeRequest & {
  /** Lists it although a guard stops it; on a folder without users alone. */
  readonly override?: string
}

export interface Proposed {
  readonly outcome: ProposalOutcome
  /** As they were understood; of many the first. */
  readonly entries: readonly Entry[]
  /** What the list has that covers them already. */
  readonly coveredBy: readonly Entry[]
  /** The serial that was made at once; null for none. */
  readonly published: { readonly serial: number } | null
  /** Whether there is nobody yet who could approve it. */
  readonly isUnproven: boolean
}

export type Approved = ProposalOutcome | Fault

export interface QueueFilter extends Pick<ProposalFilter, 'state' | 'list' | 'assignee'> {
  /** Such as `p7`: older than this. */
  readonly before?: string
  readonly limit: number
}

export interface ShownProposal {
  readonly told: ProposalStory
  readonly lines: readonly ProposalLine[]
}
