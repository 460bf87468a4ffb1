import { Fault } from '../../core/fault.ts'
import type { GuardSummary } from '../../core/guard-summary.ts'
import type { Person } from '../../core/person.ts'
import type { GuardedBatch } from '../../curation/guards/guard-deps.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'

/** What the guards have against added lines of a list; asked inside the write transaction, so that it is still true when they land. */
export type CheckGuards = (list: StoredList, added: GuardedBatch) => readonly GuardSummary[]

/** Everything that an act on proposals needs. */
export interface Deciding {
  readonly store: Store
  /** Who acts. */
  readonly person: Person
  readonly at: Date
  readonly checkGuards: CheckGuards
}

/** The list as it is now: a policy that has changed meanwhile holds from the next act on. Throws `list/not-found`. */
export function listNow({ store }: Pick<Deciding, 'store'>, id: string): StoredList {
  const list = store.lists.find(id)
  if (list === null) {
    throw new Fault('list/not-found', `expected the id of a list, got ${JSON.stringify(id)}`)
  }
  return list
}
