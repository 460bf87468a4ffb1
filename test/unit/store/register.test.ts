import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_REGISTER_ROWS, registerState } from '../../../src/core/register.ts'
import { openStore, type Store } from '../../../src/store/open-store.ts'
import { rowOf } from '../../support/guard-builders.ts'
import { AT, decide, decisionOf, storeWithList } from '../../support/store-builders.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  path = join(folder, 'bailiwick.db')
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const a = rowOf('a.example')
const b = rowOf('b.example', { scope: 'below' })
const by = { actor: 'alice', reason: 'a test', at: AT }

function twice(store: Store): void {
  store.register.change({ ...by, add: [b, a], remove: [] })
  store.register.change({ ...by, add: [{ ...b, reason: 'another' }], remove: ['a.example'] })
}

describe('the register', () => {
  it('is none before its first change, and afterwards what the changes made of it', () => {
    const { store } = storeWithList('phishing', path)
    expect(store.register.all()).toBeNull()
    expect(store.register.change({ ...by, add: [], remove: [] })).toBeNull()
    expect(store.register.all()).toBeNull()
    const made = store.register.change({ ...by, add: [b, a], remove: [] })
    expect(made).toMatchObject({ id: 1, added: 2, removed: 0, state: registerState([a, b]) })
    expect(store.register.all()).toEqual([a, b])
    const other = { ...b, reason: 'another' }
    const next = store.register.change({ ...by, add: [other, other], remove: ['a.example'] })
    expect(next).toMatchObject({ id: 2, removed: 1, state: registerState([other]) })
    expect(store.register.all()).toEqual([other])
    expect(store.register.change({ ...by, add: [other], remove: [] })).toBeNull()
    expect(store.register.changes().map(({ id }) => id)).toEqual([2, 1])
    expect(store.register.rowsOf(2)).toContainEqual({ row: a, isRemoved: true })
    store.close()
  })

  it('has no more rows than the limit', () => {
    const { store } = storeWithList('phishing', path)
    const rows = Array.from({ length: MAX_REGISTER_ROWS }, (_, i) => rowOf(`n${i}.example`))
    expect(() => store.register.change({ ...by, add: [...rows, a], remove: [] })).toThrow(
      expect.objectContaining({ code: 'register/invalid' }),
    )
    expect(store.register.change({ ...by, add: rows, remove: [] })).toMatchObject({
      added: MAX_REGISTER_ROWS,
    })
    store.close()
  })

  it('refuses to take out what is not there, and keeps nothing of such a change', () => {
    const { store } = storeWithList('phishing', path)
    const change = { ...by, add: [a], remove: ['b.example'] }
    expect(() => store.register.change(change)).toThrow(
      expect.objectContaining({ code: 'register/not-found' }),
    )
    expect(store.register.all()).toBeNull()
    store.close()
  })

  it('tells every change in the chain, and the chain is whole', () => {
    const { store } = storeWithList('phishing', path)
    twice(store)
    const told = [...store.events.all()].filter(({ act }) => act === 'register-changed')
    expect(told).toMatchObject([
      { actor: 'alice', subject: { change: 1, added: 2, removed: 0, reason: 'a test' } },
      { subject: { change: 2, added: 1, removed: 1, state: store.register.changes()[0]!.state } },
    ])
    expect(store.events.check()).toEqual([])
    store.close()
  })

  it.each([
    'UPDATE register_rows SET is_removed = 1 WHERE id = 1',
    "UPDATE register_rows SET reason = 'x' WHERE id = 2",
    'DELETE FROM register_rows WHERE id = 3',
    "UPDATE register_changes SET actor = 'mallory'",
    "INSERT INTO register_changes (actor, reason, at, added, removed, state) VALUES ('m', 'm', 'm', 0, 0, 'm')",
    "INSERT INTO register_rows (change_id, is_removed, value, purpose, scope, reason, source) VALUES (1, 1, 'a.example', '', '', '', '')",
  ])('is found changed behind its back: %s', (statement) => {
    const { store } = storeWithList('phishing', path)
    twice(store)
    store.close()
    const sqlite = new Database(path)
    if (!statement.startsWith('INSERT')) expect(() => sqlite.exec(statement)).toThrow('append-only')
    for (const table of ['register_changes', 'register_rows']) {
      for (const act of ['update', 'delete']) sqlite.exec(`DROP TRIGGER ${table}_no_${act}`)
    }
    sqlite.exec(statement)
    sqlite.close()
    const again = openStore(path)
    expect(again.events.check()).toContainEqual(expect.objectContaining({ code: 'event/register' }))
    again.close()
  })
})

describe('what guards read of a list', () => {
  it('is all of it in its order, in whole lines, over many blocks', () => {
    const { store, list } = storeWithList('phishing', path)
    const values = Array.from({ length: 9001 }, (_, i) => `n${i}.example`).sort()
    decide(store, list, { add: [...values, 'gone.example'] })
    decide(store, list, { retire: ['gone.example'] })
    const blocks = [...store.entries.blocks(list)].map((block) => Buffer.from(block).toString())
    expect(blocks.length).toBeGreaterThan(2)
    expect(blocks.every((block) => block.endsWith('\n'))).toBe(true)
    expect(blocks.join('')).toBe(values.map((value) => `${value}\tdomain\tnxdomain\n`).join(''))
    expect([...store.entries.blocks(list + 1)]).toEqual([])
    store.close()
  })

  it('is how large its batches were, newest first, and no single addition', () => {
    const { store, list } = storeWithList('phishing', path)
    decide(store, list, { add: ['a.example', 'b.example'] })
    decide(store, list, { add: ['c.example'] })
    decide(store, list, { retire: ['c.example'] })
    const one = { added: [Buffer.from('d.example\tdomain\tnxdomain\t-\t-\n')], retired: [] }
    store.decisions.commit(decisionOf(list, { act: 'add', added: 1 }), one)
    expect(store.decisions.pastBatches(list, 10)).toEqual([1, 2])
    expect(store.decisions.pastBatches(list, 1)).toEqual([1])
    store.close()
  })
})
