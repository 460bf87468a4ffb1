import { isReferenceAlone } from '../../curation/appeals/parse-appeal.ts'
import { coveringKeys, meantKeys } from '../../curation/covering-keys.ts'
import type { EntryRow } from '../../store/entry-store.ts'
import type { Store } from '../../store/open-store.ts'

/**
 * The entries of any list that an appeal may be about: those with that reference, and those that block the value, or have. For people who
 * decide, never for whoever appeals: it is asked when they look, not when it is handed in.
 */
export function matchAppeal({ appeals }: Pick<Store, 'appeals'>, about: string): EntryRow[] {
  const keys = meantKeys(about).flatMap((key) => [key, ...coveringKeys(key)])
  const kindsOf = new Map(keys.map(({ value, kinds }) => [value, kinds]))
  const [own] = keys
  const rows = [
    ...(isReferenceAlone(about) ? appeals.entriesOf(about) : []),
    ...appeals
      .entriesAt([...kindsOf.keys()])
      .filter(({ entry }) => kindsOf.get(entry.value)?.includes(entry.kind) === true),
    ...(own === undefined ? [] : appeals.pastOf(own.value)),
  ]
  return [...new Map(rows.map((row) => [row.rowId, row])).values()]
}

/** Whether the list has an entry now which fits: who has none has nothing to retire or to keep. */
export function hasFitting(matches: readonly EntryRow[], list: string): boolean {
  return matches.some((row) => row.list === list && row.retiredBy === null)
}
