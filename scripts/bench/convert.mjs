#!/usr/bin/env node
// How fast `convert` compiles N mixed lines to RPZ and hosts, beside `LC_ALL=C sort -u` of the same file.
//
//   node scripts/bench/convert.mjs [N …]       N defaults to 100000 1000000 5000000
//
// HISTORY=FILE adds a list of your own (may be gzip-compressed), such as one day of a real list's history.
// HOSTLIST_COMPILER=PATH, the entry script of @adguard/hostlist-compiler, races it too, on sizes up to 1000000.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { mixedFile } from './gen.mjs'
import { CLI, race, report } from './lib.mjs'

/** What the project asks of itself. */
const TARGETS = {
  perSort: 3.5,
  perHostlistCompiler: 30,
  growth: 6,
  peakMiB: { 1_000_000: 250, 5_000_000: 700 },
}
const MAX_HOSTLIST_LINES = 1_000_000

const sizes = process.argv.slice(2).map(Number)
const out = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-convert-'))
const walls = new Map()
try {
  for (const size of sizes.length > 0 ? sizes : [100_000, 1_000_000, 5_000_000]) {
    const rows = await compare(mixedFile(size), `${size} mixed lines to RPZ and hosts`, size)
    walls.set(size, rows.find(({ label }) => label === 'convert').wall)
  }
  const history = process.env.HISTORY
  if (history) await compare(plainFile(history), `${path.basename(history)} to RPZ and hosts`, 0)
  const [million, five] = [walls.get(1_000_000), walls.get(5_000_000)]
  if (million && five) verdict('5,000,000 over 1,000,000', five / million, TARGETS.growth)
} finally {
  fs.rmSync(out, { recursive: true, force: true })
}

/** Races the compilers on one file; `size` is 0 where nobody has a target. */
async function compare(file, title, size) {
  const jobs = [
    { label: 'sort -u', command: `sort -u ${quote(file)} -o ${quote(`${out}/sorted`)}` },
    {
      label: 'convert',
      command:
        `${process.execPath} ${quote(CLI)} convert ${quote(file)} --quiet ` +
        `--to rpz -o ${quote(`${out}/rpz`)} --to hosts -o ${quote(`${out}/hosts`)}`,
    },
  ]
  const compiler = process.env.HOSTLIST_COMPILER
  if (compiler && size <= MAX_HOSTLIST_LINES) jobs.push(hostlistCompiler(compiler, file))
  const rows = await race(jobs)
  report('convert', title, rows, { entries: countEntries() })
  const [, ours, peer] = rows
  if (size >= 1_000_000) verdict('wall over sort -u', ours.ratio, TARGETS.perSort)
  if (TARGETS.peakMiB[size]) verdict('peak MiB', ours.peakMiB, TARGETS.peakMiB[size])
  // At small sizes both mostly start up; the target is for a million lines.
  if (peer && size >= 1_000_000)
    verdict('hostlist-compiler over ours', peer.wall / ours.wall, TARGETS.perHostlistCompiler, true)
  return rows
}

function hostlistCompiler(script, file) {
  const config = path.join(out, 'hostlist.json')
  const transformations = ['RemoveComments', 'Compress', 'Deduplicate', 'Validate']
  fs.writeFileSync(
    config,
    JSON.stringify({ name: 'bench', sources: [{ source: file, type: 'hosts' }], transformations }),
  )
  return {
    label: 'hostlist-compiler',
    command: `${process.execPath} ${quote(script)} -c ${quote(config)} -o ${quote(`${out}/hostlist`)} > /dev/null`,
  }
}

/** Names in the hosts file that was written last: each has an IPv4 line. */
function countEntries() {
  return Number(execFileSync('grep', ['-c', '^0.0.0.0 ', `${out}/hosts`], { encoding: 'utf8' }))
}

function plainFile(file) {
  if (!file.endsWith('.gz')) return path.resolve(file)
  const plain = path.join(out, 'history.txt')
  fs.writeFileSync(plain, gunzipSync(fs.readFileSync(file)))
  return plain
}

function verdict(what, value, target, isAtLeast = false) {
  const isMet = isAtLeast ? value >= target : value <= target
  const sign = isAtLeast ? 'at least' : 'at most'
  console.log(`${isMet ? 'met   ' : 'MISSED'} ${what}: ${value.toFixed(2)}, ${sign} ${target}`)
}

function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
