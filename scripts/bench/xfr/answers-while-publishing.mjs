#!/usr/bin/env node
// How long a question for the SOA waits while a list is published and clients transfer its zone.
//
//   npm run build && node scripts/bench/xfr/answers-while-publishing.mjs [N [CLIENTS [SECONDS]]]      defaults 1000000 8 20
//
// A process of its own asks every 2 ms over UDP and keeps what each answer took; meanwhile CLIENTS transfer the whole zone with TSIG,
// again and again, and every two seconds a thousand changes are published.
import { execFile, fork } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { RESULTS } from '../lib.mjs'
import { CLIENT_PATH, compileClient } from './client.mjs'
import { askUdp, openAuthority, sleep, soaQuestion, startOurs } from './primaries.mjs'
import { ORIGIN, zoneFiles } from './zone-names.mjs'

const N = Number(process.argv[2] ?? 1_000_000)
const CLIENTS = Number(process.argv[3] ?? 8)
const SECONDS = Number(process.argv[4] ?? 20)
const INTERVAL_MS = 2
const PATIENCE_MS = 2000

if (process.send) askForEver(Number(process.env.PORT))
else await measure()

async function measure() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-answers-'))
  compileClient()
  const authority = await openAuthority(folder, `${zoneFiles(N, 0.01).first}.csv`)
  const server = await startOurs(folder, authority)
  try {
    const rows = [await askDuring('nothing else', server, () => sleep(5000))]
    rows.push(await askDuring(`${CLIENTS} transfers`, server, () => transfers(server, authority)))
    const both = () => Promise.all([transfers(server, authority), publications(folder, authority)])
    rows.push(await askDuring(`${CLIENTS} transfers, publications`, server, both))
    fs.mkdirSync(RESULTS, { recursive: true })
    fs.writeFileSync(
      path.join(RESULTS, 'answers-while-publishing.json'),
      `${JSON.stringify({ names: N, clients: CLIENTS, rows }, null, 2)}\n`,
    )
  } finally {
    await server.stop()
    fs.rmSync(folder, { recursive: true })
  }
}

async function transfers({ port }, { key }) {
  const until = Date.now() + SECONDS * 1000
  const options = ['-c', String(CLIENTS), '-k', `${key.name}:${key.secret}`]
  let count = 0
  while (Date.now() < until) {
    await promisify(execFile)(CLIENT_PATH, [...options, '127.0.0.1', String(port), ORIGIN])
    count += CLIENTS
  }
  console.log(`${count} whole transfers`)
}

async function publications(folder, { run, publish }) {
  const until = Date.now() + SECONDS * 1000
  for (let serial = 2; Date.now() < until; serial++) {
    const file = path.join(folder, 'changes.csv')
    const rows = Array.from({ length: 1000 }, (_, i) => `new-${serial}-${i}.example,host\n`)
    fs.writeFileSync(file, `value,kind\n${rows.join('')}`)
    run('entry', 'import', 'bench', file, '--format', 'csv', '--reason', 'bench')
    await publish()
    await sleep(1000)
  }
}

/** What the answers took while `act` went on. */
async function askDuring(what, { port }, act) {
  const asker = fork(new URL(import.meta.url), { env: { ...process.env, PORT: String(port) } })
  await act()
  const times = await new Promise((resolve) => {
    asker.once('message', resolve)
    asker.send('stop')
  })
  asker.disconnect()
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))]
  const row = { what, answers: times.length, p50: at(0.5), p99: at(0.99), max: at(1) }
  console.log(
    `${what.padEnd(30)} ${row.answers} answers, median ${row.p50.toFixed(2)} ms, p99 ${row.p99.toFixed(2)} ms, longest ${row.max.toFixed(1)} ms`,
  )
  return row
}

async function askForEver(port) {
  const times = []
  let isStopping = false
  process.once('message', () => (isStopping = true))
  const question = soaQuestion()
  while (!isStopping) {
    const asked = performance.now()
    const answer = await askUdp(port, question, PATIENCE_MS)
    times.push(answer === null ? PATIENCE_MS : performance.now() - asked)
    await sleep(INTERVAL_MS)
  }
  process.send(times)
}
