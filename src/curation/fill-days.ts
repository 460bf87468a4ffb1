import { addDays } from '../core/day.ts'

/** What a day of a list was, where something happened on it. */
export interface HappenedDay {
  /** Published at its end; null where nothing was published on it. */
  readonly entries: number | null
  readonly added: number
  readonly retired: number
}

export interface ListDay extends HappenedDay {
  /** UTC. */
  readonly day: string
}

/**
 * The `count` days up to `last`, each: a list has on a day without a serial what it had on the day before. `happened` may have earlier days, too, from
 * which the first takes what it has.
 */
export function fillDays(
  happened: ReadonlyMap<string, HappenedDay>,
  { last, count }: { readonly last: string; readonly count: number },
): readonly ListDay[] {
  const first = addDays(last, 1 - count)
  let entries = entriesBefore(happened, first)
  return Array.from({ length: count }, (_, i) => {
    const day = addDays(first, i)
    const there = happened.get(day)
    entries = there?.entries ?? entries
    return { day, entries, added: there?.added ?? 0, retired: there?.retired ?? 0 }
  })
}

function entriesBefore(happened: ReadonlyMap<string, HappenedDay>, first: string): number | null {
  let [newest, entries] = ['', null as number | null]
  for (const [day, there] of happened) {
    if (day >= first || day <= newest || there.entries === null) continue
    ;[newest, entries] = [day, there.entries]
  }
  return entries
}
