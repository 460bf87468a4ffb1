#!/usr/bin/env node
// `bailiwick entry import` of a list beside the sqlite3 shell's `.import` of the same lines into one table with a
// unique index. Both begin with an empty database on the same disk, and both leave a database that is closed.
//
//   node scripts/bench/import.mjs [N …]       sizes; default 100000 1000000
//
// The target: at most 4 times the time of the shell at 1,000,000.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { mixedFile } from './gen.mjs'
import { CLI, race, report, runOnce } from './lib.mjs'

const sizes = process.argv.slice(2).map(Number)
if (sizes.length === 0) sizes.push(100_000, 1_000_000)

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bailiwick-bench-'))
const template = path.join(folder, 'template')
const cli = (args) =>
  execFileSync(process.execPath, [CLI, '--data', template, ...args], { stdio: 'ignore' })

cli(['init', '--insecure-plain-keys'])
fs.writeFileSync(
  path.join(folder, 'bench.json'),
  JSON.stringify({
    id: 'bench',
    title: 'Bench',
    authority: 'Bench',
    zone: { origin: 'b.example' },
  }),
)
cli(['list', 'apply', path.join(folder, 'bench.json')])

/** Each run begins with its own fresh copy, made outside the measured time. */
function ours(file) {
  const data = path.join(folder, 'data')
  fs.rmSync(data, { recursive: true, force: true })
  fs.cpSync(template, data, { recursive: true })
  return `${process.execPath} ${CLI} --data ${data} entry import bench ${file} --reason bench`
}

function sqlite(file) {
  const db = path.join(folder, 'shell.db')
  for (const end of ['', '-wal', '-shm']) fs.rmSync(db + end, { force: true })
  // The shell as it is: one transaction, journal DELETE, synchronous FULL. The separator is a byte that no line has: one column, as it stands.
  return (
    `sqlite3 ${db} ` +
    `'CREATE TABLE lines (line TEXT)' 'CREATE INDEX lines_line ON lines (line)' ` +
    `'.mode ascii' '.separator "\\037" "\\n"' '.import ${file} lines'`
  )
}

try {
  for (const size of sizes) {
    const file = mixedFile(size)
    const jobs = [
      { label: 'sqlite3 .import', run: () => runOnce(sqlite(file)) },
      { label: 'bailiwick entry import', run: () => runOnce(ours(file)) },
    ]
    report('import', `import of ${size} lines (target: at most 4 x)`, await race(jobs), { size })
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}
