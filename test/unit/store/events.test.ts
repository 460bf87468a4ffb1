import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { fc, test as property } from '@fast-check/vitest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventFinding } from '../../../src/core/check-events.ts'
import { readBackup } from '../../../src/store/backup.ts'
import { openStore, type Store } from '../../../src/store/open-store.ts'
import { publicationOf, signedOf } from '../../contract/publications.ts'
import {
  AT,
  blockOf,
  decide,
  decisionOf,
  definitionOf,
  storeWithList,
} from '../../support/store-builders.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  path = join(folder, 'bailiwick.db')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** One of everything. Events: began, definition, decision, decision, override, key-used, publication, override, subscriber-added. */
function writeHistory(): void {
  const { store, list } = storeWithList('phishing', path)
  decide(store, list, { add: ['a.example', 'b.example', 'c.example'] })
  const [row] = store.entries.find(list, 'b.example')
  store.decisions.commit(decisionOf(list, { added: 1, retired: 1, override: 'it is right' }), {
    added: [blockOf(['d.example'])],
    retired: [row!.rowId],
  })
  store.publications.commit({
    listRowId: list,
    publication: { ...publicationOf(1, 2), override: 'so be it' },
    metadata: [signedOf('list-phishing', 1), signedOf('timestamp', 1)],
    expectedSerial: 0,
  })
  store.subscribers.add({
    ...{ name: 'isp-one', tokenHash: 'f'.repeat(64), at: AT },
    ...{ lists: ['phishing'], transfer: 'networks', networks: [], notify: [], key: null },
  })
  store.close()
}

/** What the check finds after somebody has written past the program. */
function findingsAfter(...statements: readonly string[]): readonly EventFinding[] {
  const sqlite = openUnguarded()
  for (const statement of statements)
    expect(sqlite.prepare(statement).run().changes).toBeGreaterThan(0)
  sqlite.close()
  return check()
}

function openUnguarded(): Database.Database {
  const sqlite = new Database(path)
  sqlite.pragma('foreign_keys = OFF')
  const triggers = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck()
  for (const name of triggers.all() as string[]) sqlite.exec(`DROP TRIGGER ${name}`)
  return sqlite
}

function check(): readonly EventFinding[] {
  const store = openStore(path, { readonly: true })
  try {
    return store.events.check()
  } finally {
    store.close()
  }
}

function acts(store: Store): string[] {
  return [...store.events.all()].map(({ act }) => act)
}

describe('the chain', () => {
  it('tells of every act, in its order, and holds', () => {
    writeHistory()
    expect(check()).toEqual([])
    const store = openStore(path)
    expect(acts(store)).toEqual([
      ...['chain-began', 'definition', 'decision', 'decision', 'override', 'key-used'],
      ...['publication', 'override', 'subscriber-added'],
    ])
    const events = [...store.events.all()]
    expect(events.map(({ number }) => number)).toEqual(events.map((_, i) => i + 1))
    expect(events.map(({ actor }) => actor)).toEqual([
      ...['bailiwick', 'alice', 'alice', 'alice', 'alice', 'bailiwick', 'alice', 'alice'],
      'bailiwick',
    ])
    expect(events[5]?.subject).toMatchObject({
      signed: [
        { role: 'list-phishing', version: 1, keyids: ['key-list-phishing'] },
        { role: 'timestamp', version: 1, keyids: ['key-timestamp'] },
      ],
    })
    expect(events[6]?.subject).toMatchObject({ list: 'phishing', serial: 1, cut: 2 })
    expect(store.events.head()).toEqual({ number: 9, hash: events[8]?.hash })
    expect([...store.events.all(3, 2)]).toEqual(events.slice(2, 4))
    store.close()
  })

  it('tells of subscribers, and never a secret', () => {
    const store = openStore(path, { create: true, actor: 'bob', now: () => AT })
    const key = { name: 'isp-key', algorithm: 'hmac-sha256', secret: 'c2VjcmV0' } as const
    const terms = { lists: ['a'], transfer: 'tsig', networks: [], notify: [] } as const
    store.subscribers.add({ name: 'isp', tokenHash: 'hash', key, at: AT, ...terms })
    store.subscribers.set('isp', { lists: ['b'], at: AT })
    const next = { ...key, name: 'isp-key-2' }
    const until = { oldTokenUntil: null, oldKeyUntil: null }
    store.subscribers.rotate('isp', { tokenHash: 'hash2', key: next, at: AT, ...until })
    store.subscribers.revokeOld('isp', AT)
    store.subscribers.revoke('isp', AT)
    expect(acts(store).slice(1)).toEqual(
      ['added', 'changed', 'rotated', 'old-revoked', 'revoked'].map((act) => `subscriber-${act}`),
    )
    const events = [...store.events.all(2)]
    expect(events.map(({ actor, at }) => [actor, at])).toEqual(
      events.map(() => ['bob', AT.toISOString()]),
    )
    expect(events.map(({ subject }) => subject['keys'])).toEqual([
      ...[['isp-key'], ['isp-key'], ['isp-key-2', 'isp-key'], ['isp-key-2'], []],
    ])
    expect(JSON.stringify(events)).not.toMatch(/c2VjcmV0|hash2/)
    expect(() => store.subscribers.revoke('isp', AT)).toThrow()
    expect(store.events.head().number).toBe(6)
    store.close()
  })

  it('has nothing of what was rolled back, or did not change anything', () => {
    const { store, list } = storeWithList()
    const before = store.events.head()
    expect(() => decide(store, list + 1, { add: ['a.example'] })).toThrow('FOREIGN KEY')
    const commit = { listRowId: list, publication: publicationOf(1), expectedSerial: 0 }
    expect(() =>
      store.publications.commit({ ...commit, metadata: [signedOf('timestamp', 2)] }),
    ).toThrow(expect.objectContaining({ code: 'publish/conflict' }))
    expect(() =>
      store.write(() => {
        decide(store, list, { add: ['a.example'] })
        throw new Error('changed my mind')
      }),
    ).toThrow('changed my mind')
    store.lists.apply(definitionOf('phishing'), { at: AT, actor: 'bob', place: 'phishing' })
    store.metadata.commit([])
    expect(store.events.head()).toEqual(before)
    expect(store.events.check()).toEqual([])
    store.close()
  })

  it('takes the act with it when the event cannot be written', () => {
    const { store, list } = storeWithList('phishing', path)
    const before = store.events.head()
    const huge = decisionOf(list, { decidedBy: 'x'.repeat(1 << 22), added: 1 })
    const change = { added: [blockOf(['a.example'])], retired: [] }
    expect(() => store.decisions.commit(huge, change)).toThrow(
      expect.objectContaining({ code: 'event/too-large' }),
    )
    const other = new Database(path)
    other.exec(
      "CREATE TRIGGER no_more BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no more'); END",
    )
    const signed = [signedOf('timestamp', 1)]
    for (const act of [
      () => decide(store, list, { add: ['a.example'] }),
      () => store.metadata.commit(signed),
      () =>
        store.publications.commit({
          ...{ listRowId: list, publication: publicationOf(1) },
          ...{ metadata: [], expectedSerial: 0 },
        }),
      () => store.lists.apply(definitionOf('b'), { at: AT, actor: 'a', place: 'b' }),
      () => store.restorations.note(AT),
      () =>
        store.subscribers.add({
          ...{ name: 'isp', tokenHash: 'f', at: AT, lists: [], key: null },
          ...{ transfer: 'networks', networks: [], notify: [] },
        }),
    ]) {
      expect(act).toThrow('no more')
    }
    other.exec('DROP TRIGGER no_more')
    other.close()
    expect(store.events.head()).toEqual(before)
    expect(store.decisions.all()).toEqual([])
    expect(store.entries.count(list)).toBe(0)
    expect(store.metadata.all()).toEqual([])
    expect(store.publications.all(list)).toEqual([])
    expect(store.lists.all()).toHaveLength(1)
    expect(store.restorations.all()).toEqual([])
    expect(store.subscribers.all()).toEqual([])
    expect(store.events.check()).toEqual([])
    store.close()
  })

  it('is written in a transaction alone', () => {
    const { store } = storeWithList()
    const event = { act: 'export', subject: {} } as const
    expect(() => store.events.append(event)).toThrow('transaction')
    store.write(() => store.events.append(event))
    expect(store.events.head().number).toBe(3)
    store.close()
  })

  it('tells news once for each list', () => {
    const { store } = storeWithList()
    const tell = (list: string, cut: number): void =>
      store.write(() =>
        store.events.appendNews({ act: 'publication-refused', subject: { list, cut } }),
      )
    for (const [list, cut] of [
      ['a', 1],
      ['b', 1],
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['a', 1],
    ] as const)
      tell(list, cut)
    expect([...store.events.all(3)].map(({ subject }) => subject)).toEqual([
      ...[
        { list: 'a', cut: 1 },
        { list: 'b', cut: 1 },
        { list: 'a', cut: 2 },
        { list: 'a', cut: 1 },
      ],
    ])
    store.close()
  })

  it('goes on after a backup, and tells that there was one', () => {
    writeHistory()
    const store = openStore(path)
    store.backUp(join(folder, 'one.backup'), [])
    const head = store.events.head()
    decide(store, 1, { add: ['lost.example'] })
    store.close()
    rmSync(path)
    readBackup(join(folder, 'one.backup'), path)
    const restored = openStore(path, { actor: 'carol' })
    expect(restored.events.head()).toEqual(head)
    restored.restorations.note(AT)
    expect([...restored.events.all(head.number + 1)]).toEqual([
      expect.objectContaining({
        ...{ act: 'restored', actor: 'carol', previous: head.hash },
        subject: { lists: [{ list: 'phishing', serial: 1 }] },
      }),
    ])
    expect(restored.events.check([head])).toEqual([])
    restored.close()
  })
})

describe('a database of an older program', () => {
  const TABLES = [
    ...['lists', 'list_definitions', 'decisions', 'entries', 'publications', 'metadata'],
    ...['subscribers', 'subscriber_keys', 'restorations', 'sqlite_sequence'],
  ]

  /** As it was before the fourth migration. */
  function forgetChain(): void {
    const sqlite = new Database(path)
    sqlite.pragma('foreign_keys = OFF')
    sqlite.exec('DROP VIEW report_standings')
    const all = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    for (const table of all as string[]) {
      if (!TABLES.includes(table)) sqlite.exec(`DROP TABLE ${table}`)
    }
    for (const index of ['entries_held', 'decisions_mirror', 'entries_reference'])
      sqlite.exec(`DROP INDEX ${index}`)
    sqlite.pragma('user_version = 3')
    sqlite.close()
  }

  it('gets a chain that commits to what was there, once', () => {
    writeHistory()
    forgetChain()
    const store = openStore(path)
    const [first] = [...store.events.all()]
    expect(first).toMatchObject({
      ...{ act: 'chain-began', number: 1 },
      subject: { decisions: 2, definitions: 1, publications: 1 },
    })
    decide(store, 1, { add: ['e.example'], retire: ['a.example'] })
    expect(store.events.check()).toEqual([])
    store.close()
    const again = openStore(path)
    expect(acts(again)).toEqual(['chain-began', 'decision'])
    again.close()
  })

  it.each([
    "UPDATE decisions SET reason = 'another' WHERE id = 1",
    'DELETE FROM decisions WHERE id = 1',
    "UPDATE entries SET value = 'x.example' WHERE value = 'a.example'",
    "UPDATE publications SET state = 'x'",
    "UPDATE list_definitions SET actor = 'x'",
  ])('is looked at, too: %s', (statement) => {
    writeHistory()
    forgetChain()
    openStore(path).close()
    expect(check()).toEqual([])
    expect(findingsAfter(statement)).toContainEqual(
      expect.objectContaining({ code: 'event/began' }),
    )
  })
})

describe('the check finds', () => {
  beforeEach(writeHistory)

  const insert = (columns: string): string =>
    `INSERT INTO events SELECT ${columns} FROM events ORDER BY number DESC LIMIT 1`

  it.each([
    ["UPDATE events SET actor = 'mallory' WHERE number = 3", 'event/hash', 'event 3'],
    ["UPDATE events SET at = '2031-01-01T00:00:00.000Z' WHERE number = 4", 'event/hash', 'event 4'],
    ["UPDATE events SET act = 'export' WHERE number = 9", 'event/hash', 'event 9'],
    ["UPDATE events SET subject = '{}' WHERE number = 5", 'event/hash', 'event 5'],
    ["UPDATE events SET subject = ' ' || subject WHERE number = 9", 'event/hash', 'event 9'],
    ["UPDATE events SET subject = 'x' WHERE number = 9", 'event/hash', 'event 9'],
    ["UPDATE events SET hash = 'x' WHERE number = 9", 'event/hash', 'event 9'],
    ["UPDATE events SET previous = 'x' WHERE number = 2", 'event/previous', 'event 2'],
    ['DELETE FROM events WHERE number = 1', 'event/number', 'event 2'],
    ['DELETE FROM events WHERE number = 5', 'event/number', 'event 6'],
    ['DELETE FROM events WHERE number > 2', 'event/decision', 'decision 1'],
    ['DELETE FROM events WHERE number > 6', 'event/publication', 'publication 1'],
    ['DELETE FROM events WHERE number > 1', 'event/definition', 'definition 1'],
    ['DELETE FROM events', 'event/began', 'event 1'],
    [insert('number + 2, at, actor, act, subject, hash, hash'), 'event/number', 'event 11'],
    [insert('number + 1, at, actor, act, subject, hash, hash'), 'event/hash', 'event 10'],
    ["UPDATE decisions SET reason = 'another' WHERE id = 1", 'event/decision', 'decision 1'],
    ['UPDATE decisions SET urgent = 2 WHERE id = 2', 'event/decision', 'decision 2'],
    [
      "UPDATE decisions SET decided_at = '2030-01-01T00:00:00Z' WHERE id = 1",
      'event/decision',
      'decision 1',
    ],
    ['UPDATE decisions SET override_reason = NULL WHERE id = 2', 'event/decision', 'decision 2'],
    ['UPDATE decisions SET list_id = 7 WHERE id = 2', 'event/decision', 'decision 2'],
    ['DELETE FROM decisions WHERE id = 2', 'event/decision', 'decision 2'],
    [
      'INSERT INTO decisions SELECT 3, list_id, act, reference, category, reason, legal_basis, evidence, proposer, decided_by, decided_at, urgent, review_on, expires_on, 0, 0, 0, NULL, NULL, NULL, NULL, NULL FROM decisions WHERE id = 1',
      'event/decision',
      'decision 3',
    ],
    ["UPDATE lists SET list_id = 'other'", 'event/definition', 'definition 1'],
    ["UPDATE lists SET place = 'other'", 'event/definition', 'definition 1'],
    ["UPDATE list_definitions SET definition = '{}'", 'event/definition', 'definition 1'],
    ['UPDATE publications SET entries = entries + 1', 'event/publication', 'publication 1'],
    ['DELETE FROM publications', 'event/publication', 'publication 1'],
    [
      "UPDATE entries SET value = 'x.example' WHERE value = 'a.example'",
      'event/decision',
      'decision 1',
    ],
    [
      "UPDATE entries SET action = 'passthru' WHERE value = 'd.example'",
      'event/decision',
      'decision 2',
    ],
    ["UPDATE entries SET added_by = 2 WHERE value = 'a.example'", 'event/decision', 'decision 1'],
    [
      "UPDATE entries SET retired_by = NULL WHERE value = 'b.example'",
      'event/decision',
      'decision 2',
    ],
    ["UPDATE entries SET retired_by = 1 WHERE value = 'a.example'", 'event/decision', 'decision 1'],
    ["UPDATE entries SET list_id = 7 WHERE value = 'a.example'", 'event/decision', 'decision 1'],
    ["DELETE FROM entries WHERE value = 'c.example'", 'event/decision', 'decision 1'],
    [
      'INSERT INTO entries SELECT 99, 7, value, kind, action, category, reference, 1, NULL FROM entries LIMIT 1',
      'event/entries',
      'entries',
    ],
    [
      "INSERT INTO entries SELECT 99, 1, 'x.example', kind, action, category, reference, 9, NULL FROM entries LIMIT 1",
      'event/entries',
      'entries',
    ],
    ["UPDATE entries SET retired_by = 9 WHERE value = 'a.example'", 'event/entries', 'entries'],
  ])('%s', (statement, code, place) => {
    expect(findingsAfter(statement)).toContainEqual(expect.objectContaining({ code, place }))
  })

  it('two events that changed their places', () => {
    const places = findingsAfter(
      'UPDATE events SET number = 100 WHERE number = 4',
      'UPDATE events SET number = 4 WHERE number = 5',
      'UPDATE events SET number = 5 WHERE number = 100',
    ).map(({ code, place }) => `${code} ${place}`)
    expect(places).toEqual(expect.arrayContaining(['event/hash event 4', 'event/hash event 5']))
  })

  it('newest events that are cut off, where their head was seen', () => {
    const store = openStore(path)
    const head = store.events.head()
    store.close()
    expect(findingsAfter('DELETE FROM events WHERE number = 9')).toEqual([])
    const cut = openStore(path, { readonly: true })
    expect(cut.events.check([head])).toEqual([
      expect.objectContaining({ code: 'event/head', place: 'event 9' }),
    ])
    cut.close()
  })
})

/** Whether the database takes it at all, once the triggers are out of the way: a constraint may not. */
function isTaken(update: string): boolean {
  const sqlite = openUnguarded()
  try {
    sqlite.exec(`BEGIN; ${update}; ROLLBACK`)
    return true
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT'))
      return false
    throw error
  } finally {
    sqlite.close()
  }
}

interface Edit {
  readonly table: string
  readonly row: number
  readonly column: number
  readonly text: string
}

const edits = fc.record<Edit>({
  table: fc.constantFrom('events', 'decisions', 'entries', 'publications', 'list_definitions'),
  row: fc.nat(),
  column: fc.nat(),
  text: fc.string({ minLength: 1 }),
})

describe('anything else that is written into a row', () => {
  property.prop([edits])('is found', ({ table, row, column, text }) => {
    rmSync(path, { force: true })
    writeHistory()
    const sqlite = new Database(path)
    const names = sqlite
      .prepare(`SELECT name FROM pragma_table_info('${table}') WHERE pk = 0 ORDER BY cid`)
      .pluck()
      .all() as string[]
    const name = names[column % names.length]!
    const rows = sqlite.prepare(`SELECT rowid FROM ${table} ORDER BY rowid`).pluck().all()
    const rowid = rows[row % rows.length] as number
    const before = sqlite.prepare(`SELECT ${name} FROM ${table} WHERE rowid = ?`).pluck().get(rowid)
    sqlite.close()
    // Numbers stay numbers when they are written as texts.
    fc.pre(String(before) !== text && String(before) !== text.trim())
    const quoted = `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`
    fc.pre(quoted !== "''")
    const update = `UPDATE ${table} SET ${name} = ${quoted} WHERE rowid = ${rowid}`
    fc.pre(isTaken(update))
    expect(findingsAfter(update)).not.toEqual([])
  })
})
