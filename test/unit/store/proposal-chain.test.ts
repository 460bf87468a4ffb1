import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { approveProposals } from '../../../src/main/proposals/approve-proposal.ts'
import { changeProposal } from '../../../src/main/proposals/change-proposal.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { applyPolicy, decidingOf, PEOPLE, proposeValues, TWO } from '../../support/deciding.ts'

let folder: string
let path: string

/** Of p1 two revisions, decided by carol and bea; p2 open. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  path = join(folder, 'bailiwick.db')
  const store = openStore(path, { create: true })
  applyPolicy(store, TWO)
  const carol = decidingOf(store, PEOPLE.carol)
  proposeValues(carol, { add: ['a.example', 'b.example'] })
  changeProposal(carol, {
    ...{ id: 'p1', expected: 1, text: '', terms: {}, acknowledged: [] },
    without: ['b.example'],
  })
  const request = { id: 'p1', expected: 2, acknowledged: [] }
  approveProposals(decidingOf(store, PEOPLE.bea), [request])
  proposeValues(carol, { add: ['c.example'] })
  store.close()
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What the check finds after somebody has written past the program. */
function findingsAfter(...statements: readonly string[]): readonly string[] {
  const sqlite = new Database(path)
  sqlite.pragma('foreign_keys = OFF')
  const triggers = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck()
  for (const name of triggers.all() as string[]) sqlite.exec(`DROP TRIGGER ${name}`)
  for (const statement of statements) {
    expect(sqlite.prepare(statement).run().changes).toBeGreaterThan(0)
  }
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
    store.close()
  })

  it.each([
    ["UPDATE proposal_revisions SET reason = 'x' WHERE revision = 2", 'revision 2 of p1'],
    ["UPDATE proposal_revisions SET legal_basis = 'x' WHERE proposal_id = 2", 'revision 1 of p2'],
    ["UPDATE proposal_entries SET value = 'x.example' WHERE revision = 2", 'revision 2 of p1'],
    ['DELETE FROM proposal_entries WHERE proposal_id = 2', 'revision 1 of p2'],
    [
      "INSERT INTO proposal_entries SELECT 1, 1, 'x.example', kind, change, action, category, reference FROM proposal_entries LIMIT 1",
      'revision 1 of p1',
    ],
    ["UPDATE proposals SET state = 'rejected' WHERE id = 2", 'p2'],
    ["UPDATE proposals SET assignee = 'x' WHERE id = 2", 'p2'],
    ['UPDATE proposals SET revision = 1 WHERE id = 1', 'p1'],
    ["UPDATE proposal_acts SET actor = 'ben' WHERE act = 'approved'", 'event 5'],
    ["UPDATE proposal_acts SET counts = 0 WHERE act = 'changed'", 'event 4'],
    ["UPDATE proposal_acts SET organisation = 'court' WHERE act = 'approved'", 'event 5'],
    ["UPDATE proposal_acts SET revision = 1 WHERE act = 'approved'", 'event 5'],
    ["UPDATE proposal_acts SET text = 'x' WHERE act = 'proposed' AND proposal_id = 2", 'event 7'],
    ["DELETE FROM proposal_acts WHERE act = 'decided'", 'the proposal of decision 1'],
    [
      "UPDATE proposal_acts SET proposal_id = 2 WHERE act = 'decided'",
      'the proposal of decision 1',
    ],
    [
      "INSERT INTO proposal_acts SELECT 99, 2, 'approved', 'bea', 'police', at, 1, '', 1, '[]', NULL, NULL, NULL FROM proposal_acts LIMIT 1",
      'acts of proposals',
    ],
  ])('finds %s', (statement, place) => {
    expect(findingsAfter(statement)).toContain(`event/proposal ${place}`)
  })
})
