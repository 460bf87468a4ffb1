import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { KeptChange, TreeFile, TreeHead, TreeSink } from '../core/kept-tree/tree-file.ts'
import { Fault, isFault } from '../core/fault.ts'
import { MAX_TREE_LEAVES } from '../core/proof-tree/proof-tree.ts'
import { HASH_BYTES } from '../core/proof-tree/tree-hash.ts'
import { storeFault } from './store-fault.ts'

/** Marks the file in its header, and counts the forms that its tables have had. */
const APPLICATION_ID = 0x42615472
const FORM = 1

const TABLES = `
  CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 0), serial INTEGER NOT NULL, bits INTEGER NOT NULL,
    count INTEGER NOT NULL, top BLOB NOT NULL);
  CREATE TABLE tree (row INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
  CREATE TABLE spool (id INTEGER PRIMARY KEY, block INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE INDEX spool_block ON spool (block);
  CREATE TABLE indices (entry TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORM};`

/** How long a process waits for another one that writes the same tree. */
const BUSY_TIMEOUT_MS = 30_000

export interface OpenTreeFile extends TreeFile {
  readonly close: () => void
}

/**
 * Opens the file that a list's proof tree is kept in, and makes it where there is none, or one that can't be read. None but its owner can read it: it has
 * the entries of restricted lists. Its folder must be there. Several processes may have it open.
 *
 * What it has may be lost with the power, and is then known to be damaged, or is of an earlier serial. Faults of its methods: `proof/damaged`, `store/…`.
 */
export function openTreeFile(path: string): OpenTreeFile {
  const translate = (error: unknown): unknown => treeFault(path, error)
  try {
    return openFile(path, translate)
  } catch (error) {
    if (!isFault(error, 'proof/damaged')) throw error
    removeTreeFile(path)
    return openFile(path, translate)
  }
}

/** Takes the file away; who has it open goes on with what nobody else sees. */
export function removeTreeFile(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
}

function openFile(path: string, translate: (error: unknown) => unknown): OpenTreeFile {
  const guard = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw translate(error)
    }
  }
  return guard(() => {
    // Its -wal and -shm take the same mode.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
    const sqlite = new Database(path, { timeout: BUSY_TIMEOUT_MS })
    try {
      setUp(sqlite)
      return { ...methodsOf(sqlite, guard), close: () => void sqlite.close() }
    } catch (error) {
      sqlite.close()
      throw error
    }
  })
}

function setUp(sqlite: Database.Database): void {
  sqlite.pragma('journal_mode = WAL')
  // No commit waits for the disk: an older tree is as good as any.
  sqlite.pragma('synchronous = NORMAL')
  sqlite.pragma('cache_size = -8192')
  const isOurs = (): boolean =>
    sqlite.pragma('application_id', { simple: true }) === APPLICATION_ID &&
    sqlite.pragma('user_version', { simple: true }) === FORM
  const tables = sqlite.prepare('SELECT count(*) FROM sqlite_schema').pluck()
  sqlite
    .transaction(() => {
      if (isOurs()) return
      if (tables.get() !== 0) throw damaged('it has other tables')
      sqlite.exec(TABLES)
    })
    .immediate()
}

type Guard = <T>(work: () => T) => T

function methodsOf(sqlite: Database.Database, guard: Guard): TreeFile {
  const head = sqlite.prepare<[], TreeHead>('SELECT serial, bits, count, top FROM head')
  const row = sqlite.prepare<[number], Buffer>('SELECT bytes FROM tree WHERE row = ?').pluck()
  const index = sqlite
    .prepare<[string], Buffer>('SELECT bytes FROM indices WHERE entry = ?')
    .pluck()
  const write = writerOf(sqlite)
  const keep = sqlite.transaction((change: KeptChange & { readonly from: number }) => {
    // Another process was quicker: what it has kept is as good.
    if (head.get()?.serial !== change.from) return
    for (const [number, bytes] of change.rows) write.row(number, bytes)
    for (const [entry, bytes] of change.indices) write.index(entry, bytes)
    write.head(change.head)
  })
  const replace = sqlite.transaction((work: (sink: TreeSink) => TreeHead) => {
    sqlite.exec('DELETE FROM head; DELETE FROM tree; DELETE FROM spool')
    write.head(work({ spool: spoolOf(sqlite), write: write.row, putIndex: write.index }))
  })
  return {
    head: () => guard(() => wholeHead(head.get() ?? null)),
    read: (number) => guard(() => octets(row.get(number) ?? null)),
    index: (entry) => guard(() => octets(index.get(entry) ?? null)),
    view: (work) => guard(() => sqlite.transaction(work).deferred()),
    keep: (change) => guard(() => keep.immediate(change)),
    replace: (work) => guard(() => replace.immediate(work)),
  }
}

/** SQLite keeps what was damaged under any type. */
function wholeHead(head: TreeHead | null): TreeHead | null {
  if (head === null) return null
  const { serial, bits, count, top } = head
  const isWhole =
    [serial, bits, count].every((one) => Number.isSafeInteger(one) && one >= 0) &&
    count <= MAX_TREE_LEAVES &&
    octets(top).length === HASH_BYTES
  if (isWhole) return head
  throw damaged('its head is none')
}

function octets<T extends Uint8Array | null>(value: T): T {
  if (value === null || value instanceof Uint8Array) return value
  throw damaged('it has something else than octets')
}

interface Writer {
  readonly row: (number: number, bytes: Uint8Array) => void
  readonly index: (entry: string, bytes: Uint8Array) => void
  readonly head: (head: TreeHead) => void
}

function writerOf(sqlite: Database.Database): Writer {
  const row = sqlite.prepare('INSERT OR REPLACE INTO tree (row, bytes) VALUES (?, ?)')
  const index = sqlite.prepare('INSERT OR REPLACE INTO indices (entry, bytes) VALUES (?, ?)')
  const head = sqlite.prepare(
    'INSERT OR REPLACE INTO head (id, serial, bits, count, top) VALUES (0, ?, ?, ?, ?)',
  )
  return {
    row: (number, bytes) => void row.run(number, bytes),
    index: (entry, bytes) => void index.run(entry, bytes),
    head: ({ serial, bits, count, top }) => void head.run(serial, bits, count, top),
  }
}

/** What was taken makes room at once for the rows that are made of it. */
function spoolOf(sqlite: Database.Database): TreeSink['spool'] {
  const put = sqlite.prepare('INSERT INTO spool (block, bytes) VALUES (?, ?)')
  const take = sqlite.prepare<[number], Buffer>('SELECT bytes FROM spool WHERE block = ?').pluck()
  const drop = sqlite.prepare('DELETE FROM spool WHERE block = ?')
  return {
    put: (block, records) => void put.run(block, records),
    take: (block) => {
      const taken = take.all(block)
      drop.run(block)
      return taken
    },
  }
}

/** What can't be read is made again, whatever the reason. */
function treeFault(path: string, error: unknown): unknown {
  const fault = storeFault(path, error)
  // A table that is gone is told as a wrong statement.
  const isWithoutTable = error instanceof Database.SqliteError && error.code === 'SQLITE_ERROR'
  if (!isWithoutTable && !isFault(fault, 'store/damaged', 'store/not-a-database')) return fault
  return damaged(`${JSON.stringify(path)} can't be read`, fault)
}

function damaged(why: string, cause?: unknown): Fault {
  return new Fault(
    'proof/damaged',
    `expected the file of a kept proof tree: ${why}`,
    cause === undefined ? undefined : { cause },
  )
}
