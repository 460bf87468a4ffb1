/** Why somebody should look at entries again (`docs/review.md` §2). */
export const REVIEW_CAUSES = [
  'asked',
  'changed-hands',
  'due',
  'expiring',
  'gone',
  'urgent',
] as const
export type ReviewCause = (typeof REVIEW_CAUSES)[number]

/** What came of it (`docs/review.md` §3). */
export const REVIEW_OUTCOMES = ['extended', 'kept', 'relisted', 'retired'] as const
export type ReviewOutcome = (typeof REVIEW_OUTCOMES)[number]

/**
 * The entries that share their days. Of a decision: those that it added and that have no days of their own; of a list's newest mirror: all that
 * it found or added. Of an entry: that one alone.
 */
export interface ReviewTarget {
  /** The decision or mirror that said last what the days are; of an urgent retirement, that. */
  readonly decision: number
  /** Row id of the one entry that it is about; null for all. */
  readonly entry: number | null
}

/** The days of a target, in UTC; null for never. */
export interface ReviewDays {
  readonly reviewOn: string | null
  readonly expiresOn: string | null
}

/** A target that has entries on the list now, with its days. */
export interface Term extends ReviewTarget, ReviewDays {}
