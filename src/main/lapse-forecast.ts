import { dayOf } from '../core/day.ts'
import { lastWarnedDay } from '../curation/plan-reviews.ts'
import { checkGuard } from '../core/check-guard.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'

/** A day on which entries of a list end, if nobody does anything. */
export interface ComingLapse {
  readonly list: string
  /** In UTC; a day that is over when nobody has lapsed them yet. */
  readonly on: string
  readonly entries: number
  /** What the guard of the list would say to losing them in one serial. */
  readonly findings: readonly string[]
}

/** The days on which entries of a list end, as far ahead as it warns. */
export function comingLapses(store: Store, list: StoredList, at: Date): ComingLapse[] {
  const { review, guard } = list.definition
  const expiresOn = lastWarnedDay(review, dayOf(at))
  const byDay = new Map<string, number>()
  for (const term of store.terms.due(list.rowId, { reviewOn: '', expiresOn })) {
    const on = term.expiresOn ?? ''
    byDay.set(on, (byDay.get(on) ?? 0) + store.terms.countHeld(list.rowId, term))
  }
  if (byDay.size === 0) return []
  let left = store.entries.count(list.rowId)
  return [...byDay].sort().map(([on, entries]) => {
    const before = left
    left -= entries
    const findings = checkGuard(guard, before, left).map(({ text }) => text)
    return { list: list.id, on, entries, findings }
  })
}

/** In a sentence, with what can be done. Only of a lapse that the guard will stop. */
export function printComingLapse({ list, on, entries, findings }: ComingLapse): string {
  return `${entries} entries of ${list} end on ${on}, and the circuit breaker will then hold the list back, which would ${findings.join(' and ')}: extend or retire some before («bailiwick review ls --list ${list} --cause expiring --open»), or publish then with --override REASON`
}
