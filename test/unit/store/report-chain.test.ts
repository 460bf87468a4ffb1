import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rejectReports } from '../../../src/main/reports/answer-reports.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { applyPolicy, decidingOf, PEOPLE, TWO } from '../../support/deciding.ts'
import { handIn, proposeThese } from '../../support/reporting.ts'
import { AT } from '../../support/store-builders.ts'

let folder: string
let path: string

/** Events: 3 receives r1 to r3, 4 proposes r1 (5 tells so of it), 6 rejects r2 and r3. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  path = join(folder, 'bailiwick.db')
  const store = openStore(path, { create: true })
  applyPolicy(store, TWO)
  handIn(store, PEOPLE.rita, ['a.example', 'b.example', 'c.example'])
  proposeThese(decidingOf(store, PEOPLE.carol), ['r1'])
  const person = PEOPLE.arno
  rejectReports({ store, person, at: AT }, { ids: ['r2', 'r3'], text: 'parked' })
  store.close()
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What the check finds after somebody has written past the program. */
function findingsAfter(statement: string): readonly string[] {
  const sqlite = new Database(path)
  sqlite.pragma('foreign_keys = OFF')
  const triggers = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck()
  for (const name of triggers.all() as string[]) sqlite.exec(`DROP TRIGGER ${name}`)
  expect(sqlite.prepare(statement).run().changes).toBeGreaterThan(0)
  sqlite.close()
  const store = openStore(path, { readonly: true })
  try {
    return store.events.check().map(({ code, place }) => `${code} ${place}`)
  } finally {
    store.close()
  }
}

describe('the chain', () => {
  it('finds nothing where nothing was touched', () => {
    const store = openStore(path, { readonly: true })
    expect(store.events.check()).toEqual([])
    const told = [...store.events.all(3)].map(({ act, actor, subject }) => [act, actor, subject])
    expect(told).toMatchObject([
      [
        'reports-received',
        'rita',
        { list: 'phishing', organisation: 'police', reports: [1, 2, 3] },
      ],
      ['proposal', 'carol', { proposal: 1 }],
      ['reports-proposed', 'carol', { list: 'phishing', reports: [1], proposal: 1 }],
      ['reports-rejected', 'arno', { reports: [2, 3], organisation: 'hotline', text: 'parked' }],
    ])
    store.close()
  })

  it.each([
    ['reason', "'x'"],
    ['organisation', "'x'"],
    ['reporter', "'x'"],
    ['external_id', "'x'"],
    ['value', "'x.example'"],
    ['kind', "'host'"],
    ['category', "'x'"],
    ['evidence', "'x'"],
    ['evidence_sha256', "'x'"],
    ['content', "'x'"],
    ['at', "'yesterday'"],
    ['found_entry', "'x'"],
    ['list_id', '7'],
  ])('finds another %s of a report', (column, value) => {
    const statement = `UPDATE reports SET ${column} = ${value} WHERE id = 1`
    expect(findingsAfter(statement)).toContain('event/report event 3')
  })

  it.each([
    ["UPDATE reports SET state = 'open' WHERE id = 2", 'r2'],
    ['UPDATE reports SET proposal_id = NULL WHERE id = 1', 'r1'],
    ['DELETE FROM reports WHERE id = 3', 'event 3'],
    [
      "INSERT INTO reports SELECT 4, list_id, organisation, reporter, 'x', value, kind, category, reason, evidence, evidence_sha256, content, at, found, found_entry, found_decision, found_proposal, 'open', NULL FROM reports WHERE id = 1",
      'reports',
    ],
    ["UPDATE report_acts SET text = 'x' WHERE report_id = 3", 'event 6'],
    ["UPDATE report_acts SET actor = 'x' WHERE report_id = 2", 'event 6'],
    ["UPDATE report_acts SET organisation = 'x' WHERE report_id = 1", 'event 5'],
    ["UPDATE report_acts SET act = 'withdrawn' WHERE report_id = 3", 'event 6'],
    ['UPDATE report_acts SET report_id = 1 WHERE report_id = 3', 'event 6'],
    ['UPDATE report_acts SET proposal_id = NULL, decision_id = 1 WHERE report_id = 1', 'event 5'],
    ['DELETE FROM report_acts WHERE report_id = 3', 'event 6'],
    [
      "INSERT INTO report_acts SELECT 9, 3, 'rejected', 'x', 'x', at, 'x', NULL, NULL FROM report_acts LIMIT 1",
      'acts on reports',
    ],
  ])('finds %s', (statement, place) => {
    expect(findingsAfter(statement)).toContain(`event/report ${place}`)
  })
})
