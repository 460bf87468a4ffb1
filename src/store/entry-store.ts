import type Database from 'better-sqlite3'
import { splitEntryLine, type Entry } from '../core/entry.ts'
import { LINE_SQL } from './entry-line.ts'

/** One stay of an entry on a list: from the decision that added it to the one that retired it. */
export interface EntryRow {
  readonly rowId: number
  readonly list: string
  readonly listRowId: number
  readonly entry: Entry
  readonly addedBy: number
  readonly retiredBy: number | null
}

export interface EntryStore {
  /** How many entries the list has now, published or not. */
  readonly count: (listRowId: number) => number
  /** Every entry that the list has now: its row id and snapshot line, in the order of a snapshot. Streams. */
  readonly live: (listRowId: number) => Iterable<readonly [rowId: number, line: string]>
  /** As `live`, of those that have one of the values, which are unique and sorted bytewise. */
  readonly liveAmong: (
    listRowId: number,
    values: Iterable<string>,
  ) => Iterable<readonly [rowId: number, line: string]>
  /**
   * Every entry that the list has now, as lines of value, kind and action with tabs between them, in the order of a snapshot, in blocks of whole lines. Each block is
   * read when it is asked for, so other work may come between two, and what is written meanwhile may or may not be seen.
   */
  readonly blocks: (listRowId: number) => Iterable<Uint8Array>
  /** The entries that the list has now with that value, by kind. */
  readonly find: (listRowId: number, value: string) => EntryRow[]
  /** Those of the values that the list has now as `domain` or `subdomains`. */
  readonly covering: (listRowId: number, values: readonly string[]) => string[]
  /** The lengths of prefixes that networks have which the list has now; reads all its values. */
  readonly networkLengths: (listRowId: number) => number[]
  /** What the list has now with any of the values, in the order of kinds. */
  readonly findAny: (listRowId: number, values: readonly string[]) => EntryRow[]
  /** Every stay of that value on any list, past and present, oldest first. */
  readonly story: (value: string) => EntryRow[]
  /** One page of the list as it was after a decision, in the order of a snapshot. */
  readonly page: (question: EntryQuestion) => Entry[]
  /** Up to `limit` values that the list has now and that follow `from` in bytewise order. */
  readonly valuesFrom: (listRowId: number, from: string, limit: number) => string[]
}

/** Which entries of a past state of a list are wanted. */
export interface EntryQuestion {
  readonly listRowId: number
  /** The state after this decision: `Publication.decision`. */
  readonly decision: number
  readonly value?: string
  readonly prefix?: string
  readonly kind?: string
  /** Leaves out everything up to this entry. */
  readonly after: { readonly value: string; readonly kind: string } | null
  readonly limit: number
}

interface RawRow {
  readonly rowId: number
  readonly list: string
  readonly listRowId: number
  readonly line: string
  readonly addedBy: number
  readonly retiredBy: number | null
}

const ROW_SQL = `SELECT entries.id AS rowId, lists.list_id AS list, entries.list_id AS listRowId,
  ${LINE_SQL} AS line, added_by AS addedBy, retired_by AS retiredBy
  FROM entries JOIN lists ON lists.id = entries.list_id`

const LIVE_SQL = `SELECT id, ${LINE_SQL} FROM entries INDEXED BY entries_live
  WHERE list_id = ? AND retired_by IS NULL ORDER BY value, kind`

/** Rows in one block: some milliseconds of work. */
const BLOCK_ROWS = 4000

// A list goes over in a few large texts: a row of its own would cost more than all that is done with it.
const BLOCK_SQL = `SELECT group_concat(line, char(10)) || char(10) FROM (
  SELECT value || char(9) || kind || char(9) || action AS line FROM entries INDEXED BY entries_live
  WHERE list_id = ? AND retired_by IS NULL AND (value, kind) > (?, ?) ORDER BY value, kind LIMIT ${BLOCK_ROWS})`

function* readBlocks(sqlite: Database.Database, listRowId: number): Generator<Uint8Array> {
  const statement = sqlite.prepare<[number, string, string], string | null>(BLOCK_SQL).pluck()
  let [value, kind] = ['', '']
  for (;;) {
    const text = statement.get(listRowId, value, kind)
    if (text === null || text === undefined) return
    yield Buffer.from(text, 'latin1')
    const last = text.slice(text.lastIndexOf('\n', text.length - 2) + 1)
    ;[value = '', kind = ''] = last.split('\t')
  }
}

const AMONG_SQL = `SELECT id, ${LINE_SQL} FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN entries INDEXED BY entries_live
  ON list_id = ? AND value = wanted AND retired_by IS NULL ORDER BY value, kind`

/** Values in one call of json_each. */
const AMONG_AT_ONCE = 2000

function* readAmong(
  sqlite: Database.Database,
  listRowId: number,
  values: Iterable<string>,
): Generator<readonly [number, string]> {
  const statement = sqlite.prepare<[string, number], [number, string]>(AMONG_SQL).raw()
  let some: string[] = []
  for (const value of values) {
    some.push(value)
    if (some.length < AMONG_AT_ONCE) continue
    yield* statement.all(JSON.stringify(some), listRowId)
    some = []
  }
  yield* statement.all(JSON.stringify(some), listRowId)
}

/** `translate` is what errors become while an iterable is being read. */
export function entryStore(
  sqlite: Database.Database,
  translate: (error: unknown) => unknown,
): EntryStore {
  const count = sqlite
    .prepare<[number], number>(
      'SELECT count(*) FROM entries WHERE list_id = ? AND retired_by IS NULL',
    )
    .pluck()
  const find = sqlite.prepare<[number, string], RawRow>(
    `${ROW_SQL} WHERE entries.list_id = ? AND value = ? AND retired_by IS NULL ORDER BY kind`,
  )
  const findAny = sqlite.prepare<[string, number], RawRow>(
    // An address lies in more than a hundred networks: one statement for all of them.
    `SELECT entries.id AS rowId, lists.list_id AS list, entries.list_id AS listRowId,
     ${LINE_SQL} AS line, added_by AS addedBy, retired_by AS retiredBy
     FROM (SELECT DISTINCT value AS wanted FROM json_each(?)) CROSS JOIN lists CROSS JOIN entries INDEXED BY entries_live
     ON entries.list_id = lists.id AND entries.value = wanted AND retired_by IS NULL WHERE lists.id = ? ORDER BY kind`,
  )
  const covering = sqlite
    .prepare<[string, number], string>(
      `SELECT DISTINCT asked.value FROM json_each(?) AS asked CROSS JOIN entries INDEXED BY entries_live
       ON entries.list_id = ? AND entries.value = asked.value AND retired_by IS NULL
       WHERE kind IN ('domain', 'subdomains')`,
    )
    .pluck()
  const valuesFrom = sqlite
    .prepare<[number, string, number], string>(
      'SELECT DISTINCT value FROM entries WHERE list_id = ? AND retired_by IS NULL AND value >= ? ORDER BY value LIMIT ?',
    )
    .pluck()

  return {
    count: (listRowId) => count.get(listRowId) ?? 0,
    // A statement for each reading, since readings may overlap.
    live: (listRowId) =>
      translated(
        () => sqlite.prepare<[number], [number, string]>(LIVE_SQL).raw().iterate(listRowId),
        translate,
      ),
    liveAmong: (listRowId, values) =>
      translated(() => readAmong(sqlite, listRowId, values), translate),
    blocks: (listRowId) => translated(() => readBlocks(sqlite, listRowId), translate),
    find: (listRowId, value) => find.all(listRowId, value).map(fromRow),
    findAny: (listRowId, values) => findAny.all(JSON.stringify(values), listRowId).map(fromRow),
    covering: (listRowId, values) => covering.all(JSON.stringify(values), listRowId),
    networkLengths: networkLengthsQuery(sqlite),
    story: storyQuery(sqlite),
    page: (question) =>
      sqlite
        .prepare<[object], string>(pageSql(question))
        .pluck()
        .all({ ...question, ...bounds(question) })
        .map(splitEntryLine),
    valuesFrom: (listRowId, from, limit) => valuesFrom.all(listRowId, from, limit),
  }
}

function storyQuery(sqlite: Database.Database): EntryStore['story'] {
  const present = sqlite.prepare<[string], RawRow>(
    // One probe of `entries_live` for each list; without CROSS JOIN the planner may read all entries.
    `SELECT entries.id AS rowId, lists.list_id AS list, entries.list_id AS listRowId,
     ${LINE_SQL} AS line, added_by AS addedBy, retired_by AS retiredBy
     FROM lists CROSS JOIN entries INDEXED BY entries_live
     ON entries.list_id = lists.id WHERE value = ? AND retired_by IS NULL`,
  )
  const past = sqlite.prepare<[string], RawRow>(
    `${ROW_SQL} WHERE value = ? AND retired_by IS NOT NULL`,
  )
  return (value) =>
    [...present.all(value), ...past.all(value)]
      .map(fromRow)
      .sort((a, b) => a.addedBy - b.addedBy || a.rowId - b.rowId)
}

function networkLengthsQuery(sqlite: Database.Database): EntryStore['networkLengths'] {
  const lengths = sqlite
    .prepare<[number], number>(
      `SELECT DISTINCT CAST(substr(value, instr(value, '/') + 1) AS INTEGER) FROM entries INDEXED BY entries_live
       WHERE list_id = ? AND retired_by IS NULL AND kind = 'ip' AND instr(value, '/') > 0`,
    )
    .pluck()
  return (listRowId) => lengths.all(listRowId)
}

/** The values that can match lie in one range of the index. */
function bounds({ value, prefix, after }: EntryQuestion): object {
  const low = [value ?? '', prefix ?? '', after?.value ?? ''].sort().at(-1)
  // Values are ASCII: nothing with the prefix sorts behind this.
  return {
    low,
    high: value ?? `${prefix ?? ''}\x7f`,
    afterValue: after?.value,
    afterKind: after?.kind,
  }
}

function pageSql({ value, kind, after }: EntryQuestion): string {
  const where = [
    'list_id = :listRowId AND added_by <= :decision AND value >= :low',
    value === undefined ? 'value < :high' : 'value = :high',
    ...(kind === undefined ? [] : ['kind = :kind']),
    ...(after === null ? [] : ['(value, kind) > (:afterValue, :afterKind)']),
  ].join(' AND ')
  return `SELECT ${LINE_SQL} FROM (
    SELECT value, kind, action, category, reference FROM entries INDEXED BY entries_live
    WHERE retired_by IS NULL AND ${where}
    UNION ALL
    SELECT value, kind, action, category, reference FROM entries
    WHERE retired_by IS NOT NULL AND retired_by > :decision AND ${where}
    ORDER BY value, kind) LIMIT :limit`
}

/** An iterable that may be read more than once, and whose errors are translated as it is read. */
export function translated<T>(
  open: () => Iterable<T>,
  translate: (error: unknown) => unknown,
): Iterable<T> {
  return {
    *[Symbol.iterator]() {
      try {
        yield* open()
      } catch (error) {
        throw translate(error)
      }
    },
  }
}

function fromRow({ line, ...row }: RawRow): EntryRow {
  return { ...row, entry: splitEntryLine(line) }
}
