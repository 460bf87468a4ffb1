import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import { printSortedJson, type Json } from '../core/sorted-json.ts'

const CHANGE_SQL = `SELECT id AS change, actor, reason, at, added, removed, state
  FROM register_changes WHERE id = ?`

const ROWS_SQL = `SELECT is_removed AS isRemoved, value, purpose, scope, reason, source
  FROM register_rows WHERE change_id = ? ORDER BY id`

/**
 * What the event of a change of the register commits to (`docs/spec/events.md` §4): the change with all its rows, as they lie in the database. Null when
 * there is none of that number.
 */
export function digestRegister(sqlite: Database.Database, change: number): string | null {
  const row = sqlite.prepare<[number], Record<string, Json>>(CHANGE_SQL).get(change)
  if (row === undefined) return null
  const rows = sqlite.prepare<[number], Record<string, Json>>(ROWS_SQL).all(change)
  const hash = createHash('sha256').update('bailiwick-register-change/1\n')
  return hash.update(printSortedJson({ ...row, rows })).digest('hex')
}
