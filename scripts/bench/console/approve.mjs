#!/usr/bin/env node
// The approval that completes a proposal of many lines, beside the sqlite3 shell that copies the same lines from the table of what is
// proposed into the table of entries. Both begin with a copy of one database, on the same disk; ours includes the start of its process.
//
//   node scripts/bench/console/approve.mjs [N …]       lines; default 10000 1000000
//
// The target: 10,000 lines under 3 s.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { approveProposals } from '../../../dist/main/proposals/approve-proposal.js'
import { propose } from '../../../dist/main/proposals/propose.js'
import { openStore } from '../../../dist/store/open-store.js'
import { race, report, runOnce } from '../lib.mjs'

const AT = new Date('2030-01-01T00:00:00.000Z')
const LIST = {
  id: 'bench',
  title: 'Bench',
  description: '',
  authority: 'Bench',
  visibility: 'public',
  legalBasis: 'Act, art. 1',
  categories: [],
  action: { type: 'nxdomain', to: [] },
  approvals: {
    needed: 2,
    organisations: 2,
    retire: { needed: 1, organisations: 1 },
    urgentAdd: false,
  },
  review: { afterDays: 180, expireAfterDays: 365 },
  guard: { maxGrowth: 0.5, maxShrink: 0.2, minEntries: 1 },
  publish: { cron: null },
  zone: null,
  keep: { serials: 100 },
  steering: null,
}

function decidingAs(store, name, organisation, role) {
  const person = {
    id: name,
    name,
    organisation: { id: 1, name: organisation },
    roles: [{ list: '*', role }],
  }
  return { store, person, at: AT, checkGuards: () => [] }
}

/** Snapshot lines in blocks, sorted. */
function* blocksOf(count) {
  let block = ''
  for (let i = 0; i < count; i++) {
    block += `n${String(i).padStart(8, '0')}.example\tdomain\tnxdomain\t-\tK7M29QXT\n`
    if (block.length < 1 << 18) continue
    yield Buffer.from(block)
    block = ''
  }
  if (block !== '') yield Buffer.from(block)
}

/** A database with one open proposal of so many lines; gives how long proposing took. */
function makeTemplate(file, count) {
  const store = openStore(file, { create: true })
  const { list } = store.lists.apply(LIST, { at: AT, actor: 'bench', place: 'bench' })
  const terms = { reason: 'bench', legalBasis: '', evidence: '', evidenceSha256: '' }
  const started = performance.now()
  store.write(() =>
    propose(decidingAs(store, 'carol', 'hotline', 'curator'), {
      list,
      act: 'add',
      terms: {
        ...terms,
        ...{ reference: '', category: '', urgent: false, source: null, shrinkReason: null },
      },
      change: { added: [...blocksOf(count)], retired: [] },
      counts: { added: count, retired: 0, amended: 0 },
      acknowledged: [],
      override: null,
    }),
  )
  const seconds = (performance.now() - started) / 1000
  store.close()
  return seconds
}

function approveOnce(file) {
  const store = openStore(file)
  const started = performance.now()
  const request = { id: 'p1', expected: 1, acknowledged: [] }
  const [outcome] = approveProposals(decidingAs(store, 'bea', 'police', 'approver'), [request])
  console.error(`${((performance.now() - started) / 1000).toFixed(3)} s in the transaction`)
  store.close()
  if (outcome.state !== 'decided') throw new Error(`expected a decision, got ${String(outcome)}`)
}

const SHELL = `INSERT INTO entries (list_id, value, kind, action, category, reference, added_by)
  SELECT 1, value, kind, action, category, reference, 1 FROM proposal_entries WHERE proposal_id = 1 AND revision = 1 ORDER BY value, kind`

async function main(sizes) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bailiwick-bench-'))
  try {
    for (const size of sizes) {
      const template = path.join(folder, 'template.db')
      fs.rmSync(template, { force: true })
      const proposing = makeTemplate(template, size)
      const copy = () => {
        const file = path.join(folder, 'copy.db')
        for (const end of ['', '-wal', '-shm']) fs.rmSync(file + end, { force: true })
        fs.copyFileSync(template, file)
        return file
      }
      const ours = () => runOnce(`${process.execPath} ${process.argv[1]} --once ${copy()}`)
      const shell = () => runOnce(`sqlite3 ${copy()} 'PRAGMA synchronous = FULL' '${SHELL}'`)
      const jobs = [
        { label: 'sqlite3 INSERT … SELECT', run: shell },
        { label: 'approval', run: ours },
      ]
      const title = `approval of ${size} lines (proposing them took ${proposing.toFixed(2)} s)`
      report('approve', title, await race(jobs), { size, proposing })
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

const [first, ...rest] = process.argv.slice(2)
if (first === '--once') approveOnce(rest[0])
else await main(first === undefined ? [10_000, 1_000_000] : [first, ...rest].map(Number))
