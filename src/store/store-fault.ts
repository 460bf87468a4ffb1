import Database from 'better-sqlite3'
import { Fault } from '../core/fault.ts'

/**
 * The one place where errors of the database become faults. What is no error of SQLite's, or one that
 * only a bug can cause (a constraint, wrong SQL), comes back as it is.
 */
export function storeFault(path: string, error: unknown): unknown {
  const cause = sqliteError(error)
  if (cause === null) return error
  const found = FAULTS.find(({ codes }) => codes.some((code) => cause.code.startsWith(code)))
  if (found === undefined) return error
  return new Fault(found.fault, found.sentence(JSON.stringify(path)), { cause })
}

/** Runs `work`, throwing what `storeFault` makes of its error. */
export function withStoreFaults<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storeFault(path, error)
  }
}

/** The same functions, each throwing what `storeFault` makes of its error. */
export function guardMethods<T extends object>(path: string, methods: T): T {
  const guarded = Object.entries(methods).map(([name, method]) => [
    name,
    (...args: unknown[]): unknown =>
      withStoreFaults(path, () => (method as (...args: unknown[]) => unknown)(...args)),
  ])
  return Object.fromEntries(guarded) as T
}

type SqliteError = InstanceType<typeof Database.SqliteError>

/** drizzle wraps the driver's error in its own. */
function sqliteError(error: unknown): SqliteError | null {
  if (error instanceof Database.SqliteError) return error
  if (error instanceof Error && error.cause !== undefined) return sqliteError(error.cause)
  return null
}

const FAULTS = [
  {
    codes: ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_SHMSIZE', 'SQLITE_IOERR_FSYNC'],
    fault: 'store/full',
    sentence: (path: string) =>
      `expected room on the disk for ${path}, got none: nothing was changed; free some space and run it again`,
  },
  {
    codes: ['SQLITE_CORRUPT'],
    fault: 'store/damaged',
    sentence: (path: string) =>
      `expected a sound database at ${path}, got a damaged one: run «bailiwick doctor», then restore the newest backup`,
  },
  {
    codes: ['SQLITE_IOERR'],
    fault: 'store/damaged',
    sentence: (path: string) =>
      `expected to read and write ${path}, got an error of the disk: check the disk, run «bailiwick doctor», restore a backup if it finds damage`,
  },
  {
    codes: ['SQLITE_NOTADB'],
    fault: 'store/not-a-database',
    sentence: (path: string) =>
      `expected a database at ${path}, got a file of another kind: check --data, or restore a backup`,
  },
  {
    codes: ['SQLITE_READONLY', 'SQLITE_CANTOPEN', 'SQLITE_PERM', 'SQLITE_AUTH'],
    fault: 'store/read-only',
    sentence: (path: string) =>
      `expected to be allowed to write ${path} and its folder, got a refusal: run as the user that owns the data folder`,
  },
  {
    codes: ['SQLITE_BUSY', 'SQLITE_LOCKED'],
    fault: 'store/busy',
    sentence: (path: string) =>
      `expected ${path} to be free within a while, got another program writing to it: try again when it is done`,
  },
] as const
