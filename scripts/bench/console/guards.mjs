#!/usr/bin/env node
// The guards' check of a batch against a list, with a file of a million top sites, beside the same look-ups in the sqlite3 shell: each name of the batch
// in the list, each name above it, and each in the table of top sites.
//
//   node scripts/bench/console/guards.mjs [LIST [BATCH [SITES]]]      default 1000000 10000 1000000
//
// The targets: 10,000 entries against 1,000,000 in under 2 s, the loop never blocked for more than 50 ms. Compile first: npm run build.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { writeLines } from '../gen.mjs'
import { CLI, median } from '../lib.mjs'

const [size, batchSize, sites] = [1_000_000, 10_000, 1_000_000].map((given, i) =>
  Number(process.argv[2 + i] ?? given),
)
const ROUNDS = 5
const SHELL = 'sqlite3'
const dist = (name) => import(new URL(`../../../dist/${name}.js`, import.meta.url).href)
const { openStore } = await dist('store/open-store')
const { checkGuards } = await dist('curation/guards/check-guards')
const { guardedList, openGuardDeps } = await dist('main/guard-deps')
const { runInSlices } = await dist('platform/run-in-slices')

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bailiwick-guards-'))
const data = path.join(folder, 'var')
const cli = (...args) =>
  execFileSync(process.execPath, [CLI, '--data', data, ...args], { encoding: 'utf8' })

function* numbered(count, text) {
  for (let i = 0; i < count; i++) yield `${text(i)}\n`
}

/** Half of the batch stands below names of the list, some of it above, and each hundredth is a top site. */
function batchName(i) {
  if (i % 100 === 0) return `s${i}.top.test`
  if (i % 2 === 0) return `www${i}.n${(i * 37) % size}.example`
  return `b${i}.fresh.example`
}

function batchBlock() {
  const names = [...numbered(batchSize, batchName)].map((line) => line.trim()).sort()
  return Buffer.from(names.map((name) => `${name}\tdomain\tnxdomain\t-\t-\n`).join(''))
}

function prepare() {
  cli('init', '--insecure-plain-keys')
  const definition = { id: 'bench', title: 'Bench', authority: 'Bench' }
  fs.writeFileSync(path.join(folder, 'bench.json'), JSON.stringify(definition))
  cli('list', 'apply', path.join(folder, 'bench.json'))
  const list = path.join(folder, 'list.txt')
  writeLines(
    list,
    numbered(size, (i) => `n${i}.example`),
  )
  cli('entry', 'import', 'bench', list, '--reason', 'bench')
  const top = path.join(folder, 'top.csv')
  writeLines(
    top,
    numbered(sites, (i) => `${i + 1},s${i}.top.test`),
  )
  const from = performance.now()
  cli('popular', 'load', top, '--source', 'bench', '--date', '2030-01-31')
  console.log(`popular load of ${sites} sites: ${((performance.now() - from) / 1000).toFixed(2)} s`)
}

async function ours(store) {
  const list = store.lists.find('bench')
  const block = batchBlock()
  const batch = { size: batchSize, lines: () => [block] }
  const [walls, blocked, opens] = [[], [], []]
  let report
  for (let round = 0; round < ROUNDS; round++) {
    const opening = performance.now()
    const deps = openGuardDeps({ data, store })
    opens.push(performance.now() - opening)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const from = performance.now()
    report = await runInSlices(checkGuards(deps, guardedList(store, list), batch))
    walls.push(performance.now() - from)
    delay.disable()
    blocked.push(delay.max / 1e6)
  }
  const { entries, counts } = report
  console.log(JSON.stringify({ entries, counts }))
  const rss = (process.memoryUsage.rss() / 2 ** 20).toFixed(0)
  console.log(
    `guards: ${median(walls).toFixed(0)} ms, and ${median(opens).toFixed(0)} ms to open what they need; loop blocked ${Math.max(...blocked).toFixed(0)} ms at most; ${rss} MiB`,
  )
}

/** The same questions in SQL: exact, each name above, and the rank. */
function shell() {
  const db = path.join(folder, 'shell.db')
  const batch = path.join(folder, 'batch.txt')
  writeLines(batch, numbered(batchSize, batchName))
  const top = path.join(folder, 'top.csv')
  const run = (...args) => execFileSync(SHELL, [db, ...args], { encoding: 'utf8' })
  run(
    'CREATE TABLE list (value TEXT PRIMARY KEY) WITHOUT ROWID',
    'CREATE TABLE top (rank INTEGER, name TEXT PRIMARY KEY) WITHOUT ROWID',
    'CREATE TABLE batch (value TEXT)',
    `.import ${path.join(folder, 'list.txt')} list`,
    '.mode csv',
    `.import ${top} top`,
    `.import ${batch} batch`,
  )
  const walls = []
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now()
    run(
      `WITH RECURSIVE above(value, name) AS (
         SELECT value, value FROM batch
         UNION ALL SELECT value, substr(name, instr(name, '.') + 1) FROM above WHERE instr(name, '.') > 0)
       SELECT (SELECT count(*) FROM above JOIN list ON list.value = above.name),
              (SELECT count(*) FROM above JOIN top ON top.name = above.name)`,
      // What the batch covers: the list has no index from the end of its names.
      `WITH names AS (SELECT value, substr(value, instr(value, '.') + 1) AS above FROM list)
       SELECT count(*) FROM names JOIN batch ON batch.value = names.above`,
    )
    walls.push(performance.now() - from)
  }
  console.log(`sqlite3 shell: ${median(walls).toFixed(0)} ms`)
}

try {
  prepare()
  const store = openStore(path.join(data, 'bailiwick.db'))
  await ours(store)
  store.close()
  shell()
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}
