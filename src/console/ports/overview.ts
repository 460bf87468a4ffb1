import type { Person } from '../../core/person.ts'
import type { DecisionAct } from '../../core/proposal.ts'
import type { ReviewCause } from '../../core/review.ts'
import type { MarkView } from './entries.ts'
import type { ListView } from './lists.ts'

/** One day of a list, in UTC. */
export interface DayView {
  readonly day: string
  /** Published at its end; null before the first serial. */
  readonly entries: number | null
  /** Decided on it. */
  readonly added: number
  readonly retired: number
}

/** How a list stands, and how it came to that; the last of its days is today. */
export interface ListFigures extends Pick<
  ListView,
  'list' | 'title' | 'entries' | 'waiting' | 'cron' | 'nextAt'
> {
  readonly published: MarkView | null
  readonly days: readonly DayView[]
}

/** What waits for a decision on a list. */
export interface QueueFigures {
  readonly list: string
  readonly open: number
  readonly urgent: number
  readonly oldestAt: string
  /** How many wait for less than a day, three days, seven days, and for longer. */
  readonly ages: readonly number[]
}

export interface ReviewFigures {
  readonly list: string
  readonly cause: ReviewCause
  readonly open: number
  readonly overdue: number
}

/** An urgent decision whose review is open, or which is not published. */
export interface UrgentFigures {
  readonly list: string
  readonly decision: number
  readonly act: DecisionAct
  readonly reason: string
  readonly decidedBy: string
  readonly decidedAt: string
  readonly secondsSince: number
  readonly entries: number
  /** Null while readers haven't got it. */
  readonly published: MarkView | null
}

/** How a subscriber stands with a list, by its secondaries and over HTTP. */
export interface SubscriberFigures {
  readonly subscriber: string
  readonly list: string
  /** The newest serial; null before the first. */
  readonly serial: number | null
  readonly secondaries: number
  readonly current: number
  readonly behind: number
  /** Those whose last transfer was cut, or of which nothing is known. */
  readonly inDoubt: number
  /** The serial that it fetched last over HTTP, and when; null for none. */
  readonly fetched: number | null
  readonly fetchedAt: string | null
  /** The most serials that it is behind, by either way; null where that is not known. */
  readonly mostBehind: number | null
  /** For how long the oldest serial that it lacks has been published. */
  readonly secondsBehind: number | null
}

export interface OverviewView {
  readonly at: string
  readonly lists: readonly ListFigures[]
  readonly queue: readonly QueueFigures[]
  readonly reviews: readonly ReviewFigures[]
  readonly urgent: readonly UrgentFigures[]
  /** Null where the person may not see subscribers. */
  readonly subscribers: readonly SubscriberFigures[] | null
}

/** How everything stands that a person may read of. */
export interface OverviewDesk {
  /** Of the last `days` days. */
  readonly overview: (
    person: Person,
    asked: { readonly days: number; readonly at: Date },
  ) => OverviewView
}
