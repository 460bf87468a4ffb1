#!/usr/bin/env node
// Search by part of a name in a list of 1,000,000 entries and 10,000 decisions, asked of a server over HTTP, beside the same question in the
// sqlite3 shell (LIKE '%part%', which stops at the same number of rows).
//
//   node scripts/bench/console/search.mjs [ENTRIES [DECISIONS]]
//
// The target: under 50 ms at the server. Compile first: npm run build.
import { inShell, nameOf, openServed, timed } from './served.mjs'

const [entries = 1_000_000, decisions = 10_000] = process.argv.slice(2).map(Number)
const LIMIT = 50
const served = await openServed(entries, decisions)
const questions = [
  ['one letter', 'b'],
  ['a common part', 'bank'],
  ['a rare part', 'bankpaywe'],
  ['a part that is nowhere', 'zzzqy'],
  ['the end of every name, and nowhere', 'xample.z'],
  ['a whole name', nameOf(777_777 % entries)],
  ['a part of a label in Unicode', 'ü'],
]
try {
  const first = await served.get('/v1/search?q=first')
  console.log(`the first search, which reads the list: ${first.ms.toFixed(0)} ms\n`)
  for (const [what, text] of questions) {
    const at = `/v1/search?limit=${LIMIT}&q=${encodeURIComponent(text)}`
    const { ms, most, last } = await timed(served.get, at)
    const sql = `SELECT value, kind FROM entries WHERE list_id = 1 AND retired_by IS NULL AND value LIKE '%${text}%' LIMIT ${LIMIT + 1}`
    const shell = inShell(served.file, sql)
    const found = JSON.parse(last.text).items.length
    console.log(
      `${what.padEnd(36)} ${String(found).padStart(3)} found ${ms.toFixed(1).padStart(7)} ms (most ${most.toFixed(1)})   sqlite3 ${shell.toFixed(1).padStart(7)} ms   ratio ${shell < 1 ? 'of no meaning' : (ms / shell).toFixed(2)}`,
    )
  }
  console.log('')
  for (const count of [1, 100]) {
    served.cli(
      ...['entry', 'add', 'bench', `new${count}.example`, '--reason', 'bench'],
      ...['--acknowledge', 'guard/popular-missing'],
    )
    const after = await served.get(`/v1/search?q=new${count}.example`)
    console.log(
      `right after a decision ${after.ms.toFixed(1)} ms, ${JSON.parse(after.text).items[0]?.state}`,
    )
  }
} finally {
  await served.close()
}
