#!/usr/bin/env node
// How long an export takes, and how much memory: entry lines in memory to the bytes of each format, thrown away.
//
//   npm run build && node scripts/bench/render.mjs [N] [FORMAT,…] [KIND,…]
//
// N entries (default 1,000,000), a fifth of them below another entry. Prints the median and the least of five rounds after one
// of warm-up, in wall and in CPU milliseconds, and the peak of the resident set.
import { readFileSync } from 'node:fs'
import { median } from './lib.mjs'

const { EXPORT_FORMATS, renderExport } = await import('../../dist/formats/render-export.js')

const [count = '1000000', formats = EXPORT_FORMATS.join(','), kinds = 'domain'] =
  process.argv.slice(2)
const ROUNDS = 5

const DEFINITION = {
  id: 'bench',
  title: 'Benchmark',
  authority: 'Example CERT',
  action: { type: 'nxdomain', to: [] },
  zone: {
    origin: 'bench.rpz.example',
    ttl: 300,
    refresh: 300,
    retry: 60,
    expire: 2_419_200,
    zonemd: false,
  },
  steering: null,
}

/** mulberry32: the same on every machine. */
function seeded(seed) {
  let s = seed | 0
  return () => {
    s = (s + 0x6d2b79f5) | 0
    let t = Math.imul(s ^ (s >>> 15), 1 | s)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Sorted lines in blocks of about 1 MiB. Kept apart, so that the strings are gone when time is taken. */
function makeBlocks(n, allKinds) {
  const rnd = seeded(2026)
  const pick = (from) => from[Math.floor(rnd() * from.length)]
  const syllables = 'ba ce di fo gu ka le mi no pu ra se ti vo xu zan tor lin qua web'.split(' ')
  const suffixes = ['example', 'test', 'com.example', 'net.example', 'co.test', 'info.test']
  const above = []
  const names = new Set()
  while (names.size < n) {
    let label = ''
    for (let i = 2 + Math.floor(rnd() * 4); i > 0; i--) label += pick(syllables)
    label += Math.floor(rnd() * 1000)
    const isBelow = above.length > 0 && rnd() < 0.2
    const name = `${label}.${isBelow ? pick(above) : pick(suffixes)}`
    if (!isBelow && above.length < n / 50) above.push(name)
    names.add(name)
  }
  const lines = [...names].map(
    (name, i) => `${name}\t${allKinds[i % allKinds.length]}\tnxdomain\tphishing\tK7M29QXT\n`,
  )
  const whole = Buffer.from(lines.sort().join(''))
  const blocks = []
  for (let at = 0; at < whole.length; at += blocks.at(-1).length) {
    const limit = Math.min(whole.length, at + (1 << 20))
    blocks.push(
      whole.subarray(at, limit === whole.length ? limit : whole.lastIndexOf(10, limit - 1) + 1),
    )
  }
  return blocks
}

function renderOnce(format, blocks) {
  const source = {
    definition: DEFINITION,
    serial: 1,
    state: '0'.repeat(64),
    entries: Number(count),
    lines: () => blocks,
  }
  const cpu = process.cpuUsage()
  const started = process.hrtime.bigint()
  let bytes = 0
  for (const block of renderExport(format, source)) bytes += block.length
  const wall = Number(process.hrtime.bigint() - started) / 1e6
  const { user, system } = process.cpuUsage(cpu)
  return { wall, cpu: (user + system) / 1000, bytes }
}

const blocks = makeBlocks(Number(count), kinds.split(','))
console.log(
  `${count} entries (${kinds}), ${(blocks.reduce((sum, b) => sum + b.length, 0) / 1e6).toFixed(1)} MB of lines`,
)
console.log('format       MB out   wall ms (least)   cpu ms (least)')
for (const format of formats.split(',')) {
  renderOnce(format, blocks)
  const rounds = Array.from({ length: ROUNDS }, () => renderOnce(format, blocks))
  const column = (key) => {
    const values = rounds.map((round) => round[key])
    return `${median(values).toFixed(0).padStart(6)} (${Math.min(...values).toFixed(0)})`.padEnd(17)
  }
  console.log(
    `${format.padEnd(11)} ${(rounds[0].bytes / 1e6).toFixed(1).padStart(7)} ${column('wall')} ${column('cpu')}`,
  )
}
const peak = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0'
console.log(
  `peak resident ${(Number(peak) / 1024).toFixed(0)} MiB, the making of the lines included`,
)
