import type { Person } from '../../core/person.ts'
import type { DecisionAct, DecisionSource } from '../../core/proposal.ts'
import type { DifferencePage, EntryPlace } from '../../curation/page-difference.ts'
import type { MarkView } from './entries.ts'
import type { ProposalStory } from './proposals.ts'

/** What was decided; times in ISO 8601, days in UTC. */
export interface DecisionView {
  readonly decision: number
  readonly list: string
  readonly act: DecisionAct
  readonly urgent: boolean
  readonly decidedAt: string
  readonly decidedBy: string
  readonly proposer: string
  readonly reason: string
  readonly legalBasis: string
  readonly evidence: string
  readonly category: string
  readonly reference: string
  readonly added: number
  readonly retired: number
  readonly amended: number
  /** The name of the file that an import has read; null for none. */
  readonly source: string | null
  /** That file: what was read of it; null for none. */
  readonly file: DecisionSource | null
  /** Why it was decided in spite of what was lacking; null where it wasn't. */
  readonly override: string | null
  readonly reviewOn: string | null
  readonly expiresOn: string | null
  /** The serial that readers had it with; null while they haven't. */
  readonly published: MarkView | null
}

/** A decision, with what was proposed and how it came about. */
export interface DecisionStory extends DecisionView {
  /** Null where it was decided as it was proposed. */
  readonly proposal: ProposalStory | null
}

export interface DecisionFilter {
  readonly list?: string
  readonly act?: DecisionAct
  readonly urgent?: boolean
  readonly before: number | null
  readonly limit: number
}

/** Decisions of the lists whose reasons a person may read; others are not found: `decision/not-found`. */
export interface DecisionDesk {
  /** Newest first. */
  readonly page: (person: Person, filter: DecisionFilter) => readonly DecisionView[]
  readonly find: (person: Person, decision: string) => DecisionStory
  /** What it added and took away, a page of it. */
  readonly lines: (
    person: Person,
    decision: string,
    page: { readonly behind: EntryPlace | null; readonly limit: number },
  ) => DifferencePage
}
