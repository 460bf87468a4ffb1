import Database from 'better-sqlite3'

/** SQLite's own checks of pages, indexes and references: one sentence for each thing that is wrong. */
export function checkDatabase(sqlite: Database.Database): string[] {
  try {
    const integrity = sqlite.pragma('integrity_check') as { integrity_check: string }[]
    const references = sqlite.pragma('foreign_key_check') as { table: string; rowid: number }[]
    return [
      ...integrity.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
      ...references.map(({ table, rowid }) => `row ${rowid} of ${table} refers to nothing`),
    ]
  } catch (error) {
    // So badly damaged that even the check stumbles: that is its finding.
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT')) {
      return [error.message]
    }
    throw error
  }
}
