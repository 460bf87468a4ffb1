import type { Decision } from '../store/decision-store.ts'

/** A decision as it is shown outside: its list by the id, and not by a number that means nothing there. */
export function publicDecision(decision: Decision): Omit<Decision, 'listRowId'> {
  return { ...decision, listRowId: undefined } as Omit<Decision, 'listRowId'>
}
