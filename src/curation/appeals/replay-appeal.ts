import {
  APPEAL_OUTCOMES,
  type AppealAct,
  type AppealActName,
  type AppealOutcomeName,
  type AppealState,
} from '../../core/appeal.ts'

/** How an appeal stands after an act; a note, and what one of several lists does, changes nothing. */
const STATE_AFTER = {
  opened: 'open',
  message: 'open',
  answered: 'answered',
  noted: null,
  retired: null,
  kept: null,
  accepted: 'accepted',
  'partly-accepted': 'partly-accepted',
  refused: 'refused',
} as const satisfies Record<AppealActName, AppealState | null>

/** How an appeal stands after its acts, oldest first. */
export function replayAppeal(acts: readonly Pick<AppealAct, 'act'>[]): AppealState {
  let state: AppealState = 'open'
  for (const { act } of acts) state = STATE_AFTER[act] ?? state
  return state
}

/** Whether nothing more may be done. */
export function isSettled(state: AppealState): state is AppealOutcomeName {
  return (APPEAL_OUTCOMES as readonly string[]).includes(state)
}

/** Whether the last day for an outcome is over while the case waits for those who decide; `today` as `YYYY-MM-DD`. */
export function isOverdue(
  { state, dueOn }: { readonly state: AppealState; readonly dueOn: string },
  today: string,
): boolean {
  return state === 'open' && dueOn < today
}

/** The last day for an outcome of what was opened at that time. */
export function dueDay(openedAt: Date, days: number): string {
  return new Date(openedAt.getTime() + days * 86_400_000).toISOString().slice(0, 10)
}
