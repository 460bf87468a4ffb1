#!/usr/bin/env node
// How long it takes until a list is a zone that is ready for the wire, and how much memory: made from the lines, and brought along
// from the zone before, files read and written. Without a digest (RFC 8976) and with one.
//
//   npm run build && node scripts/bench/zone.mjs [N]        N defaults to 1000000
//
// Each figure is a process of its own, without its start: wall seconds of making the zone alone. The peak is of the whole process;
// «nothing» is one that loads the same code and makes nothing.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { race, report } from './lib.mjs'

const [task = '', home = ''] = process.argv[2] === '--child' ? process.argv.slice(3) : []
if (task === '') await main(Number(process.argv[2] ?? 1_000_000))
else await child(task, home)

async function main(count) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-zone-'))
  try {
    const about = prepare(folder, count)
    const jobs = ['nothing', 'render', 'update 0.1 %', 'update 1 %'].flatMap((label) => {
      const digests = label === 'nothing' ? [''] : ['', ' with digest']
      return digests.map((digest) => ({
        label: label + digest,
        before: () => before(folder, label, digest),
        run: () => runChild(folder, label + digest),
      }))
    })
    const rows = await race(jobs)
    // Ratios to nothing mean nothing.
    const [nothing, ...zones] = rows
    const first = zones[0].wall
    report('zone', `zone of ${count} names`, [
      ...zones.map((row) => ({ ...row, ratio: row.wall / first })),
      { ...nothing, ratio: 0 },
    ])
    console.log(`lines ${about.bytes} bytes; image, tree and differences:`)
    console.log(execFileSync('ls', ['-l', path.join(folder, 'zones', 'bench')]).toString())
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

function runChild(folder, label) {
  const out = execFileSync(process.execPath, [process.argv[1], '--child', label, folder])
  return JSON.parse(out.toString())
}

/** Serial 1 with all the names; each update replaces some of them. Written sorted, as the cache of lines has them. */
function prepare(folder, count) {
  const names = makeNames(Math.ceil(count * 1.01))
  const lines = (some) => some.map((name) => `${name}\thost\tnxdomain\t-\t-\n`).sort()
  const all = Buffer.from(lines(names.slice(0, count)).join(''))
  fs.writeFileSync(path.join(folder, 'lines'), all)
  const about = { count, bytes: all.length, state: createHash('sha256').update(all).digest('hex') }
  for (const [label, share] of [
    ['update 0.1 %', 0.001],
    ['update 1 %', 0.01],
  ]) {
    const changed = Math.round((count * share) / 2)
    fs.writeFileSync(path.join(folder, `${label}.removed`), lines(names.slice(0, changed)).join(''))
    const added = lines(names.slice(count, count + changed))
    fs.writeFileSync(path.join(folder, `${label}.added`), added.join(''))
  }
  fs.writeFileSync(path.join(folder, 'about.json'), JSON.stringify(about))
  return about
}

/** An update begins from a zone that is there; a rendering from nothing. */
function before(folder, label, digest) {
  fs.rmSync(path.join(folder, 'zones'), { recursive: true, force: true })
  if (label.startsWith('update')) runChild(folder, `render${digest}`)
}

async function child(label, folder) {
  const { makeZone } = await import('../../dist/formats/zone/make-zone.js')
  const { openZoneFolder } = await import('../../dist/platform/zone-folder.js')
  const { count, state } = JSON.parse(fs.readFileSync(path.join(folder, 'about.json'), 'utf8'))
  const zones = openZoneFolder(path.join(folder, 'zones'))
  const isUpdate = label.startsWith('update')
  const changes = label.replace(' with digest', '')
  const started = process.hrtime.bigint()
  if (label !== 'nothing') {
    makeZone(zones, {
      place: 'bench',
      serial: isUpdate ? 2 : 1,
      state: isUpdate ? '2'.repeat(64) : state,
      entries: count,
      keepSerials: 100,
      definition: definition(label.endsWith('digest')),
      lines: () => blocks(path.join(folder, 'lines')),
      changesSince: () =>
        isUpdate
          ? {
              added: blocks(path.join(folder, `${changes}.added`)),
              removed: blocks(path.join(folder, `${changes}.removed`)),
            }
          : null,
    })
  }
  const wall = Number(process.hrtime.bigint() - started) / 1e9
  console.log(JSON.stringify({ wall, peakMiB: process.resourceUsage().maxRSS / 1024 }))
}

function definition(zonemd) {
  const zone = { ttl: 300, refresh: 300, retry: 60, expire: 2_419_200, zonemd }
  return {
    id: 'bench',
    title: 'Benchmark',
    authority: 'Example CERT',
    action: { type: 'nxdomain', to: [] },
    zone: { origin: 'bench.rpz.example', ...zone },
    steering: null,
  }
}

/** A file of lines in blocks that end with a line, each only good until the next. */
function* blocks(file) {
  const fd = fs.openSync(file, 'r')
  const buffer = Buffer.allocUnsafeSlow(1 << 18)
  for (let at = 0; ;) {
    const got = fs.readSync(fd, buffer, 0, buffer.length, at)
    const length = buffer.subarray(0, got).lastIndexOf(0x0a) + 1
    if (length === 0) break
    yield buffer.subarray(0, length)
    at += length
  }
  fs.closeSync(fd)
}

/** mulberry32: the same on every machine. A fifth of the names stand below another. */
function makeNames(count) {
  let s = 2026
  const random = () => {
    s = (s + 0x6d2b79f5) | 0
    let t = Math.imul(s ^ (s >>> 15), 1 | s)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const pick = (from) => from[Math.floor(random() * from.length)]
  const syllables = 'ba ce di fo gu ka le mi no pu ra se ti vo xu zan tor lin qua web'.split(' ')
  const suffixes = ['example', 'test', 'com.example', 'net.example', 'co.test', 'info.test']
  const above = []
  const names = new Set()
  while (names.size < count) {
    let label = ''
    for (let i = 2 + Math.floor(random() * 4); i > 0; i--) label += pick(syllables)
    label += Math.floor(random() * 1000)
    const isBelow = above.length > 0 && random() < 0.2
    const name = `${label}.${isBelow ? pick(above) : pick(suffixes)}`
    if (!isBelow && above.length < count / 50) above.push(name)
    names.add(name)
  }
  return [...names]
}
