import type Database from 'better-sqlite3'
import { translated } from './entry-store.ts'

/** A look at an entry's name, as it is kept. */
export interface NameCheckRow {
  readonly askedAt: Date
  readonly goneSince: Date | null
}

export interface NameToAsk {
  readonly entry: number
  readonly name: string
  /** The last look; null before the first. */
  readonly check: NameCheckRow | null
}

/** A listed entry with the time at which it was decided on. */
export interface DecidedEntry {
  readonly entry: number
  readonly value: string
  readonly kind: string
  readonly decidedAt: string
}

/** What is known about the names of entries from outside. Working data: it is no history and may be lost. */
export interface NameStore {
  /**
   * Row ids of entries with a name of their own that were last asked for at `before` or earlier; those that have been gone for less than that, at
   * `recheckBefore` or earlier.
   */
  readonly toAsk: (
    listRowId: number,
    bounds: { readonly before: Date; readonly recheckBefore: Date },
  ) => number[]
  /** Null when the entry is no longer on the list. */
  readonly find: (entry: number) => NameToAsk | null
  readonly note: (entry: number, check: NameCheckRow) => void
  /** All entries of a list that have a name, with the time at which they were decided on. Streams. */
  readonly decided: (listRowId: number) => Iterable<DecidedEntry>
}

interface FoundRow {
  readonly entry: number
  readonly name: string
  readonly askedAt: string | null
  readonly goneSince: string | null
}

/** `translate` is what errors become while an iterable is being read. */
export function nameStore(
  sqlite: Database.Database,
  translate: (error: unknown) => unknown,
): NameStore {
  const toAsk = sqlite
    .prepare<[object], number>(
      `SELECT e.id FROM entries AS e INDEXED BY entries_held LEFT JOIN name_checks AS c ON c.entry_id = e.id
       WHERE e.list_id = :list AND e.retired_by IS NULL AND e.kind IN ('domain', 'host', 'subdomains')
       AND (c.entry_id IS NULL OR c.asked_at <= :before OR (c.gone_since > :before AND c.asked_at <= :recheckBefore))`,
    )
    .pluck()
  const find = sqlite.prepare<[number], FoundRow>(
    `SELECT e.id AS entry, e.value AS name, c.asked_at AS askedAt, c.gone_since AS goneSince
     FROM entries AS e LEFT JOIN name_checks AS c ON c.entry_id = e.id WHERE e.id = ? AND e.retired_by IS NULL`,
  )
  const note = sqlite.prepare<[object]>(
    `INSERT INTO name_checks (entry_id, asked_at, gone_since) VALUES (:entry, :askedAt, :goneSince)
     ON CONFLICT (entry_id) DO UPDATE SET asked_at = excluded.asked_at, gone_since = excluded.gone_since`,
  )
  const decided = `SELECT e.id AS entry, e.value, e.kind, d.decided_at AS decidedAt
    FROM entries AS e INDEXED BY entries_held CROSS JOIN decisions AS d ON d.id = e.added_by
    WHERE e.list_id = ? AND e.retired_by IS NULL AND e.kind <> 'ip'`
  return {
    toAsk: (list, { before, recheckBefore }) =>
      toAsk.all({
        list,
        before: before.toISOString(),
        recheckBefore: recheckBefore.toISOString(),
      }),
    find: (entry) => {
      const row = find.get(entry)
      return row === undefined ? null : fromRow(row)
    },
    note: (entry, { askedAt, goneSince }) =>
      void note.run({
        entry,
        askedAt: askedAt.toISOString(),
        goneSince: goneSince?.toISOString() ?? null,
      }),
    decided: (list) =>
      translated(() => sqlite.prepare<[number], DecidedEntry>(decided).iterate(list), translate),
  }
}

function fromRow({ entry, name, askedAt, goneSince }: FoundRow): NameToAsk {
  if (askedAt === null) return { entry, name, check: null }
  const check = {
    askedAt: new Date(askedAt),
    goneSince: goneSince === null ? null : new Date(goneSince),
  }
  return { entry, name, check }
}
