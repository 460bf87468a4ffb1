import type { Entry } from '../../core/entry.ts'
import type { Person } from '../../core/person.ts'
import type { ReviewCause, ReviewDays, ReviewOutcome } from '../../core/review.ts'
import type { MarkView } from './entries.ts'

/** A review as it is told to people; times in ISO 8601, days in UTC. */
export interface ReviewView {
  readonly review: number
  readonly list: string
  readonly cause: ReviewCause
  readonly state: 'open' | 'done'
  /** Of an open one: whether its day is over. */
  readonly isOverdue: boolean
  readonly dueOn: string
  readonly openedAt: string
  readonly openedBy: string
  readonly note: string
  /** The decision whose entries it is about. */
  readonly decision: number
  /** Why that was decided. */
  readonly decisionReason: string
  /** Of the one entry that it is about; null: of all of the decision. */
  readonly value: string | null
  readonly kind: string | null
  readonly outcome: ReviewOutcome | null
  readonly doneAt: string | null
}

/** A review with its story. */
export interface ReviewStory extends ReviewView, ReviewDays {
  /** How many entries it is about now: still listed, or of an urgent retirement still retired. */
  readonly entries: number
  /** How it can be ended. */
  readonly outcomes: readonly ReviewOutcome[]
  readonly urgent: UrgentRetirement | null
  readonly acts: readonly ReviewActView[]
}

/** Of an urgent retirement: since when it holds, and with which serial readers had it. */
export interface UrgentRetirement {
  readonly decidedAt: string
  readonly secondsSince: number
  /** What was retired, the first of it. */
  readonly retired: readonly Entry[]
  /** Null while it was not published. */
  readonly published: MarkView | null
}

export interface ReviewActView extends ReviewDays {
  readonly act: 'opened' | 'done'
  readonly at: string
  readonly actor: string
  readonly outcome: ReviewOutcome | null
  readonly reason: string
  readonly decision: number | null
}

/** The review that a page of open ones ended with. */
export interface ReviewPlace {
  readonly dueOn: string
  readonly review: number
}

export interface ReviewFilter {
  readonly list?: string
  readonly cause?: ReviewCause
  readonly state: 'open' | 'done' | 'all'
  readonly behind: ReviewPlace | null
  readonly limit: number
}

export interface OutcomeRequest {
  readonly outcome: ReviewOutcome
  readonly reason: string
  readonly reviewOn?: string
  readonly expiresOn?: string
}

/** What came of a review that was ended. */
export interface ReviewEnd extends ReviewDays {
  readonly review: number
  readonly list: string
  readonly outcome: ReviewOutcome
  /** The retirement that it made, and how many entries it has. */
  readonly decision: number | null
  readonly retired: number
  /** The retirement that waits for others, such as `p7`; the review stays open until then. */
  readonly proposal: string | null
}

export interface AskReviewRequest {
  readonly list: string
  readonly value: string
  readonly reason: string
}

/** A review that was asked for; null where it was asked for already. */
export interface AskedView {
  readonly value: string
  readonly kind: string
  readonly review: number | null
}

/** A day on which entries of a list end, if nobody does anything. */
export interface LapseView {
  readonly list: string
  readonly on: string
  readonly entries: number
  /** What the circuit breaker would say to losing them in one serial. */
  readonly findings: readonly string[]
}

/**
 * Reviews of the lists whose reasons a person may read; others are not found: `review/not-found`. What the rules refuse is the fault of the
 * rule, as on the command line. Each method may throw `store/busy`, and is then called again.
 */
export interface ReviewDesk {
  /** Open ones by the day that they are due, others newest first. */
  readonly page: (person: Person, filter: ReviewFilter, at: Date) => readonly ReviewView[]
  readonly find: (person: Person, review: string, at: Date) => ReviewStory
  /** `isSeen` says whether that is what the person has looked at. Throws `review/changed` where that is another now. */
  readonly finish: (
    person: Person,
    request: OutcomeRequest & {
      readonly review: string
      readonly isSeen: (now: ReviewStory) => boolean
    },
    at: Date,
  ) => ReviewEnd
  readonly ask: (person: Person, request: AskReviewRequest, at: Date) => readonly AskedView[]
  /** As far ahead as each list warns. */
  readonly lapses: (person: Person, list: string | undefined, at: Date) => readonly LapseView[]
}
