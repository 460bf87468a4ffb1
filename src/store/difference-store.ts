import type Database from 'better-sqlite3'
import { LINE_SQL } from './entry-line.ts'

/** Which lines are wanted of what lies between two states of a list. */
export interface DifferenceQuestion {
  readonly listRowId: number
  /** The earlier state is that after this decision. */
  readonly after: number
  /** The later state is that after this one. */
  readonly through: number
  /** Whether a large part of the list has changed: then its order is walked, else what the decisions have touched. */
  readonly isDense: boolean
  /** Leaves out everything up to this entry. */
  readonly behind: { readonly value: string; readonly kind: string } | null
  readonly limit: number
}

/** Snapshot lines, in the order of a snapshot; of a line that went and came again, both. */
export interface DifferenceStore {
  readonly added: (question: DifferenceQuestion) => string[]
  readonly removed: (question: DifferenceQuestion) => string[]
}

const FIELDS = 'value, kind, action, category, reference'
const IS_BEHIND = 'value >= :value AND (value, kind) > (:value, :kind)'
const IS_ADDED = `list_id = :listRowId AND added_by > :after AND added_by <= :through AND ${IS_BEHIND}`
const IS_REMOVED = `list_id = :listRowId AND retired_by IS NOT NULL AND retired_by > :after
  AND retired_by <= :through AND added_by <= :after AND ${IS_BEHIND}`

const ADDED = `SELECT ${LINE_SQL} FROM entries INDEXED BY entries_added
  WHERE ${IS_ADDED} AND (retired_by IS NULL OR retired_by > :through) ORDER BY value, kind LIMIT :limit`
const REMOVED = `SELECT ${LINE_SQL} FROM entries INDEXED BY entries_retired
  WHERE ${IS_REMOVED} ORDER BY value, kind LIMIT :limit`

// In the order of values, so that reading ends with the page.
const ADDED_WALK = `SELECT ${LINE_SQL} FROM (
  SELECT ${FIELDS} FROM entries INDEXED BY entries_live WHERE retired_by IS NULL AND ${IS_ADDED}
  UNION ALL
  SELECT ${FIELDS} FROM entries INDEXED BY entries_past
  WHERE retired_by IS NOT NULL AND retired_by > :through AND ${IS_ADDED}
  ORDER BY value, kind) LIMIT :limit`
const REMOVED_WALK = `SELECT ${LINE_SQL} FROM entries INDEXED BY entries_past
  WHERE ${IS_REMOVED} ORDER BY value, kind LIMIT :limit`

export function differenceStore(sqlite: Database.Database): DifferenceStore {
  const reader = (few: string, many: string): DifferenceStore['added'] => {
    const [fewer, more] = [few, many].map((sql) => sqlite.prepare<[object], string>(sql).pluck())
    return ({ behind, isDense, ...question }) => {
      const { value, kind } = behind ?? { value: '', kind: '' }
      return (isDense ? more : fewer)?.all({ ...question, value, kind }) ?? []
    }
  }
  return { added: reader(ADDED, ADDED_WALK), removed: reader(REMOVED, REMOVED_WALK) }
}
