#!/usr/bin/env node
// Serving over HTTP beside nginx with one worker, on the same files, by wrk: a 304, a delta of 5 KB, a snapshot
// of 30 MB; and a 304 while a list of N entries is being published by the same server, by its schedule.
//
//   npm run build && node scripts/bench/http.mjs [N [ROUNDS [SECONDS]]]       defaults 1000000 5 3
//
// wrk runs one thread, with 32 connections for what is small and 8 for the snapshot, against both servers in
// turn; the first round is a warm-up. Neither writes a log of access; the last table says what it costs here.
import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { CLI, DATA, median, RESULTS } from './lib.mjs'

const N = Number(process.argv[2] ?? 1_000_000)
const ROUNDS = Number(process.argv[3] ?? 5)
const SECONDS = Number(process.argv[4] ?? 3)
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-http-'))
const data = path.join(home, 'authority')
const running = []
const results = []

try {
  bailiwick('init', '--insecure-plain-keys')
  defineList(null)
  const files = { delta: putTarget(5 * 1024), snapshot: putTarget(30_000_000) }
  const nginx = await startNginx()
  const serve = await startServe('warn')
  const pair = { nginx, serve }
  const small = { connections: 32, rounds: ROUNDS, seconds: SECONDS }
  tell('304', await raceWrk(pair, files.delta, { ...small, isConditional: true }))
  tell('5 KB delta', await raceWrk(pair, files.delta, small))
  tell('30 MB snapshot', await raceWrk(pair, files.snapshot, { ...small, connections: 8 }))
  await whilePublishing(serve, files.delta)
  serve.child.kill('SIGTERM')
  const logging = await startServe('info')
  const withLog = { nginx, 'serve, logging': logging }
  tell(
    '304, with a log of access',
    await raceWrk(withLog, files.delta, { ...small, isConditional: true }),
  )
} finally {
  for (const { child } of running) child.kill('SIGTERM')
  await Promise.all(running.map(({ ended }) => ended))
  fs.rmSync(home, { recursive: true })
  fs.mkdirSync(RESULTS, { recursive: true })
  fs.writeFileSync(path.join(RESULTS, 'http.json'), `${JSON.stringify(results, null, 2)}\n`)
}

function bailiwick(...args) {
  return execFileSync('node', [CLI, '--data', data, ...args], {
    stdio: 'pipe',
  })
}

function defineList(cron) {
  const definition = path.join(home, 'list.json')
  const guard = { maxGrowth: 1e6, maxShrink: 1, minEntries: 0 }
  const shape = { id: 'bench', title: 'Bench', authority: 'Example CERT', guard, publish: { cron } }
  fs.writeFileSync(definition, JSON.stringify(shape))
  bailiwick('list', 'apply', definition)
}

/** A target of incompressible bytes, where a published one would lie; gives its path. */
function putTarget(size) {
  const bytes = randomBytes(size)
  const hash = createHash('sha256').update(bytes).digest('hex')
  const file = `tuf/targets/lists/bench/${hash}.snapshot.txt.gz`
  const place = path.join(data, 'published', file)
  fs.mkdirSync(path.dirname(place), { recursive: true })
  fs.writeFileSync(place, bytes)
  return `/${file}`
}

async function startNginx() {
  const port = await freePort()
  const file = path.join(home, 'nginx.conf')
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${home}/t;`,
  )
  fs.writeFileSync(
    file,
    `daemon off; pid ${home}/nginx.pid; error_log ${home}/nginx.err; worker_processes 1;
${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000;
  open_file_cache max=100; default_type application/octet-stream; etag on; ${temp.join(' ')}
  server { listen 127.0.0.1:${port}; root ${data}/published; } }`,
  )
  const child = track(spawn('nginx', ['-c', file, '-e', `${home}/nginx.err`], { stdio: 'ignore' }))
  await answers(`http://127.0.0.1:${port}/tuf/metadata/timestamp.json`)
  return { child, url: `http://127.0.0.1:${port}` }
}

async function startServe(level) {
  const args = [
    CLI,
    '--data',
    data,
    'serve',
    '--http',
    '127.0.0.1:0',
    '--dns',
    'none',
    '--log-level',
    level,
  ]
  const child = track(spawn('node', args, { stdio: ['ignore', 'pipe', 'ignore'] }))
  const line = await new Promise((resolve) =>
    child.stdout.once('data', (text) => resolve(String(text))),
  )
  return { child, url: line.trim().replace('serving ', '') }
}

function track(child) {
  running.push({ child, ended: new Promise((resolve) => child.once('exit', resolve)) })
  return child
}

async function freePort() {
  const { createServer } = await import('node:net')
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answers(url) {
  for (let i = 0; i < 100; i++) {
    const response = await fetch(url).catch(() => null)
    if (response?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`no answer from ${url}`)
}

/** wrk against each server in turn, one warm-up and then the rounds; ratios round by round against the first. */
async function raceWrk(servers, file, { connections, rounds, seconds, isConditional = false }) {
  const names = Object.keys(servers)
  const runs = new Map(names.map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const { url, child } = servers[name]
      const header = isConditional ? `If-None-Match: ${await etagOf(url + file)}` : null
      const before = cpuOf(child.pid)
      const run = await wrk(url + file, { connections, seconds, header })
      const cpuUs = ((cpuOf(child.pid) - before) / run.requests) * 1e6
      if (round > 0) runs.get(name).push({ ...run, cpuUs })
    }
  }
  const first = runs.get(names[0])
  return names.map((name) => {
    const mine = runs.get(name)
    const middle = (key) => median(mine.map((run) => run[key]))
    const ratio = median(mine.map((run, i) => run.rate / first[i].rate))
    return {
      ...{ name, rate: middle('rate'), mbps: middle('mbps'), p99: middle('p99'), ratio },
      ...{ cpuUs: middle('cpuUs'), pssMiB: pssOf(servers[name].child.pid) },
      bad: mine.map(({ bad }) => bad).filter(Boolean),
    }
  })
}

async function etagOf(url) {
  const response = await fetch(url, { method: 'HEAD' })
  return response.headers.get('etag')
}

async function wrk(url, { connections, seconds, header }) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '20s']
  const child = spawn('wrk', [...args, ...(header === null ? [] : ['-H', header]), url])
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  await new Promise((resolve) => child.once('close', resolve))
  const [, amount, unit] = /Transfer\/sec:\s+([\d.]+)([KMG]?B)/.exec(text)
  const percentile = (which) => {
    const [, time, of] = new RegExp(`${which}%\\s+([\\d.]+)(us|ms|s)`).exec(text)
    return Number(time) * { us: 1e-3, ms: 1, s: 1e3 }[of]
  }
  return {
    requests: Number(/(\d+) requests in/.exec(text)[1]),
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]),
    mbps: (Number(amount) * { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 }[unit]) / 1e6,
    p50: percentile(50),
    p99: percentile(99),
    bad: /Non-2xx or 3xx responses: \d+|Socket errors: .*/.exec(text)?.[0] ?? null,
  }
}

/** Seconds of processor time of a process and its children. */
function cpuOf(pid) {
  let ticks = 0
  for (const one of treeOf(pid)) {
    const fields = fs
      .readFileSync(`/proc/${one}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / 100
}

function pssOf(pid) {
  let kib = 0
  for (const one of treeOf(pid)) {
    kib += Number(/^Pss:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${one}/smaps_rollup`, 'latin1'))[1])
  }
  return kib / 1024
}

function treeOf(pid) {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
  return [pid, ...children.split(' ').filter(Boolean).flatMap(treeOf)]
}

/** A 304 under load, while the server imports nothing but publishes: all entries at once, then changes. */
async function whilePublishing(serve, file) {
  const input = path.join(DATA, `mixed-${N}.txt`)
  if (!fs.existsSync(input))
    execFileSync('node', [new URL('gen.mjs', import.meta.url).pathname, String(N)])
  bailiwick('entry', 'import', 'bench', input, '--reason', 'bench')
  const header = `If-None-Match: ${await etagOf(serve.url + file)}`
  const load = (seconds) => wrk(serve.url + file, { connections: 32, seconds, header })
  const quiet = await load(SECONDS)
  // Every second the schedule looks whether there is something to publish.
  defineList('* * * * * *')
  const rows = [{ name: 'nothing published', ...quiet, serials: 0 }]
  rows.push(await measure(`first serial of ${N} lines`, 12))
  for (let i = 0; i < 3; i++) {
    const changes = path.join(home, `changes-${i}.txt`)
    const names = Array.from({ length: 1000 }, (_, n) => `r${i}n${n}.bench.example\n`)
    fs.writeFileSync(changes, names.join(''))
    bailiwick('entry', 'import', 'bench', changes, '--reason', 'bench')
    rows.push(await measure(`1,000 changes, ${i + 1}`, 5))
  }
  console.log(`\n## 304 while a list of ${N} lines is published by the same server (wrk -t1 -c32)`)
  console.log(
    `${'what'.padEnd(34)}${'req/s'.padStart(10)}${'p50 ms'.padStart(9)}${'p99 ms'.padStart(9)}  serials`,
  )
  for (const row of rows) {
    const { name, rate, p50, p99, serials, bad } = row
    console.log(
      `${name.padEnd(34)}${rate.toFixed(0).padStart(10)}${p50.toFixed(2).padStart(9)}${p99.toFixed(2).padStart(9)}  ${serials} ${bad ?? ''}`,
    )
    results.push({ title: '304 while publishing', lines: N, ...row })
  }

  async function measure(name, seconds) {
    const before = await serialOf()
    const run = await load(seconds)
    return { name, ...run, serials: (await serialOf()) - before }
  }

  async function serialOf() {
    const list = await (await fetch(`${serve.url}/v1/lists/bench`)).json()
    return list.serial ?? 0
  }
}

function tell(title, rows) {
  console.log(`\n## ${title} (wrk -t1, ${SECONDS} s, ${ROUNDS} rounds)`)
  console.log(
    `${'server'.padEnd(16)}${'req/s'.padStart(10)}${'MB/s'.padStart(9)}${'p99 ms'.padStart(9)}${'cpu us/req'.padStart(12)}${'PSS MiB'.padStart(9)}  x nginx`,
  )
  for (const { name, rate, mbps, p99, cpuUs, pssMiB, ratio, bad } of rows) {
    console.log(
      `${name.padEnd(16)}${rate.toFixed(1).padStart(10)}${mbps.toFixed(1).padStart(9)}${p99.toFixed(2).padStart(9)}${cpuUs.toFixed(1).padStart(12)}${pssMiB.toFixed(0).padStart(9)}  ${ratio.toFixed(2)} ${bad[0] ?? ''}`,
    )
  }
  const machine = { cpu: os.cpus()[0]?.model, cores: os.cpus().length, node: process.version }
  results.push(
    ...rows.map((row) => ({ title, rounds: ROUNDS, seconds: SECONDS, ...row, ...machine })),
  )
}
