#!/usr/bin/env node
// What people look at, on a list of 1,000,000 entries and 10,000 decisions, asked of a server over HTTP; where a page is one question to the database,
// beside that question in the sqlite3 shell.
//
//   node scripts/bench/console/pages.mjs [ENTRIES [DECISIONS]]
//
// The target: any page under 100 ms. Compile first: npm run build.
import { inShell, nameOf, openServed, timed } from './served.mjs'

const [entries = 1_000_000, decisions = 10_000] = process.argv.slice(2).map(Number)
const served = await openServed(entries, decisions)
const last = Math.ceil(decisions / 10)
const value = nameOf(777_777 % entries)
const pages = [
  ['overview', '/console'],
  ['search, before anything is typed', '/console/search'],
  ['search by part of a name', '/console/search?q=bank'],
  ['what is found while it is typed', '/console/search/results?q=bankpay'],
  [
    'the story of an entry',
    `/console/entries?value=${value}`,
    `SELECT * FROM entries JOIN decisions ON decisions.id = added_by WHERE value = '${value}' AND entries.list_id = 1 AND retired_by IS NULL`,
  ],
  ['lists', '/console/lists'],
  ['a list', '/console/lists/bench'],
  ['publications', '/console/publications', 'SELECT * FROM publications ORDER BY id DESC LIMIT 51'],
  ['the difference of two serials', `/console/publications/bench/${last - 1}..${last}`],
  ['the same, backwards', `/console/publications/bench/${last}..${last - 1}`],
  [
    'the difference of a hundred serials',
    `/console/publications/bench/${last - 100}..${last}`,
    `SELECT value FROM entries WHERE list_id = 1 AND added_by > ${(last - 101) * 10 + 1} AND added_by <= ${(last - 1) * 10 + 1} ORDER BY value LIMIT 201`,
  ],
  [
    'the difference of the first and the last',
    `/console/publications/bench/1..${last}`,
    `SELECT value FROM entries WHERE list_id = 1 AND added_by > 1 AND added_by <= ${(last - 1) * 10 + 1} ORDER BY value LIMIT 201`,
  ],
  ['the queue', '/console/queue'],
  ['proposing', '/console/propose'],
  ['the overview by the API', '/v1/overview'],
]
try {
  const cold = await served.get('/console')
  console.log(`the first look at the overview: ${cold.ms.toFixed(0)} ms\n`)
  for (const [what, at, sql] of pages) {
    const { ms, most, last: answer } = await timed(served.get, at)
    const shell = sql === undefined ? null : inShell(served.file, sql)
    const beside =
      shell === null
        ? ''
        : `   sqlite3 ${shell.toFixed(1)} ms, ratio ${shell < 1 ? 'of no meaning' : (ms / shell).toFixed(2)}`
    console.log(
      `${what.padEnd(42)} ${ms.toFixed(1).padStart(7)} ms (most ${most.toFixed(1)}) ${String(answer.bytes >> 10).padStart(5)} KiB${beside}`,
    )
  }
} finally {
  await served.close()
}
