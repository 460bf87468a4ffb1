import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { KeptChange, TreeFile, TreeHead } from '../../src/core/kept-tree/tree-file.ts'
import { openTreeFile } from '../../src/store/proof-tree-file.ts'
import { MemoryTreeFile } from '../support/memory-tree-file.ts'

const head = (serial: number): TreeHead => ({
  ...{ serial, bits: 1, count: serial },
  top: Buffer.alloc(32, serial),
})
const bytes = (text: string): Buffer => Buffer.from(text)
const change = (serial: number, rows: readonly [number, Buffer][]): KeptChange => ({
  ...{ head: head(serial), rows: new Map(rows) },
  indices: new Map([[`e${serial}`, bytes(`i${serial}`)]]),
})

let folder: string
let closing: (() => void)[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trees-'))
  closing = []
})
afterEach(() => {
  for (const close of closing) close()
  rmSync(folder, { recursive: true })
})

function openOne(): TreeFile {
  const file = openTreeFile(join(folder, 'tree.db'))
  closing.push(file.close)
  return file
}

/** What every place keeps to where a proof tree is kept (`core/kept-tree/tree-file.ts`). */
describe.each([
  ['in memory', () => new MemoryTreeFile()],
  ['in a file', openOne],
] as const)('a kept tree %s', (_, open) => {
  test('has nothing at first', () => {
    const file = open()
    expect([file.head(), file.read(0), file.index('e1')]).toEqual([null, null, null])
    file.keep({ ...change(1, [[0, bytes('a')]]), from: 0 })
    expect(file.head()).toBeNull()
  })

  test('has what it was replaced by, and of its indices all', () => {
    const file = open()
    for (const serial of [1, 2]) {
      file.replace(({ write, putIndex }) => {
        write(serial, bytes(`row ${serial}`))
        putIndex(`e${serial}`, bytes('i'))
        return head(serial)
      })
    }
    expect(file.head()).toEqual(head(2))
    expect([file.read(1), file.read(2)]).toEqual([null, bytes('row 2')])
    expect([file.index('e1'), file.index('e2')]).toEqual([bytes('i'), bytes('i')])
  })

  test('puts away what waits, and gives it back once by block', () => {
    open().replace(({ spool }) => {
      const shared = Buffer.from('one')
      spool.put(3, shared)
      shared.write('two')
      spool.put(3, shared)
      spool.put(0, bytes('other'))
      expect(
        spool
          .take(3)
          .map((part) => Buffer.from(part).toString())
          .sort(),
      ).toEqual(['one', 'two'])
      expect(spool.take(1)).toEqual([])
      expect(Buffer.concat([...spool.take(0)])).toEqual(bytes('other'))
      return head(1)
    })
  })

  test('stays as it was where replacing it fails', () => {
    const file = open()
    file.replace(({ write }) => {
      write(1, bytes('a'))
      return head(1)
    })
    const fail = (): void =>
      file.replace(({ write }) => {
        write(1, bytes('b'))
        throw new Error('no')
      })
    expect(fail).toThrow('no')
    expect([file.head(), file.read(1)]).toEqual([head(1), bytes('a')])
  })

  test('keeps a change of the serial that it has, and no other', () => {
    const file = open()
    file.replace(() => head(1))
    file.keep({
      ...change(2, [
        [0, bytes('a')],
        [2 ** 21, bytes('b')],
      ]),
      from: 1,
    })
    file.keep({ ...change(3, [[0, bytes('c')]]), from: 1 })
    expect(file.head()).toEqual(head(2))
    expect([file.read(0), file.read(2 ** 21)]).toEqual([bytes('a'), bytes('b')])
    expect([file.index('e2'), file.index('e3')]).toEqual([bytes('i2'), null])
    expect(file.view(() => file.head()?.serial)).toBe(2)
  })
})

describe('the file of a kept tree', () => {
  const path = (): string => join(folder, 'tree.db')

  function kept(): void {
    const file = openTreeFile(path())
    file.replace(({ write }) => {
      for (let row = 0; row < 200; row++) write(row, Buffer.alloc(500, row))
      return head(1)
    })
    file.close()
  }

  test('is seen by whoever opens it, and by nobody but its owner', () => {
    kept()
    expect(openOne().read(7)).toEqual(Buffer.alloc(500, 7))
    expect(statSync(path()).mode & 0o777).toBe(0o600)
  })

  test('is made anew where it is something else', () => {
    for (const damage of [
      () => writeFileSync(path(), 'x'.repeat(5000)),
      () => writeFileSync(path(), ''),
      () => truncateSync(path(), 700),
    ]) {
      kept()
      damage()
      const file = openTreeFile(path())
      try {
        expect(file.head()).toBeNull()
        file.replace(() => head(5))
        expect(file.head()).toEqual(head(5))
      } finally {
        file.close()
      }
      rmSync(path())
    }
  })

  test('tells that it is damaged where a part of it is', () => {
    kept()
    const damaged = readFileSync(path())
    damaged.fill(0xff, 6 * 4096)
    writeFileSync(path(), damaged)
    const file = openOne()
    const readAll = (): void => {
      for (let row = 0; row < 200; row++) file.read(row)
    }
    expect(readAll).toThrow(expect.objectContaining({ code: 'proof/damaged' }))
  })

  test.each([
    ["UPDATE head SET top = 'text'", 'head'],
    ['UPDATE head SET top = zeroblob(31)', 'head'],
    ['UPDATE head SET bits = -1', 'head'],
    [`UPDATE head SET count = ${2 ** 24 + 1}`, 'head'],
    ["UPDATE head SET serial = 'q'", 'head'],
    ["UPDATE tree SET bytes = 'text'", 'read'],
  ] as const)('tells that it is damaged after %s', (damage, method) => {
    kept()
    const sqlite = new Database(path())
    sqlite.exec(damage)
    sqlite.close()
    const file = openOne()
    expect(() => file[method](7)).toThrow(expect.objectContaining({ code: 'proof/damaged' }))
  })

  test('is made anew where a table is gone', () => {
    kept()
    const sqlite = new Database(path())
    sqlite.exec('ALTER TABLE tree RENAME TO other')
    sqlite.close()
    expect(openOne().head()).toBeNull()
  })
})
