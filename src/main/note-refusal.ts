import { isFault } from '../core/fault.ts'
import type { DecisionAct } from '../core/proposal.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'

/** What a rule of the list forbids, as opposed to what is mistyped. */
const REFUSALS = [
  'decision/approvals-needed',
  'guard/stopped',
  'import/shrunk',
  'proposal/urgent',
] as const

/** An attempt to decide something. */
export interface Attempt {
  readonly store: Store
  readonly list: StoredList
  readonly actor: string
  readonly act: DecisionAct
}

/** Runs `work`, and records when a rule of the list refuses it; to be called outside the transaction that the refusal rolls back. */
export function noteRefusal<T>({ store, list, actor, act }: Attempt, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isFault(error, ...REFUSALS)) {
      const subject = { act, code: error.code, list: list.id, message: error.message }
      store.write(() => store.events.append({ act: 'decision-refused', actor, subject }))
    }
    throw error
  }
}
