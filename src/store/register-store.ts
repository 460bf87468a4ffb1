import type Database from 'better-sqlite3'
import { desc, eq, lt } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import { Fault } from '../core/fault.ts'
import {
  isSameRow,
  MAX_REGISTER_ROWS,
  registerState,
  sortRegister,
  type RegisterRow,
} from '../core/register.ts'
import type { Recorder } from './event-store.ts'
import { digestRegister } from './register-digest.ts'
import { registerChanges, registerRows } from './schema.ts'

/** A change of the register, as it was made. */
export interface RegisterChange {
  /** 1, 2, 3 … */
  readonly id: number
  readonly actor: string
  readonly reason: string
  readonly at: Date
  readonly added: number
  readonly removed: number
  /** Of the register after it. */
  readonly state: string
}

export interface NewRegisterChange {
  readonly actor: string
  readonly reason: string
  readonly at: Date
  /** Rows that are put in, each in the place of what there is of its value. */
  readonly add: readonly RegisterRow[]
  /** Values that are taken out. */
  readonly remove: readonly string[]
}

export interface RegisterStore {
  /** The register as it is, by value; null while it was never changed, so that the one that is shipped holds. */
  readonly all: () => RegisterRow[] | null
  /** Newest first. */
  readonly changes: (page?: {
    readonly before?: number
    readonly limit?: number
  }) => RegisterChange[]
  /** The rows of a change: put in, or taken out. */
  readonly rowsOf: (change: number) => { readonly row: RegisterRow; readonly isRemoved: boolean }[]
  /**
   * Makes a change with its event, in one transaction; what says the same already is no change, and null when nothing is left. Throws
   * `register/not-found` for a value that is not there, `register/invalid` for a register that would be too large.
   */
  readonly change: (change: NewRegisterChange) => RegisterChange | null
}

export function registerStore(
  db: BetterSQLite3Database,
  sqlite: Database.Database,
  { write, events }: Pick<Recorder, 'write' | 'events'>,
): RegisterStore {
  const all = (): RegisterRow[] | null => {
    const none = db.select({ id: registerChanges.id }).from(registerChanges).limit(1).get()
    if (none === undefined) return null
    return sqlite.prepare<[], RegisterRow>(NOW_SQL).all()
  }
  return {
    all,
    changes: ({ before, limit } = {}) =>
      db
        .select()
        .from(registerChanges)
        .where(before === undefined ? undefined : lt(registerChanges.id, before))
        .orderBy(desc(registerChanges.id))
        .limit(limit ?? -1)
        .all()
        .map((row) => ({ ...row, at: new Date(row.at) })),
    rowsOf: (change) =>
      db
        .select()
        .from(registerRows)
        .where(eq(registerRows.changeId, change))
        .orderBy(registerRows.id)
        .all()
        .map(({ isRemoved, value, purpose, scope, reason, source }) => ({
          row: { value, purpose, scope, reason, source } as RegisterRow,
          isRemoved,
        })),
    change: (change) =>
      write(() => {
        const planned = planChange(all() ?? [], change)
        if (planned.added.length + planned.removed.length === 0) return null
        const made = insertChange(db, change, planned)
        const digest = digestRegister(sqlite, made.id)
        const { id, added, removed, state, reason, actor } = made
        const subject = { added, change: id, digest, reason, removed, state }
        events.append({ act: 'register-changed', actor, subject })
        return made
      }),
  }
}

/** Of each value its newest row, unless that takes it out. */
const NOW_SQL = `SELECT value, purpose, scope, reason, source FROM register_rows
  WHERE id IN (SELECT max(id) FROM register_rows GROUP BY value) AND is_removed = 0 ORDER BY value`

interface Planned {
  readonly added: readonly RegisterRow[]
  readonly removed: readonly RegisterRow[]
  readonly state: string
}

function planChange(now: readonly RegisterRow[], { add, remove }: NewRegisterChange): Planned {
  const rows = new Map(now.map((row) => [row.value, row]))
  const removed = [...new Set(remove)].map((value) => {
    const row = rows.get(value)
    if (row === undefined) throw notFound(value)
    rows.delete(value)
    return row
  })
  const added = add.filter((row) => {
    const before = rows.get(row.value)
    rows.set(row.value, row)
    return before === undefined || !isSameRow(before, row)
  })
  if (rows.size > MAX_REGISTER_ROWS) {
    throw new Fault(
      'register/invalid',
      `expected at most ${MAX_REGISTER_ROWS} rows in the register, got ${rows.size}`,
    )
  }
  return {
    added: sortRegister(added),
    removed: sortRegister(removed),
    state: registerState(rows.values()),
  }
}

function notFound(value: string): Fault {
  return new Fault(
    'register/not-found',
    `expected a value of the register, got ${JSON.stringify(value)}: «bailiwick register ls» has them all`,
  )
}

function insertChange(
  db: BetterSQLite3Database,
  { actor, reason, at }: NewRegisterChange,
  { added, removed, state }: Planned,
): RegisterChange {
  const counts = { added: added.length, removed: removed.length }
  const change = { actor, reason, at: at.toISOString(), ...counts, state }
  const { id } = db.insert(registerChanges).values(change).returning().get()
  for (const [rows, isRemoved] of [[removed, true] as const, [added, false] as const]) {
    for (const row of rows)
      db.insert(registerRows)
        .values({ changeId: id, isRemoved, ...row })
        .run()
  }
  return { id, actor, reason, at, ...counts, state }
}
