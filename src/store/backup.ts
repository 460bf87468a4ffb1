import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { Fault } from '../core/fault.ts'
import { checkDatabase } from './check-database.ts'
import { APPLICATION_ID } from './migrate.ts'
import { withStoreFaults } from './store-fault.ts'

/** `Bawb`: a backup is a SQLite file too, but nobody shall take it for a live database by mistake. */
export const BACKUP_APPLICATION_ID = 0x42617762

/** A small file that goes with the database: a key, or `root.json`. */
export interface BackupFile {
  /** Relative to the data folder, with `/`. */
  readonly path: string
  readonly bytes: Buffer
}

/**
 * Makes one SQLite file of the database `sqlite` as it is now, and of `files`; others may read and write meanwhile. It has its name
 * only when it is whole, checked and on the disk, and only its owner may read it. Throws `store/exists` and what a full disk throws.
 */
export function writeBackup(
  sqlite: Database.Database,
  target: string,
  files: readonly BackupFile[],
): void {
  if (existsSync(target)) {
    throw new Fault(
      'store/exists',
      `expected no file at ${JSON.stringify(target)}, got one: name another for the new backup`,
    )
  }
  const draft = `${target}.draft-${process.pid}`
  try {
    // VACUUM INTO writes into an empty file that is there: so it is never readable by others.
    closeSync(openSync(draft, 'wx', 0o600))
    sqlite.prepare('VACUUM INTO ?').run(draft)
    withStoreFaults(draft, () => completeBackup(draft, files))
    syncPath(draft)
    renameSync(draft, target)
    syncPath(dirname(target))
  } finally {
    rmSync(draft, { force: true })
  }
}

function completeBackup(draft: string, files: readonly BackupFile[]): void {
  const copy = new Database(draft)
  try {
    copy.exec('CREATE TABLE backup_files (path TEXT PRIMARY KEY, bytes BLOB NOT NULL)')
    const insert = copy.prepare('INSERT INTO backup_files VALUES (?, ?)')
    for (const { path, bytes } of files) insert.run(path, bytes)
    copy.pragma(`application_id = ${BACKUP_APPLICATION_ID}`)
    const [finding] = checkDatabase(copy)
    if (finding !== undefined) throw invalid(draft, finding)
  } finally {
    copy.close()
  }
}

/**
 * Takes a backup apart: the database goes to `database`, which must not exist, and the files are given back. Throws
 * `backup/invalid` for anything but a whole backup, before anything is written.
 */
export function readBackup(source: string, database: string): BackupFile[] {
  const files = inspect(source)
  withStoreFaults(database, () => {
    const backup = new Database(source, { readonly: true })
    try {
      backup.prepare('VACUUM INTO ?').run(database)
    } finally {
      backup.close()
    }
    const restored = new Database(database)
    try {
      restored.exec('DROP TABLE backup_files')
      restored.pragma(`application_id = ${APPLICATION_ID}`)
    } finally {
      restored.close()
    }
  })
  return files
}

function inspect(source: string): BackupFile[] {
  let backup: Database.Database | null = null
  try {
    backup = new Database(source, { readonly: true, fileMustExist: true })
    const id = backup.pragma('application_id', { simple: true })
    if (id !== BACKUP_APPLICATION_ID) throw invalid(source, 'it is none')
    const [finding] = checkDatabase(backup)
    if (finding !== undefined) throw invalid(source, finding)
    return backup
      .prepare<[], BackupFile>('SELECT path, bytes FROM backup_files ORDER BY path')
      .all()
  } catch (error) {
    if (error instanceof Fault) throw error
    throw invalid(source, error instanceof Error ? error.message : String(error), error)
  } finally {
    backup?.close()
  }
}

function invalid(path: string, why: string, cause?: unknown): Fault {
  return new Fault(
    'backup/invalid',
    `expected a whole backup made by «bailiwick backup» at ${JSON.stringify(path)}, got something else (${why}): take another`,
    { cause },
  )
}

/** Forces a file, or the names in a folder, to the disk. */
function syncPath(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
