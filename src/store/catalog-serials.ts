import { sql, type SQL } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { subscribers } from './schema.ts'

type Db = BetterSQLite3Database

/**
 * How far serials may have run ahead of the clock before a loss: they grow by one at least, however many changes a second has, and lists
 * are applied by the hundred.
 */
const MAX_LEAD_S = 3600

/** Seconds since 1970, so that two authorities' catalogs of one name do not go back either. */
export function catalogSerialAt(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}

/** A subscriber's next catalog serial: after the one before, and not before the clock. */
export function nextCatalogSerial(at: Date, leadS = 0): SQL {
  return sql`max(${subscribers.catalogSerial} + 1, ${catalogSerialAt(at) + leadS})`
}

/** The zone of a list has come, gone, or got another name: all who are entitled to the list have other catalogs. */
export function touchCatalogs(db: Db, listId: string, at: Date): void {
  db.update(subscribers)
    .set({ catalogSerial: nextCatalogSerial(at) })
    .where(sql`EXISTS (SELECT 1 FROM json_each(${subscribers.lists}) WHERE value = ${listId})`)
    .run()
}

/** Everything came back from a backup: all catalogs get serials above those that were given away since it was made. */
export function raiseCatalogs(db: Db, at: Date): void {
  db.update(subscribers)
    .set({ catalogSerial: nextCatalogSerial(at, MAX_LEAD_S) })
    .run()
}
