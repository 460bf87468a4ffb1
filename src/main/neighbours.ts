import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'

/** From each place in the order of values. */
const NEIGHBOURS = 500

/** Values on a list that begin as `value` does, for a hint; a mistake in the first letter is not found. */
export function neighbours(store: Store, list: StoredList, value: string): Set<string> {
  const starts = [value.slice(0, 1), value.slice(0, 3), value.slice(0, 6)]
  return new Set(starts.flatMap((from) => store.entries.valuesFrom(list.rowId, from, NEIGHBOURS)))
}
