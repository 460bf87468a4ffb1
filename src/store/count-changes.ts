import type Database from 'better-sqlite3'

/** How many lines came and went after one decision and through another. */
export type CountChanges = (
  listRowId: number,
  after: number,
  through: number,
) => { readonly added: number; readonly removed: number }

/** What holds after `:through` and was added after `:after`: of what is live the index alone is read. */
const ADDED_SQL = `SELECT (SELECT count(*) FROM entries INDEXED BY entries_held
    WHERE list_id = :list AND retired_by IS NULL AND added_by > :after AND added_by <= :through)
  + (SELECT count(*) FROM entries INDEXED BY entries_retired
    WHERE list_id = :list AND retired_by IS NOT NULL AND retired_by > :through AND added_by > :after AND added_by <= :through)`

const REMOVED = `FROM entries AS gone INDEXED BY entries_retired
  WHERE gone.list_id = :list AND gone.retired_by IS NOT NULL AND gone.retired_by > :after AND gone.retired_by <= :through
  AND gone.added_by <= :after`

const SAME_LINE = `back.list_id = gone.list_id AND back.value = gone.value AND back.kind = gone.kind AND back.action = gone.action
  AND back.category = gone.category AND back.reference = gone.reference AND back.added_by > :after AND back.added_by <= :through`

/** Those that went and came back as they were: no line of them has changed. */
const BACK_SQL = `SELECT count(*) ${REMOVED} AND (
  EXISTS (SELECT 1 FROM entries AS back INDEXED BY entries_live WHERE ${SAME_LINE} AND back.retired_by IS NULL)
  OR EXISTS (SELECT 1 FROM entries AS back INDEXED BY entries_past
    WHERE ${SAME_LINE} AND back.retired_by IS NOT NULL AND back.retired_by > :through))`

/** Counts what `changes` of a publication store would give. */
export function changeCounter(sqlite: Database.Database): CountChanges {
  const countOf = (text: string): ((bounds: object) => number) => {
    const statement = sqlite.prepare<[object], number>(text).pluck()
    return (bounds) => statement.get(bounds) ?? 0
  }
  const [countAdded, countRemoved, countBack] = [
    countOf(ADDED_SQL),
    countOf(`SELECT count(*) ${REMOVED}`),
    countOf(BACK_SQL),
  ]
  return (list, after, through) => {
    const bounds = { list, after, through }
    const [added, removed] = [countAdded(bounds), countRemoved(bounds)]
    const back = added === 0 || removed === 0 ? 0 : countBack(bounds)
    return { added: added - back, removed: removed - back }
  }
}
