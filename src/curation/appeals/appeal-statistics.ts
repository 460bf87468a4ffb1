import type { AppealOutcomeName } from '../../core/appeal.ts'

/** Counts and times of appeals, which everybody may know. */
export interface AppealStatistics {
  readonly opened: number
  /** Without an outcome. */
  readonly open: number
  readonly accepted: number
  readonly partlyAccepted: number
  readonly refused: number
  /** Whole days from the opening to the outcome; null where there is none yet. */
  readonly medianDays: number | null
  readonly longestDays: number | null
}

/** An outcome, and how long it took. */
export interface AppealOutcome {
  readonly act: AppealOutcomeName
  readonly openedAt: Date
  readonly at: Date
}

/** Of an even number of outcomes the median is the earlier of both in the middle. */
export function tellStatistics(
  opened: number,
  outcomes: readonly AppealOutcome[],
): AppealStatistics {
  const days = outcomes
    .map(({ openedAt, at }) => Math.floor((at.getTime() - openedAt.getTime()) / 86_400_000))
    .sort((a, b) => a - b)
  const count = (outcome: AppealOutcomeName): number =>
    outcomes.filter(({ act }) => act === outcome).length
  return {
    ...{ opened, open: opened - outcomes.length },
    ...{ accepted: count('accepted'), refused: count('refused') },
    partlyAccepted: count('partly-accepted'),
    medianDays: days[Math.floor((days.length - 1) / 2)] ?? null,
    longestDays: days.at(-1) ?? null,
  }
}
