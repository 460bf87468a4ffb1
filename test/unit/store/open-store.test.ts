import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBackup } from '../../../src/store/backup.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { blockOf, decide, decisionOf, storeWithList } from '../../support/store-builders.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  path = join(folder, 'bailiwick.db')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A file of SQLite's with no table in it. */
function emptyDatabase(): Buffer {
  const file = join(folder, 'empty.db')
  const sqlite = new Database(file)
  sqlite.exec('CREATE TABLE gone (id); DROP TABLE gone; VACUUM')
  sqlite.close()
  return readFileSync(file)
}

const fault = (code: string): unknown => expect.objectContaining({ name: 'Fault', code })

describe('opening a database', () => {
  it('refuses where there is none, unless it is to be made', () => {
    expect(() => openStore(path)).toThrow(fault('store/not-found'))
    openStore(path, { create: true }).close()
    // What is never published is for its owner alone.
    expect(statSync(path).mode & 0o777).toBe(0o600)
    openStore(path).close()
  })

  it('refuses a file of another kind, and leaves it as it was', () => {
    writeFileSync(path, 'this is not a database, it is a letter to a friend\n'.repeat(100))
    const before = readFileSync(path)
    expect(() => openStore(path)).toThrow(fault('store/not-a-database'))
    expect(readFileSync(path)).toEqual(before)
  })

  it('refuses the database of another program', () => {
    const other = new Database(path)
    other.exec('CREATE TABLE lists (id)')
    other.close()
    const before = readFileSync(path)
    expect(() => openStore(path)).toThrow(fault('store/not-a-database'))
    expect(readFileSync(path)).toEqual(before)
  })

  it('refuses a database that was emptied, and leaves it as it was', () => {
    const emptied = [Buffer.alloc(0), emptyDatabase()]
    for (const bytes of emptied) {
      writeFileSync(path, bytes)
      for (const readonly of [false, true]) {
        expect(() => openStore(path, { readonly })).toThrow(fault('store/damaged'))
      }
      expect(readFileSync(path)).toEqual(bytes)
      rmSync(path)
    }
  })

  it('makes its tables in a file that another process has only begun', () => {
    writeFileSync(path, '')
    openStore(path, { create: true }).close()
    openStore(path).close()
  })

  it('refuses a database that a newer program has written', () => {
    openStore(path, { create: true }).close()
    const newer = new Database(path)
    newer.pragma('user_version = 1000')
    newer.close()
    expect(() => openStore(path)).toThrow(fault('store/newer'))
  })

  it('brings an older one up to date, but not when it may only read', () => {
    const older = new Database(path)
    older.pragma('application_id = 0x4261776b')
    older.close()
    expect(() => openStore(path, { readonly: true })).toThrow(fault('store/older'))
    const store = openStore(path)
    expect(store.lists.all()).toEqual([])
    store.close()
  })

  it('writes durably: WAL, synchronous FULL, foreign keys on', () => {
    const { store, list } = storeWithList('phishing', path)
    const other = new Database(path)
    expect(other.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(() => decide(store, list + 1, { add: ['a.example'] })).toThrow('FOREIGN KEY')
    other.close()
    store.close()
  })
})

describe('several processes', () => {
  it('see what another has committed, and can tell that something was', () => {
    const { store, list } = storeWithList('phishing', path)
    const other = openStore(path)
    const before = other.changeCounter()
    expect(other.changeCounter()).toBe(before)
    decide(store, list, { add: ['a.example'] })
    expect(other.changeCounter()).not.toBe(before)
    expect(other.entries.count(list)).toBe(1)
    other.close()
    store.close()
  })

  it('read one unchanging view while another writes', () => {
    const { store, list } = storeWithList('phishing', path)
    decide(store, list, { add: ['a.example', 'b.example'] })
    const other = openStore(path)
    const seen = other.read(() => {
      const before = other.entries.count(list)
      decide(store, list, { retire: ['a.example'] })
      return [before, other.entries.count(list)]
    })
    expect(seen).toEqual([2, 2])
    expect(other.entries.count(list)).toBe(1)
    other.close()
    store.close()
  })

  it('read a past state to its end though entries of it are retired meanwhile', () => {
    const { store, list } = storeWithList('phishing', path)
    const values = Array.from({ length: 1000 }, (_, i) => `n${i}.example`).sort()
    const cut = decide(store, list, { add: values })
    const other = openStore(path)
    const seen: string[] = []
    for (const line of other.publications.lines(list, cut)) {
      seen.push(line.split('\t')[0]!)
      if (seen.length === 500) decide(store, list, { retire: values })
    }
    expect(seen).toEqual(values)
    other.close()
    store.close()
  })
})

describe('a damaged database', () => {
  it('is told as such, with the cure, and by the checks', () => {
    const { store, list } = storeWithList('phishing', path)
    const values = Array.from({ length: 20_000 }, (_, i) => `n${i}.example`).sort()
    decide(store, list, { add: values })
    store.close()
    const bytes = readFileSync(path)
    // The header, the schema and what is small stay; the entries do not.
    bytes.fill(0x5a, Math.ceil(bytes.length / 8192) * 4096)
    writeFileSync(path, bytes)
    const damaged = openStore(path)
    expect(() => [...damaged.entries.live(list)]).toThrow(fault('store/damaged'))
    expect(damaged.check().length).toBeGreaterThan(0)
    damaged.close()
  })

  it('is not what a sound one is taken for', () => {
    const { store, list } = storeWithList('phishing', path)
    decide(store, list, { add: ['a.example'] })
    expect(store.check()).toEqual([])
    store.close()
  })
})

describe('a backup', () => {
  const files = [{ path: 'keys/one.json', bytes: Buffer.from([0, 1, 255]) }]

  it('brings back what was committed, and the files that go with it', () => {
    const { store, list } = storeWithList('phishing', path)
    decide(store, list, { add: ['a.example'] })
    const target = join(folder, 'one.backup')
    store.backUp(target, files)
    store.close()
    expect(statSync(target).mode & 0o777).toBe(0o600)
    expect(readBackup(target, join(folder, 'restored.db'))).toEqual(files)
    const restored = openStore(join(folder, 'restored.db'))
    expect(restored.entries.count(list)).toBe(1)
    expect(restored.check()).toEqual([])
    restored.close()
  })

  it('is not written over another file, and is not opened as a database', () => {
    const { store } = storeWithList('phishing', path)
    const target = join(folder, 'one.backup')
    store.backUp(target, files)
    expect(() => store.backUp(target, files)).toThrow(fault('store/exists'))
    store.close()
    expect(() => openStore(target)).toThrow(fault('store/not-a-database'))
  })

  it('is refused when it is cut, none at all, or a live database; then nothing is written', () => {
    const { store, list } = storeWithList('phishing', path)
    decide(store, list, { add: Array.from({ length: 500 }, (_, i) => `n${i}.example`).sort() })
    const target = join(folder, 'one.backup')
    store.backUp(target, files)
    store.close()
    const bytes = readFileSync(target)
    writeFileSync(join(folder, 'cut'), bytes.subarray(0, bytes.length / 2))
    writeFileSync(join(folder, 'letter'), 'dear friend\n'.repeat(1000))
    for (const name of ['cut', 'letter', 'bailiwick.db', 'absent']) {
      const restored = join(folder, 'restored.db')
      expect(() => readBackup(join(folder, name), restored)).toThrow(fault('backup/invalid'))
      expect(existsSync(restored)).toBe(false)
    }
  })
})

/** A file system of a few hundred KiB, or why there can be none. */
function mountSmall(at: string, options: string): string | null {
  mkdirSync(at)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at], { stdio: 'pipe' })
    return null
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0]! : String(error)
  }
}

describe('a disk', () => {
  it('that is full refuses with one fault, loses nothing, and works again with room', ({
    skip,
  }) => {
    const disk = join(folder, 'disk')
    const why = mountSmall(disk, 'size=1m')
    if (why !== null) skip(`no small file system to test a full disk on: ${why}`)
    try {
      const { store, list } = storeWithList('phishing', join(disk, 'bailiwick.db'))
      decide(store, list, { add: ['a.example'] })
      const values = Array.from({ length: 50_000 }, (_, i) => `n${i}.example`).sort()
      const change = { added: [blockOf(values)], retired: [] }
      const commit = () =>
        store.decisions.commit(decisionOf(list, { added: values.length }), change)
      expect(commit).toThrow(fault('store/full'))
      expect(store.entries.count(list)).toBe(1)
      expect(store.check()).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=64m', disk])
      commit()
      expect(store.entries.count(list)).toBe(50_001)
      store.close()
    } finally {
      execFileSync('umount', [disk])
    }
  })

  it('that is read-only refuses to write with one fault', ({ skip }) => {
    const disk = join(folder, 'disk')
    const why = mountSmall(disk, 'size=4m')
    if (why !== null) skip(`no small file system to test a read-only one on: ${why}`)
    try {
      const file = join(disk, 'bailiwick.db')
      storeWithList('phishing', file).store.close()
      execFileSync('mount', ['-o', 'remount,ro', disk])
      expect(() => openStore(file)).toThrow(fault('store/read-only'))
    } finally {
      execFileSync('umount', [disk])
    }
  })

  it('with a folder of another user refuses with one fault', ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may write everywhere: run the tests as another user')
    storeWithList('phishing', path).store.close()
    chmodSync(folder, 0o500)
    chmodSync(path, 0o400)
    expect(() => openStore(path)).toThrow(fault('store/read-only'))
    chmodSync(folder, 0o700)
  })
})
