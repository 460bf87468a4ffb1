import { eq, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { raiseCatalogs } from './catalog-serials.ts'
import type { Recorder } from './event-store.ts'
import { lists, publications, restorations } from './schema.ts'
import { endAllSessions } from './sign-in-rows.ts'

/** A list came back from a backup: serials above may have been given away before, with other entries than they have now. */
export interface Restoration {
  /** The list's id. */
  readonly list: string
  /** The newest serial in the backup; 0 for none. */
  readonly serial: number
  readonly at: Date
}

export interface RestorationStore {
  /** In the order in which they happened. */
  readonly all: () => Restoration[]
  /** Notes of every list that it came back from a backup at the serial that it has now, gives every catalog a serial above those lost, and ends all sessions. */
  readonly note: (at: Date) => void
}

export function restorationStore(
  db: BetterSQLite3Database,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): RestorationStore {
  return {
    all: () =>
      db
        .select({ list: lists.listId, serial: restorations.serial, at: restorations.at })
        .from(restorations)
        .innerJoin(lists, eq(lists.id, restorations.listRowId))
        .orderBy(restorations.id)
        .all()
        .map(({ list, serial, at }) => ({ list, serial, at: new Date(at) })),
    note: (at) =>
      write(() => {
        const rows = db
          .select({
            listRowId: lists.id,
            list: lists.listId,
            serial: sql<number>`coalesce(max(${publications.serial}), 0)`,
          })
          .from(lists)
          .leftJoin(publications, eq(publications.listRowId, lists.id))
          .groupBy(lists.id)
          .all()
        for (const { listRowId, serial } of rows) {
          db.insert(restorations).values({ listRowId, serial, at: at.toISOString() }).run()
        }
        raiseCatalogs(db, at)
        endAllSessions(db)
        const subject = { lists: rows.map(({ list, serial }) => ({ list, serial })) }
        events.append({ act: 'restored', subject })
      }),
  }
}
