import type Database from 'better-sqlite3'
import { and, desc, eq, lt, lte, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { Fault } from '../core/fault.ts'
import { changeCounter, type CountChanges } from './count-changes.ts'
import { LINE_SQL } from './entry-line.ts'
import type { Recorder } from './event-store.ts'
import { translated } from './entry-store.ts'
import { metadataStore, type SignedMetadata } from './metadata-store.ts'
import { lists, publications } from './schema.ts'

/** One serial of a list: a cut of its decisions that was signed. */
export interface Publication {
  readonly serial: number
  readonly state: string
  readonly entries: number
  readonly added: number
  readonly removed: number
  /** The last decision it includes; 0 when there was none. */
  readonly decision: number
  readonly definitionId: number
  readonly publishedAt: Date
  /** Why the circuit breaker was overridden. */
  readonly override: string | null
  readonly actor: string
}

/** Snapshot lines without line feeds, sorted bytewise; each may be read more than once, lazily. */
export interface LineChanges {
  readonly added: Iterable<string>
  readonly removed: Iterable<string>
}

export interface PublicationCommit {
  readonly listRowId: number
  readonly publication: Publication
  readonly metadata: readonly SignedMetadata[]
  /** The serial that must still be the latest; 0 for the first. */
  readonly expectedSerial: number
}

export interface PublicationStore {
  readonly latest: (listRowId: number) => Publication | null
  readonly find: (listRowId: number, serial: number) => Publication | null
  /** By serial. */
  readonly all: (listRowId: number) => Publication[]
  /** Newest first, those below serial `before`. */
  readonly page: (
    listRowId: number,
    page: { readonly before: number; readonly limit: number },
  ) => Publication[]
  /** The serial that held at `at`: the last that was published then or before. */
  readonly at: (listRowId: number, at: Date) => Publication | null
  /**
   * What the decisions after `after` up to `through` did, all together: a line that came and went is in
   * neither. Later decisions do not disturb it.
   */
  readonly changes: (listRowId: number, after: number, through: number) => LineChanges
  /** How many lines `changes` has, without reading them. */
  readonly countChanges: CountChanges
  /** The list as it was after decision `through`: snapshot lines without line feeds, sorted bytewise. */
  readonly lines: (listRowId: number, through: number) => Iterable<string>
  /** Throws `publish/conflict` where the publication isn't of the list's next serial. */
  readonly assertNext: (commit: Pick<PublicationCommit, 'listRowId' | 'expectedSerial'>) => void
  /**
   * The commit point of publishing: the publication, its metadata and their events in one transaction, or
   * `publish/conflict` when another program has published or signed meanwhile.
   */
  readonly commit: (commit: PublicationCommit) => void
}

export interface PublicationStoreDeps extends Recorder {
  readonly translate: (error: unknown) => unknown
}

export function publicationStore(
  db: BetterSQLite3Database,
  sqlite: Database.Database,
  deps: PublicationStoreDeps,
): PublicationStore {
  const read = lineReader(sqlite, deps.translate)
  const metadata = metadataStore(db, deps)
  const newest = sqlite
    .prepare<[number], number>(
      'SELECT coalesce(max(serial), 0) FROM publications WHERE list_id = ?',
    )
    .pluck()
  const assertNext: PublicationStore['assertNext'] = ({ listRowId, expectedSerial }) =>
    assertLatest(newest.get(listRowId) ?? 0, expectedSerial)
  return {
    ...publicationQueries(db),
    assertNext,
    changes: (listRowId, after, through) => {
      if (after === 0) return { added: read.state(listRowId, through), removed: [] }
      const added = read.added(listRowId, after, through)
      const removed = read.removed(listRowId, after, through)
      return { added: without(added, removed), removed: without(removed, added) }
    },
    countChanges: changeCounter(sqlite),
    lines: read.state,
    commit: ({ listRowId, publication, metadata: signed, expectedSerial }) =>
      deps.write(() => {
        assertNext({ listRowId, expectedSerial })
        const { publishedAt, ...same } = publication
        metadata.commit(signed)
        const { id } = db
          .insert(publications)
          .values({ ...same, listRowId, publishedAt: publishedAt.toISOString() })
          .returning()
          .get()
        const list = db.select().from(lists).where(eq(lists.id, listRowId)).get()?.listId ?? ''
        record(deps, id, { ...publication, list })
      }),
  }
}

function record(
  { events, rows }: Recorder,
  id: number,
  { list, serial, state, decision, override, actor }: Publication & { readonly list: string },
): void {
  const digest = rows.read('publication', id)?.digest
  const subject = { cut: decision, digest, list, publication: id, serial, state }
  events.append({ act: 'publication', actor, subject })
  if (override === null) return
  events.append({ act: 'override', actor, subject: { list, reason: override, serial } })
}

function publicationQueries(
  db: BetterSQLite3Database,
): Pick<PublicationStore, 'find' | 'latest' | 'all' | 'page' | 'at'> {
  const ofList = eq(publications.listRowId, sql.placeholder('listRowId'))
  const select = () => db.select().from(publications)
  const bySerial = select()
    .where(and(ofList, eq(publications.serial, sql.placeholder('serial'))))
    .prepare()
  const last = select().where(ofList).orderBy(desc(publications.serial)).limit(1).prepare()
  return {
    find: (listRowId, serial) => fromRowOrNull(bySerial.get({ listRowId, serial })),
    latest: (listRowId) => fromRowOrNull(last.get({ listRowId })),
    all: (listRowId) =>
      select()
        .where(eq(publications.listRowId, listRowId))
        .orderBy(publications.serial)
        .all()
        .map(fromRow),
    page: (listRowId, { before, limit }) =>
      select()
        .where(and(eq(publications.listRowId, listRowId), lt(publications.serial, before)))
        .orderBy(desc(publications.serial))
        .limit(limit)
        .all()
        .map(fromRow),
    at: (listRowId, at) =>
      fromRowOrNull(
        select()
          .where(
            and(
              eq(publications.listRowId, listRowId),
              lte(publications.publishedAt, at.toISOString()),
            ),
          )
          .orderBy(desc(publications.serial))
          .limit(1)
          .get(),
      ),
  }
}

function lineReader(
  sqlite: Database.Database,
  translate: (error: unknown) => unknown,
): {
  readonly state: (listRowId: number, through: number) => Iterable<string>
  readonly added: (listRowId: number, after: number, through: number) => Iterable<string>
  readonly removed: (listRowId: number, after: number, through: number) => Iterable<string>
} {
  // A statement for each reading, since readings may overlap.
  const reading = (text: string, bounds: object): Iterable<string> =>
    translated(() => sqlite.prepare<[object], string>(text).pluck().iterate(bounds), translate)
  return {
    state: (list, through) => reading(STATE_SQL, { list, through }),
    added: (list, after, through) => reading(ADDED_SQL, { list, after, through }),
    removed: (list, after, through) => reading(REMOVED_SQL, { list, after, through }),
  }
}

/**
 * One statement, so one view of the database: the entries that still hold come in the order of their
 * index, and are merged with those that were retired later.
 */
const STATE_SQL = `SELECT ${LINE_SQL} FROM (
  SELECT value, kind, action, category, reference FROM entries INDEXED BY entries_live
  WHERE list_id = :list AND retired_by IS NULL AND added_by <= :through
  UNION ALL
  SELECT value, kind, action, category, reference FROM entries
  WHERE list_id = :list AND retired_by IS NOT NULL AND retired_by > :through AND added_by <= :through
  ORDER BY value, kind)`

const ADDED_SQL = `SELECT ${LINE_SQL} FROM entries INDEXED BY entries_added
  WHERE list_id = :list AND added_by > :after AND added_by <= :through
  AND (retired_by IS NULL OR retired_by > :through) ORDER BY value, kind`

const REMOVED_SQL = `SELECT ${LINE_SQL} FROM entries INDEXED BY entries_retired
  WHERE list_id = :list AND retired_by IS NOT NULL AND retired_by > :after AND retired_by <= :through
  AND added_by <= :after ORDER BY value, kind`

/** The lines of `kept` that `taken` lacks; both sorted bytewise. Lines are ASCII, so `<` compares bytes. */
function without(kept: Iterable<string>, taken: Iterable<string>): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      const other = taken[Symbol.iterator]()
      try {
        let next = other.next()
        for (const line of kept) {
          while (next.done !== true && next.value < line) next = other.next()
          if (next.done === true || next.value !== line) yield line
        }
      } finally {
        other.return?.()
      }
    },
  }
}

function assertLatest(latest: number, expected: number): void {
  if (latest === expected) return
  throw new Fault(
    'publish/conflict',
    `expected serial ${expected} to be the latest, got ${latest}: another program has published meanwhile; run it again`,
  )
}

function fromRowOrNull(row: typeof publications.$inferSelect | undefined): Publication | null {
  return row === undefined ? null : fromRow(row)
}

function fromRow(row: typeof publications.$inferSelect): Publication {
  const { serial, state, entries, added, removed, decision, definitionId, override, actor } = row
  const publishedAt = new Date(row.publishedAt)
  return {
    serial,
    state,
    entries,
    added,
    removed,
    decision,
    definitionId,
    publishedAt,
    override,
    actor,
  }
}
