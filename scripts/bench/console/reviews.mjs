#!/usr/bin/env node
// The job of reviews on a list of 1,000,000 entries from 10,000 decisions, beside the bare query in the sqlite3 shell.
//
//   node scripts/bench/console/reviews.mjs [ENTRIES [DECISIONS]]
//
// The targets: what the serving loop asks for (counts, a page of reviews) is answered within 50 ms; the job itself runs in another thread.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { addDays, dayOf } from '../../../dist/core/day.js'
import { runReviews } from '../../../dist/main/run-reviews.js'
import { openStore } from '../../../dist/store/open-store.js'
import { median } from '../lib.mjs'

const [entries = 1_000_000, decisions = 10_000] = process.argv.slice(2).map(Number)
const ROUNDS = 5
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bailiwick-bench-'))
const file = path.join(folder, 'bailiwick.db')
const START = new Date('2030-01-01T12:00:00Z')
const dayFrom = (days) => addDays(dayOf(START), days)

const definition = {
  ...{ id: 'bench', title: 'Bench', description: '', authority: 'Bench', visibility: 'public' },
  ...{ legalBasis: '', categories: [], action: { type: 'nxdomain', to: [] } },
  approvals: { needed: 1, organisations: 1 },
  review: { afterDays: 180, expireAfterDays: 365, warnDays: 14, urgentDays: 3 },
  guard: { maxGrowth: 1, maxShrink: 0.2, minEntries: 1 },
  ...{ publish: { cron: null }, zone: null, keep: { serials: 100 }, steering: null },
  liveness: null,
}

/** Half of the entries come from one import, the rest evenly from all other decisions; their days are spread over a year, the import's is the last. */
function fill(store) {
  const by = { at: START, actor: 'bench', place: 'bench' }
  const list = store.lists.apply(definition, by).list.rowId
  const each = Math.floor(entries / 2 / (decisions - 1))
  let name = 0
  store.write(() => {
    for (let i = 0; i < decisions; i++) {
      const count = i === 0 ? entries - each * (decisions - 1) : each
      const lines = Array.from(
        { length: count },
        () => `n${String(name++).padStart(8, '0')}.example\tdomain\tnxdomain\t-\tREF\n`,
      )
      const offset = i === 0 ? 365 : i % 365
      store.decisions.commit(
        {
          ...{ listRowId: list, act: 'import', reference: 'REF', category: '', reason: 'bench' },
          ...{ legalBasis: '', evidence: '', proposer: 'bench', decidedBy: 'bench' },
          ...{ decidedAt: START, urgent: false },
          ...{ reviewOn: dayFrom(offset + 180), expiresOn: dayFrom(offset + 365) },
          ...{ added: count, retired: 0, amended: 0, source: null, override: null },
        },
        { added: [Buffer.from(lines.join(''))], retired: [] },
      )
    }
  })
  return list
}

function timed(work) {
  const started = performance.now()
  const result = work()
  return [performance.now() - started, result]
}

function repeated(work) {
  return median(Array.from({ length: ROUNDS }, () => timed(work)[0]))
}

/** What the shell itself says that the query took. */
function inShell(sql) {
  const runs = Array.from({ length: ROUNDS }, () => {
    const told = execFileSync('sqlite3', [file], {
      input: `.timer on\n.output /dev/null\n${sql};\n.output stdout\n${sql};\n`,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    return (
      Number(/Run Time: real ([\d.]+)/.exec(told.slice(told.lastIndexOf('Run Time')))[1]) * 1000
    )
  })
  return median(runs)
}

const query = (reviewOn, expiresOn) =>
  `SELECT count(*) FROM (SELECT d.id, d.review_on, d.expires_on FROM decisions d WHERE d.list_id = 1 AND (d.review_on <= '${reviewOn}' OR d.expires_on <= '${expiresOn}')
   AND EXISTS (SELECT 1 FROM entries e WHERE e.list_id = 1 AND e.added_by = d.id AND e.retired_by IS NULL) ORDER BY d.id)`

function say(what, ms, beside) {
  const shell = beside === undefined ? '' : `   sqlite3 ${beside.toFixed(1)} ms`
  console.log(`${what.padEnd(64)} ${ms.toFixed(1).padStart(9)} ms${shell}`)
}

try {
  const store = openStore(file, { create: true })
  const [filling, list] = timed(() => fill(store))
  console.log(
    `${entries} entries, ${decisions} decisions, made in ${(filling / 1000).toFixed(1)} s\n`,
  )
  const at = (days) => new Date(START.getTime() + days * 86_400_000)
  const run = (days) => runReviews({ store, now: () => at(days) })
  const ask = (what, reviewOn, expiresOn) =>
    say(
      what,
      repeated(() => store.terms.due(list, { reviewOn, expiresOn })),
      inShell(query(reviewOn, expiresOn)),
    )

  ask('terms on a day when none is due', dayFrom(1), dayFrom(15))
  ask('terms on a day when half of the reviews are due', dayFrom(362), dayFrom(364))
  ask('terms on a day when all are due', dayFrom(800), dayFrom(800))
  say(
    'a run with nothing to do',
    repeated(() => run(1)),
  )
  const [opening, first] = timed(() => run(362))
  say(`a run that opens ${first.opened[0].reviews} reviews`, opening)
  let parts = 1
  for (let last = first; !last.isComplete; parts++) last = run(362)
  say(
    `a run with ${store.reviews.counts(dayFrom(362))[0].open} open, after ${parts} runs`,
    repeated(() => run(362)),
  )
  say(
    'counts for the metrics',
    repeated(() => store.reviews.counts(dayFrom(362))),
  )
  say(
    'a page of 50 open reviews',
    repeated(() => store.reviews.all({ isOpen: true, limit: 50 })),
  )
  const [some, lapse] = timed(() => run(365 + 3))
  say(`a run that lapses ${lapse.lapsed[0].entries} entries`, some)
  const [most, last] = timed(() => run(365 + 365))
  say(`a run that lapses ${last.lapsed[0].entries} entries at once`, most)
  store.close()
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}
