#!/usr/bin/env node
// Every GET page and every GET operation of the console's tables, and the preview of an import, on a list of 1,000,000 entries and 10,000 decisions over
// ten years, with 10,000 reports, 1,000 appeals, 1,000 open reviews, an entry with 1,000 acts and a proposal of 10,000 lines; beside the query that
// answers the same in the sqlite3 shell, where there is one.
//
//   node scripts/bench/console/every.mjs [--warm] [--only TEXT] [ENTRIES [DECISIONS]]
//
// Of each: the first answer of a server that was just started for it and signed in to (not with --warm), the 95th percentile of the twenty after it, and how
// long the loop that serves and that of the console's thread did nothing else. The targets: 50 ms for a search, 100 ms for whatever else, 50 ms of the
// loop that serves. A row that is missing for an operation or a page is an error. Compile first: npm run build.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout } from 'node:timers/promises'
import { ALL_OPERATIONS } from '../../../dist/console/api/all-operations.js'
import { PAGES } from '../../../dist/console/pages/all-pages.js'
import { addHistory, WAITING_LINES } from './history.mjs'
import { previewWhileOthersAsk } from './preview.mjs'
import { requestsFor } from './requests.mjs'
import { inShell, nameOf, openServed } from './served.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { warm: { type: 'boolean' }, only: { type: 'string', default: '' } },
})
const [entries = 1_000_000, decisions = 10_000] = positionals.map(Number)
const ROUNDS = 20
/** What somebody who has signed in needs to look at the page that comes next. */
const LOOK_MS = 1500
const DAY_MS = 86_400_000
const TARGET = { search: 50, other: 100, block: 50 }

const watch = fs.mkdtempSync(path.join(os.tmpdir(), 'bailiwick-watch-'))

/** How long the loops were blocked between two times, at most: of the thread that serves, and of the console's. */
function blockedBetween(from, to) {
  const most = { serving: 0, console: 0 }
  for (const file of fs.readdirSync(watch)) {
    const which = file.startsWith('bailiwick.') ? 'serving' : 'console'
    if (which === 'console' && !file.startsWith('console-thread.')) continue
    for (const line of fs.readFileSync(path.join(watch, file), 'utf8').split('\n')) {
      const [end, pause] = line.split(' ').map(Number)
      if (end >= from && end - pause <= to) most[which] = Math.max(most[which], pause)
    }
  }
  return most
}

const now = () => performance.timeOrigin + performance.now()

function p95(times) {
  return [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1]
}

async function measured(served, { what, at, sql, isAnonymous, status }) {
  let first = null
  if (options.warm !== true) {
    await served.restart()
    await setTimeout(LOOK_MS)
  }
  const from = now()
  const ask = () => served.get(at, { isAnonymous, status })
  const cold = await ask()
  if (options.warm !== true) first = cold.ms
  const times = []
  for (let round = 0; round < ROUNDS; round++) times.push((await ask()).ms)
  // What is written down about the last of them comes with the next turn of its loop.
  await setTimeout(20)
  const blocked = blockedBetween(from, now())
  const shell = sql === undefined ? null : inShell(served.file, sql)
  return { what, first, usual: p95(times), blocked, shell }
}

function print({ what, first, usual, blocked, shell }) {
  const target = what.startsWith('search') ? TARGET.search : TARGET.other
  const isMet =
    usual <= target && (first === null || first <= target) && blocked.serving <= TARGET.block
  const ms = (value) => (value === null ? '-' : value.toFixed(1)).padStart(8)
  console.log(
    `${what.padEnd(58)}${ms(first)}${ms(usual)}${ms(blocked.serving)}${ms(blocked.console)}${ms(shell)}${String(target).padStart(6)}  ${isMet ? 'met' : 'MISSED'}`,
  )
  return isMet
}

const HEAD = `${'milliseconds'.padEnd(58)}   first     p95 serving console sqlite3  target`

async function measureAll(served, rows) {
  console.log(HEAD)
  let missed = 0
  for (const row of rows) {
    if (row.what.includes(options.only) && !print(await measured(served, row))) missed++
  }
  console.log('')
  return missed
}

let missed = 0
const served = await openServed(entries, decisions, {
  ...{ everyMs: Math.floor((3650 * DAY_MS) / decisions), hasTerms: true, watch },
  terms: { approvals: { needed: 2, organisations: 1 } },
  more: (store) => addHistory(store, (i) => nameOf(i % Math.floor(entries / 2))),
})
try {
  const preview = await previewWhileOthersAsk(served, { entries, blockedBetween, now })
  const rows = await requestsFor(served, { ALL_OPERATIONS, PAGES }, { entries, decisions, preview })
  missed += await measureAll(served, rows)
} finally {
  await served.close()
}

console.log(`the same list before its first serial (${WAITING_LINES} lines of a proposal aside)\n`)
const fresh = await openServed(entries, decisions, { isPublished: false, watch })
try {
  missed += await measureAll(fresh, [
    { what: 'planPublishing, first serial', at: '/v1/publishing/bench' },
    { what: 'listPlannedLines, first serial', at: '/v1/publishing/bench/lines' },
    { what: 'page /console/publish/:list, first serial', at: '/console/publish/bench' },
    { what: 'page /console, first serial', at: '/console' },
  ])
} finally {
  await fresh.close()
  fs.rmSync(watch, { recursive: true, force: true })
}
console.log(missed === 0 ? 'all met' : `${missed} missed`)
