import type Database from 'better-sqlite3'

/** SQLite's own checks of pages, indexes and references: one sentence for each thing that is wrong. */
export function checkDatabase(sqlite: Database.Database): string[] {
  const integrity = sqlite.pragma('integrity_check') as { integrity_check: string }[]
  const references = sqlite.pragma('foreign_key_check') as { table: string; rowid: number }[]
  return [
    ...integrity.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
    ...references.map(({ table, rowid }) => `row ${rowid} of ${table} refers to nothing`),
  ]
}
