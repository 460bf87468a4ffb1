import { eq, sql } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { Fault } from '../core/fault.ts'
import type { ListDefinition } from '../core/list-definition.ts'
import { touchCatalogs } from './catalog-serials.ts'
import type { Recorder } from './event-store.ts'
import { readDefinition } from './read-definition.ts'
import { listDefinitions, lists } from './schema.ts'

/** A list with the newest of its definitions. */
export interface StoredList {
  readonly rowId: number
  readonly id: string
  /** Its name in published paths; never changes. */
  readonly place: string
  readonly definitionId: number
  readonly definition: ListDefinition
}

export interface ListApplied {
  readonly outcome: 'created' | 'updated' | 'unchanged'
  readonly list: StoredList
}

export interface ListStore {
  readonly find: (id: string) => StoredList | null
  /** All lists, in the order of their ids. */
  readonly all: () => StoredList[]
  /** A definition as it stood when something was published by it. */
  readonly definition: (definitionId: number) => ListDefinition
  /**
   * Makes the list, or gives it a new definition; earlier ones are kept. `place` counts only when it is made. Where its zone comes, goes
   * or gets another name, so do the catalogs of all who are entitled to it, in the same transaction.
   */
  readonly apply: (
    definition: ListDefinition,
    by: { readonly at: Date; readonly actor: string; readonly place: string },
  ) => ListApplied
}

type Db = BetterSQLite3Database

export function listStore(db: Db, { write, events, rows }: Recorder): ListStore {
  const one = selectLists(db)
    .where(eq(lists.listId, sql.placeholder('id')))
    .prepare()
  const every = selectLists(db).orderBy(lists.listId).prepare()
  const find = (id: string): StoredList | null => {
    const row = one.get({ id })
    return row === undefined ? null : fromRow(row)
  }
  return {
    find,
    all: () => every.all().map(fromRow),
    definition: (definitionId) => findDefinition(db, definitionId),
    apply: (definition, { at, actor, place }) =>
      write(() => {
        const before = find(definition.id)
        const text = JSON.stringify(definition)
        if (before !== null && JSON.stringify(before.definition) === text) {
          return { outcome: 'unchanged', list: before }
        }
        const listRowId = before?.rowId ?? insertList(db, definition.id, place, at)
        const { id } = db
          .insert(listDefinitions)
          .values({ listRowId, definition: text, appliedAt: at.toISOString(), actor })
          .returning()
          .get()
        const digest = rows.read('definition', id)?.digest
        const subject = { definition: id, digest, list: definition.id }
        events.append({ act: 'definition', actor, subject })
        if (before?.definition.zone?.origin !== definition.zone?.origin) {
          touchCatalogs(db, definition.id, at)
        }
        const list = find(definition.id)
        if (list === null) throw new Error('a list that was just written is not there')
        return { outcome: before === null ? 'created' : 'updated', list }
      }),
  }
}

function selectLists(db: Db) {
  const newest = db
    .select({
      listRowId: listDefinitions.listRowId,
      definitionId: sql<number>`max(${listDefinitions.id})`.as('newest_id'),
    })
    .from(listDefinitions)
    .groupBy(listDefinitions.listRowId)
    .as('newest')
  return db
    .select({
      rowId: lists.id,
      id: lists.listId,
      place: lists.place,
      definitionId: listDefinitions.id,
      definition: listDefinitions.definition,
    })
    .from(lists)
    .innerJoin(newest, eq(newest.listRowId, lists.id))
    .innerJoin(listDefinitions, eq(listDefinitions.id, newest.definitionId))
}

function findDefinition(db: Db, definitionId: number): ListDefinition {
  const row = db.select().from(listDefinitions).where(eq(listDefinitions.id, definitionId)).get()
  if (row === undefined) {
    throw new Fault('list/not-found', `expected a stored definition, got number ${definitionId}`)
  }
  return readDefinition(row.definition)
}

function insertList(db: Db, listId: string, place: string, at: Date): number {
  const values = { listId, place, createdAt: at.toISOString() }
  return db.insert(lists).values(values).returning().get().id
}

function fromRow(
  row: Omit<StoredList, 'definition'> & { readonly definition: string },
): StoredList {
  return { ...row, definition: readDefinition(row.definition) }
}
