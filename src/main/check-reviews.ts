import { dayOf } from '../core/day.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { comingLapses, printComingLapse } from './lapse-forecast.ts'

/** What nobody has looked at in time, what should have lapsed, and the days ahead on which the guard will hold the list back. */
export function checkReviews(store: Store, list: StoredList, at: Date): string[] {
  const today = dayOf(at)
  const overdue = store.reviews
    .counts(today)
    .filter(({ listRowId, overdue }) => listRowId === list.rowId && overdue > 0)
    .map(
      ({ cause, overdue }) =>
        `${overdue} reviews with the cause ${cause} are overdue: «bailiwick review ls --open --list ${list.id} --cause ${cause}»`,
    )
  const lapses = comingLapses(store, list, at).flatMap((lapse) => [
    ...(lapse.on < today
      ? [
          `${lapse.entries} entries should have lapsed on ${lapse.on}: run «bailiwick serve», or «bailiwick review run»`,
        ]
      : []),
    ...(lapse.findings.length > 0 ? [printComingLapse(lapse)] : []),
  ])
  return [...overdue, ...lapses]
}
