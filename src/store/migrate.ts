import { readFileSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { Fault } from '../core/fault.ts'

/** `Bawk`: marks the file as Bailiwick's in its header (SQLite's `application_id`). */
export const APPLICATION_ID = 0x4261776b

const MIGRATIONS = new URL('../../migrations/', import.meta.url)

interface Journal {
  readonly entries: readonly { readonly idx: number; readonly tag: string }[]
}

/**
 * Brings a database up to this program's tables; SQLite's `user_version` counts the migrations that it has had.
 * Forward only, each in one transaction, safe when several processes open the same file at once.
 *
 * Faults: `store/newer`, `store/older` (only when `readonly`).
 */
export function migrate(sqlite: Database.Database, path: string, readonly: boolean): void {
  const { entries } = JSON.parse(
    readFileSync(new URL('meta/_journal.json', MIGRATIONS), 'utf8'),
  ) as Journal
  assertNotNewer(sqlite, path, entries.length)
  if (version(sqlite) === entries.length) return
  if (readonly) {
    throw new Fault(
      'store/older',
      `expected the tables of this program in ${JSON.stringify(path)}, got those of an older one: run any command that writes, such as «bailiwick doctor», to bring it up to date`,
    )
  }
  for (const { idx, tag } of entries) applyOne(sqlite, idx, tag)
}

function version(sqlite: Database.Database): number {
  return sqlite.pragma('user_version', { simple: true }) as number
}

/**
 * Writes nothing. An empty database passes only where one is to be made: anywhere else it is one that has lost everything.
 *
 * Faults: `store/not-a-database`, `store/damaged`.
 */
export function assertOurs(sqlite: Database.Database, path: string, mayBeEmpty: boolean): void {
  const id = sqlite.pragma('application_id', { simple: true }) as number
  const tables = sqlite.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
  const isEmpty = id === 0 && tables === 0
  if (isEmpty && !mayBeEmpty) {
    throw new Fault(
      'store/damaged',
      `expected the database of an authority at ${JSON.stringify(path)}, got an empty one: stop the server, move the data folder away and restore the newest backup`,
    )
  }
  if (isEmpty || id === APPLICATION_ID) return
  throw new Fault(
    'store/not-a-database',
    `expected a database of Bailiwick's at ${JSON.stringify(path)}, got one of another program: check --data`,
  )
}

function assertNotNewer(sqlite: Database.Database, path: string, known: number): void {
  const found = version(sqlite)
  if (found <= known) return
  throw new Fault(
    'store/newer',
    `expected at most ${known} migrations in ${JSON.stringify(path)}, got ${found}: a newer Bailiwick has written it; update this one`,
  )
}

function applyOne(sqlite: Database.Database, index: number, tag: string): void {
  const text = readFileSync(new URL(`${tag}.sql`, MIGRATIONS), 'utf8')
  sqlite
    .transaction(() => {
      // Another process may have been first: look again now that the write lock is ours.
      if (version(sqlite) > index) return
      for (const statement of text.split('--> statement-breakpoint')) sqlite.exec(statement)
      sqlite.pragma(`application_id = ${APPLICATION_ID}`)
      sqlite.pragma(`user_version = ${index + 1}`)
    })
    .immediate()
}
