import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actOnProposal } from '../../../src/main/proposals/act-on-proposal.ts'
import { rejectReports } from '../../../src/main/reports/answer-reports.ts'
import { applyPolicy, decidingOf, PEOPLE, proposeValues, TWO } from '../../support/deciding.ts'
import { handIn } from '../../support/reporting.ts'
import type { Store } from '../../../src/store/open-store.ts'
import { AT, decide, storeWithList } from '../../support/store-builders.ts'

let folder: string
let sqlite: Database.Database

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  const path = join(folder, 'bailiwick.db')
  const { store, list } = storeWithList('phishing', path)
  decide(store, list, { add: ['a.example', 'b.example'] })
  const decision = decide(store, list, { retire: ['b.example'] })
  store.publications.commit({
    listRowId: list,
    publication: {
      serial: 1,
      state: '0'.repeat(64),
      entries: 1,
      added: 1,
      removed: 0,
      decision,
      definitionId: 1,
      publishedAt: AT,
      override: null,
      actor: 'alice',
    },
    metadata: [],
    expectedSerial: 0,
  })
  const basis = { decisions: '', hash: '', number: 1, through: 1 }
  const salt = Buffer.alloc(32)
  store.log.begin({
    ...{ expectedSize: 0, begunAt: AT, metadata: [], publication: null, policy: 'quorum none' },
    leaves: [{ kind: 'publication', name: 'phishing', number: 1, bytes: Buffer.from('leaf') }],
    manifests: [{ listRowId: list, serial: 1, manifest: Buffer.from('leaf'), basis, salt }],
    acts: [],
    ...{ joins: false, needsOldQuorum: true },
  })
  const sealed = { size: 1, root: Buffer.alloc(32), note: Buffer.from('note'), sealedAt: AT }
  store.log.finish({ ...sealed, timestamp: null })
  applyPolicy(store, TWO)
  proposeValues(decidingOf(store, PEOPLE.carol), { add: ['c.example', 'd.example'] })
  proposeValues(decidingOf(store, PEOPLE.carol), { add: ['e.example'] })
  const request = { expected: null, text: 'no', whom: null }
  actOnProposal(decidingOf(store, PEOPLE.bea), { ...request, act: 'rejected', id: 'p2' })
  openReviews(store, list)
  // r1 waits, r2 is rejected, r3 goes with p1.
  handIn(store, PEOPLE.carol, ['x.example', 'y.example', 'c.example'])
  const answered = { ids: ['r2'], text: 'no' }
  rejectReports({ store, person: PEOPLE.carol, at: AT }, answered)
  store.close()
  sqlite = new Database(path)
  sqlite.pragma('recursive_triggers = ON')
})

afterEach(() => {
  sqlite.close()
  rmSync(folder, { recursive: true })
})

/** One review that gave days, and one that is open. */
function openReviews(store: Store, list: number): void {
  const review = {
    ...{
      listRowId: list,
      target: { decision: 1, entry: null },
      aboutOn: null,
      dueOn: '2030-01-01',
    },
    ...{ note: '', at: AT, actor: 'alice' },
  }
  const done = store.reviews.open({ ...review, cause: 'asked' })!
  store.reviews.open({ ...review, cause: 'due' })
  store.reviews.finish(done, {
    ...({ outcome: 'kept', reason: '', at: AT, actor: 'alice', decision: null } as const),
    term: { ...review.target, reviewOn: '2030-02-01', expiresOn: null },
  })
}

describe('history', () => {
  it.each([
    "UPDATE decisions SET reason = 'another'",
    'DELETE FROM decisions',
    'UPDATE log_leaves SET bytes = zeroblob(1)',
    'DELETE FROM log_leaves',
    'UPDATE log_checkpoints SET note = zeroblob(1)',
    'DELETE FROM log_checkpoints',
    "UPDATE log_policies SET policy = ''",
    'DELETE FROM log_policies',
    'UPDATE manifests SET salt = zeroblob(32)',
    'DELETE FROM manifests',
    'DELETE FROM proposals',
    "UPDATE proposals SET state = 'decided'",
    "UPDATE proposals SET state = 'open' WHERE id = 2",
    'UPDATE proposals SET revision = 2',
    "UPDATE proposals SET assignee = 'somebody'",
    "UPDATE proposals SET act = 'retire'",
    "UPDATE proposal_revisions SET reason = 'another'",
    'DELETE FROM proposal_revisions',
    "UPDATE proposal_entries SET value = 'x.example'",
    'DELETE FROM proposal_entries',
    "INSERT INTO proposal_entries SELECT proposal_id, revision, 'x.example', kind, change, action, category, reference FROM proposal_entries LIMIT 1",
    "UPDATE proposal_acts SET actor = 'another'",
    'DELETE FROM proposal_acts',
    'INSERT OR REPLACE INTO proposal_acts SELECT * FROM proposal_acts',
    ...[
      "2, 'commented', 1",
      "2, 'decided', 1",
      "1, 'proposed', 1",
      "1, 'commented', 2",
      "1, 'changed', 2",
      "1, 'changed', 1",
      "1, 'decided', 1",
      "3, 'proposed', 1",
    ].map(
      (act) =>
        `INSERT INTO proposal_acts (proposal_id, act, revision, actor, organisation, at, text, counts, acknowledged) SELECT ${act}, 'x', 'x', 'x', 'x', 0, '[]'`,
    ),
    "UPDATE reviews SET due_on = '2099-01-01' WHERE id = 2",
    "UPDATE reviews SET due_on = '2099-01-01', done_at = '2030-01-01' WHERE id = 2",
    'UPDATE reviews SET done_at = NULL WHERE id = 1',
    "UPDATE reviews SET done_at = '2031-01-01' WHERE id = 1",
    'DELETE FROM reviews',
    "UPDATE review_acts SET reason = 'another'",
    'DELETE FROM review_acts',
    "UPDATE entry_dates SET expires_on = '2099-01-01'",
    'DELETE FROM entry_dates',
    'DELETE FROM reports',
    "UPDATE reports SET reason = 'another'",
    "UPDATE reports SET state = 'rejected' WHERE id = 1",
    "UPDATE reports SET state = 'open' WHERE id = 2",
    'UPDATE reports SET proposal_id = 2 WHERE id = 1',
    'UPDATE reports SET found_proposal = 2 WHERE id = 1',
    "UPDATE report_acts SET text = 'another'",
    'DELETE FROM report_acts',
    'INSERT OR REPLACE INTO report_acts SELECT * FROM report_acts',
    ...["2, 'withdrawn', NULL", "3, 'rejected', NULL", "9, 'rejected', NULL"].map(
      (act) =>
        `INSERT INTO report_acts (report_id, act, proposal_id, actor, organisation, at, text) SELECT ${act}, 'x', 'x', 'x', ''`,
    ),
    // One that begins otherwise than by what it has found.
    ...[
      "'', NULL, 'rejected', NULL",
      "'', NULL, 'open', 1",
      "'proposed', 1, 'open', 1",
      "'proposed', 1, 'joined', NULL",
      "'proposed', 2, 'joined', 2",
    ].map(
      (begins) =>
        `INSERT INTO reports (list_id, organisation, reporter, external_id, value, kind, category, reason, evidence, evidence_sha256, content, at, found_entry, found, found_proposal, state, proposal_id)
         SELECT 1, 'x', 'x', 'x', 'x', 'x', '', 'x', '', '', '', '', '', ${begins}`,
    ),
    "UPDATE publications SET state = ''",
    'DELETE FROM publications',
    "UPDATE list_definitions SET definition = '{}'",
    'DELETE FROM list_definitions',
    "UPDATE lists SET place = 'elsewhere'",
    'DELETE FROM lists',
    'DELETE FROM entries',
    "DELETE FROM entries WHERE value = 'b.example'",
    "UPDATE entries SET value = 'c.example' WHERE value = 'a.example'",
    "UPDATE entries SET action = 'passthru' WHERE value = 'a.example'",
    "UPDATE entries SET value = 'c.example', retired_by = 2 WHERE value = 'a.example'",
    "UPDATE entries SET added_by = 2, retired_by = 2 WHERE value = 'a.example'",
    "UPDATE entries SET retired_by = 0 WHERE value = 'a.example'",
    "UPDATE entries SET retired_by = NULL WHERE value = 'b.example'",
    "UPDATE entries SET retired_by = 1 WHERE value = 'b.example'",
    'INSERT OR REPLACE INTO decisions SELECT * FROM decisions',
    'INSERT OR REPLACE INTO entries SELECT * FROM entries',
  ])('refuses: %s', (statement) => {
    expect(() => sqlite.exec(statement)).toThrow('append-only')
  })

  it('lets a proposal follow its acts', () => {
    const act = sqlite.prepare(
      "INSERT INTO proposal_acts (proposal_id, act, revision, actor, organisation, at, text, counts, acknowledged, whom) VALUES (1, ?, 1, 'x', 'x', 'x', 'x', 0, '[]', ?)",
    )
    const stands = sqlite.prepare('SELECT state, assignee FROM proposals WHERE id = 1').raw()
    act.run('assigned', 'bea')
    expect(stands.get()).toEqual(['open', 'bea'])
    act.run('commented', null)
    expect(stands.get()).toEqual(['open', 'bea'])
    act.run('withdrawn', null)
    expect(stands.get()).toEqual(['withdrawn', 'bea'])
    expect(() => act.run('commented', null)).toThrow('append-only')
  })

  it('lets an entry be retired, once', () => {
    const retire = sqlite.prepare("UPDATE entries SET retired_by = 2 WHERE value = 'a.example'")
    expect(retire.run().changes).toBe(1)
    expect(() => retire.run()).toThrow('append-only')
  })
})
