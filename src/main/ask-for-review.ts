import { addDays, dayOf } from '../core/day.ts'
import type { Entry } from '../core/entry.ts'
import { Fault } from '../core/fault.ts'
import type { Person } from '../core/person.ts'
import { assertMayAct } from '../curation/assert-may-act.ts'
import { meantKeys } from '../curation/covering-keys.ts'
import type { EntryRow } from '../store/entry-store.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'

export interface AskDeps {
  readonly store: Store
  readonly person: Person
  readonly at: Date
}

export interface AskedReview {
  readonly entry: Entry
  /** Null where it was asked already. */
  readonly review: number | null
}

/** Opens a review for each kind of the value that is listed, in one transaction. Faults: `entry/not-found`, `user/refused`. */
export function askForReview(
  deps: AskDeps,
  list: StoredList,
  { value, reason }: { readonly value: string; readonly reason: string },
): AskedReview[] {
  assertMayAct(deps.person, 'review', list.id)
  return deps.store.write(() =>
    findListed(deps.store, list, value).map(({ rowId, entry }) => ({
      entry,
      review: openAsked(deps, list, { entry: rowId, reason }),
    })),
  )
}

function findListed(store: Store, list: StoredList, value: string): EntryRow[] {
  const rows = meantKeys(value).flatMap((key) => store.entries.find(list.rowId, key.value))
  if (rows.length > 0) return rows
  throw new Fault(
    'entry/not-found',
    `expected an entry of ${JSON.stringify(list.id)}, got ${JSON.stringify(value)}`,
  )
}

function openAsked(
  { store, person, at }: AskDeps,
  list: StoredList,
  { entry, reason }: { readonly entry: number; readonly reason: string },
): number | null {
  const term = store.terms.ofEntry(list.rowId, entry)
  if (term === null) throw new Error(`expected the entry ${entry} on the list, got none`)
  return store.reviews.open({
    listRowId: list.rowId,
    cause: 'asked',
    target: { decision: term.decision, entry },
    aboutOn: null,
    dueOn: addDays(dayOf(at), list.definition.review.warnDays),
    note: reason,
    at,
    actor: person.name,
  })
}
