import { Fault, isFault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import { parseEntryValue } from '../core/parse-entry.ts'
import { coveringKeys, meantKeys, type EntryKey } from '../curation/covering-keys.ts'
import { guessKind } from '../curation/propose-entry.ts'
import type { EntryRow } from '../store/entry-store.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { neighbours } from './neighbours.ts'
import { throwPlaced } from './throw-placed.ts'

/** A value as somebody wrote it; without a kind every kind of it. */
export interface WantedEntry {
  readonly value: string
  readonly kind?: string | undefined
}

/** As `findListed`, of several: each entry once, in the order of the request. Of several the fault names the place of each that is wrong. */
export function findListedAll(
  store: Store,
  list: StoredList,
  wanted: readonly WantedEntry[],
): readonly EntryRow[] {
  const rows = new Map<number, EntryRow>()
  const faults: (readonly [number, Fault])[] = []
  for (const [i, one] of wanted.entries()) {
    try {
      for (const row of findListed(store, list, one)) rows.set(row.rowId, row)
    } catch (error) {
      if (!isFault(error) || error.code.startsWith('store/')) throw error
      faults.push([i, error])
    }
  }
  throwPlaced(faults)
  return [...rows.values()]
}

/** The entries that the list has now with that value. Throws `entry/not-found`, with what may have been meant, and what `parseEntryValue` throws. */
export function findListed(
  store: Store,
  list: StoredList,
  { value, kind }: WantedEntry,
): EntryRow[] {
  const keys = meantKeys(value)
  // Not a value of any kind: say so as `entry add` would.
  if (keys.length === 0) parseEntryValue(guessKind(value), value)
  const rows = keys
    .flatMap((key) => store.entries.find(list.rowId, key.value))
    .filter((row) => kind === undefined || row.entry.kind === kind)
  if (rows.length > 0) return rows
  throw new Fault(
    'entry/not-found',
    `expected an entry of ${JSON.stringify(list.id)}, got ${JSON.stringify(value)}${kind === undefined ? '' : ` of kind ${kind}`}${hint(store, list, value, keys)}`,
  )
}

/** What the person may have meant: an entry that covers it, or one that is written alike. */
function hint(store: Store, list: StoredList, value: string, keys: readonly EntryKey[]): string {
  for (const { value: same, kinds } of keys.flatMap((key) => [key, ...coveringKeys(key)])) {
    const row = store.entries
      .find(list.rowId, same)
      .find((found) => kinds.includes(found.entry.kind))
    if (row !== undefined) {
      return `; it is covered by the ${row.entry.kind} ${JSON.stringify(row.entry.value)}, which is there`
    }
  }
  return printSuggestion(value, neighbours(store, list, keys[0]?.value ?? value))
}
