#!/usr/bin/env node
// Zone transfers beside BIND, Knot and NSD as primaries, and beside a bare Node program that sends the same ready bytes.
//
//   npm run build && node scripts/bench/xfr/transfers.mjs [N [ROUNDS [CLIENTS [PEERS [PARTS]]]]]
//                        defaults                          1000000 5 1,8,32 named,knot,nsd axfr,ixfr
//
// All servers are up at once, and every round asks them in turn; ratios are taken round by round. The client, compiled from
// `transfer-client.c` beside this, verifies every signature in the warm-up and only counts in the rounds. Then one name in a hundred
// changes: the time until each server has the new serial, and the increment. Needs cc, libssl-dev and the peers.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { median, RESULTS } from '../lib.mjs'
import { compileClient, cpuOf, transfer } from './client.mjs'
import {
  memoryOf,
  openAuthority,
  sleep,
  startKnot,
  startNamed,
  startNsd,
  startOurs,
  startPlain,
  untilSerial,
} from './primaries.mjs'
import { zoneFiles } from './zone-names.mjs'

const N = Number(process.argv[2] ?? 1_000_000)
const ROUNDS = Number(process.argv[3] ?? 5)
const CLIENTS = (process.argv[4] ?? '1,8,32').split(',').map(Number)
const PEERS = (process.argv[5] ?? 'named,knot,nsd').split(',').filter(Boolean)
const PARTS = (process.argv[6] ?? 'axfr,ixfr').split(',')
const START = { named: startNamed, knot: startKnot, nsd: startNsd }
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-xfr-'))
const running = []
const results = []

try {
  compileClient()
  const files = zoneFiles(N, 0.01)
  const authority = await openAuthority(folder, `${files.first}.csv`)
  const { key } = authority
  const ours = track(await startOurs(folder, authority))
  tellLoaded(ours)
  const servers = [ours]
  for (const peer of PEERS) {
    const server = track(await START[peer](folder, `${files.first}.rpz`, key))
    tellLoaded(server)
    servers.push(server)
  }
  const plain = track(await startPlain(folder, capture(ours, key), key))
  for (const clients of PARTS.includes('axfr') ? CLIENTS : []) {
    for (const isSigned of [false, true]) {
      const title = `AXFR of ${N} names, ${clients} at once${isSigned ? ', TSIG' : ''}`
      await race(title, [...servers, plain], { clients, key: isSigned ? key : null })
    }
  }
  for (const server of [...servers, plain]) tellMemory(server, 'after the whole transfers')
  await measureGrowth(ours, key)
  await plain.stop()
  await change(servers, authority, files)
  const increments = track(await startPlain(folder, capture(ours, key, 1), key, 'plain ixfr'))
  for (const clients of PARTS.includes('ixfr') ? CLIENTS.filter((count) => count <= 8) : []) {
    for (const isSigned of [false, true]) {
      const title = `IXFR of 1 %, ${clients} at once${isSigned ? ', TSIG' : ''}`
      await race(title, [...servers, increments], {
        ...{ clients, key: isSigned ? key : null, from: 1 },
      })
    }
  }
} finally {
  await Promise.all(running.map((server) => server.stop()))
  fs.rmSync(folder, { recursive: true })
  fs.mkdirSync(RESULTS, { recursive: true })
  const machine = { cpu: os.cpus()[0]?.model, cores: os.cpus().length, node: process.version }
  fs.writeFileSync(
    path.join(RESULTS, 'transfers.json'),
    `${JSON.stringify({ names: N, rounds: ROUNDS, machine, results }, null, 2)}\n`,
  )
}

function track(server) {
  running.push(server)
  return server
}

function tellLoaded({ name, loadedS, child }) {
  const { pss } = memoryOf(child.pid)
  console.log(`${name}: loaded in ${loadedS.toFixed(2)} s, ${pss.toFixed(0)} MiB`)
  results.push({ what: 'loaded', name, loadedS, pss })
}

function tellMemory({ name, child }, when) {
  const { pss, peak } = memoryOf(child.pid)
  console.log(`${name}: ${pss.toFixed(0)} MiB ${when}, at most ${peak.toFixed(0)}`)
  results.push({ what: 'memory', when, name, pss, peak })
}

/** The bytes that we send, for whoever only sends them. */
function capture(server, key, from) {
  const file = path.join(folder, `messages-${from ?? 'all'}`)
  transfer(server, { capture: file, from })
  return file
}

async function race(title, servers, asked) {
  const expected = new Map()
  for (const server of servers) {
    const warm = transfer(server, { ...asked, clients: 1, verifies: asked.key !== null })
    if (warm.badMacs > 0) throw new Error(`${server.name}: ${warm.badMacs} wrong signatures`)
    expected.set(server, warm.records)
  }
  const runs = new Map(servers.map((server) => [server, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const server of servers) {
      const before = cpuOf(server.child.pid)
      const run = transfer(server, { ...asked, records: expected.get(server) })
      runs.get(server).push({ ...run, cpuS: cpuOf(server.child.pid) - before })
    }
  }
  tell(title, servers, runs)
}

function tell(title, servers, runs) {
  console.log(`\n## ${title}, ${ROUNDS} rounds`)
  console.log(
    `${'server'.padEnd(12)}${'ms'.padStart(9)}${'min-max'.padStart(18)}${'MB'.padStart(8)}${'messages'.padStart(10)}${'cpu s'.padStart(8)}   times as long as bailiwick`,
  )
  const [ours] = servers
  for (const server of servers) {
    const mine = runs.get(server)
    const walls = mine.map(({ wall }) => wall * 1000)
    const ratio = median(mine.map(({ wall }, i) => wall / runs.get(ours)[i].wall))
    const row = {
      ...{ title, name: server.name, ms: median(walls), min: Math.min(...walls) },
      ...{ max: Math.max(...walls), ratio, cpuS: median(mine.map(({ cpuS }) => cpuS)) },
    }
    results.push(row)
    const span = `${row.min.toFixed(1)}-${row.max.toFixed(1)}`
    const megabytes = (mine[0].bytes / 1e6).toFixed(1)
    console.log(
      `${server.name.padEnd(12)}${row.ms.toFixed(1).padStart(9)}${span.padStart(18)}${megabytes.padStart(8)}${String(mine[0].messages).padStart(10)}${row.cpuS.toFixed(2).padStart(8)}   ${ratio.toFixed(2)}`,
    )
  }
}

/** Memory while 64 clients transfer at once, slowly enough to be looked at. */
async function measureGrowth(ours, key) {
  const before = memoryOf(ours.child.pid)
  transfer(ours, { clients: 64, key, records: undefined })
  const after = memoryOf(ours.child.pid)
  const each = (after.peak - before.peak) / 64
  console.log(
    `bailiwick: ${after.peak.toFixed(0)} MiB at most with 64 clients, ${each.toFixed(2)} MiB for each beyond what was`,
  )
  results.push({ what: 'growth', before, after, each })
}

async function change(servers, { run, publish }, files) {
  console.log('\n## One name in a hundred changes')
  for (const server of servers) {
    let seconds
    if (server.name === 'bailiwick') {
      run(
        ...['entry', 'import', 'bench', `${files.second}.csv`, '--format', 'csv'],
        ...['--mode', 'mirror', '--reason', 'bench'],
      )
      await sleep(1500)
      const asked = performance.now()
      const published = publish()
      await untilSerial(server, 2)
      seconds = (performance.now() - asked) / 1000
      await published
    } else {
      seconds = await server.reload(`${files.second}.rpz`, 2)
    }
    const { pss } = memoryOf(server.child.pid)
    console.log(
      `${server.name}: ${seconds.toFixed(2)} s until the new serial is served, then ${pss.toFixed(0)} MiB`,
    )
    results.push({ what: 'change', name: server.name, seconds, pss })
  }
}
