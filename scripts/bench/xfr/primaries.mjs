// Ours and its peers as primaries of one zone, each on a port of its own. Whoever starts one stops it.
import { execFile, execFileSync, spawn } from 'node:child_process'
import dgram from 'node:dgram'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { CLI } from '../lib.mjs'
import { ORIGIN } from './zone-names.mjs'

/** A program under way. */
export class Running {
  constructor(name, port, child) {
    Object.assign(this, { name, port, child })
    this.ended = new Promise((resolve) => child.once('exit', resolve))
  }

  async stop() {
    this.child.kill('SIGTERM')
    const cut = setTimeout(() => this.child.kill('SIGKILL'), 20_000)
    await this.ended
    clearTimeout(cut)
  }
}

function start(name, port, folder, [program, ...args], env = {}) {
  const log = fs.openSync(path.join(folder, 'log'), 'a')
  const stdio = ['ignore', log, log]
  return new Running(
    name,
    port,
    spawn(program, args, { cwd: folder, stdio, env: { ...process.env, ...env } }),
  )
}

/** One that loads a zone file: it can be given another. */
async function launch(name, folder, zone, configure) {
  const port = await freePort()
  const home = path.join(folder, name)
  fs.mkdirSync(home, { recursive: true })
  fs.copyFileSync(zone, path.join(home, 'zone'))
  const started = performance.now()
  const server = start(name, port, home, configure({ port, home }))
  await untilSerial(server, 1)
  server.loadedS = (performance.now() - started) / 1000
  server.reload = async (file, serial) => {
    const fresh = path.join(home, 'zone.new')
    fs.copyFileSync(file, fresh)
    const later = Date.now() / 1000 + 2
    fs.utimesSync(fresh, later, later)
    fs.renameSync(fresh, path.join(home, 'zone'))
    const asked = performance.now()
    server.child.kill('SIGHUP')
    await untilSerial(server, serial)
    return (performance.now() - asked) / 1000
  }
  return server
}

export function startNamed(folder, zone, key, more = {}) {
  return launch(more.name ?? 'named', folder, zone, ({ port, home }) => {
    fs.writeFileSync(
      path.join(home, 'named.conf'),
      `key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };
options { directory "${home}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; notify no;
  pid-file none; session-keyfile none; allow-transfer { any; }; allow-query { any; }; transfers-out 200; tcp-clients 500;
  max-journal-size unlimited; dnssec-validation no; ${more.options ?? ''} };
controls { };
zone "${ORIGIN}" { type primary; file "zone"; check-names ignore; ixfr-from-differences yes; ${more.zone ?? ''} };
`,
    )
    return ['named', '-f', '-c', path.join(home, 'named.conf')]
  })
}

export function startKnot(folder, zone, key) {
  return launch('knot', folder, zone, ({ port, home }) => {
    fs.writeFileSync(
      path.join(home, 'knot.conf'),
      `server:
  rundir: ${home}
  listen: 127.0.0.1@${port}
  tcp-io-timeout: 20000
  tcp-max-clients: 500
database:
  storage: ${home}
  journal-db-max-size: 2G
key:
  - id: ${key.name}
    algorithm: hmac-sha256
    secret: ${key.secret}
acl:
  - id: plain
    address: 127.0.0.1
    action: transfer
  - id: signed
    address: 127.0.0.1
    key: ${key.name}
    action: transfer
zone:
  - domain: ${ORIGIN}
    storage: ${home}
    file: zone
    zonefile-load: difference
    zonefile-sync: -1
    journal-max-usage: 1G
    semantic-checks: off
    acl: [plain, signed]
`,
    )
    return ['knotd', '-c', path.join(home, 'knot.conf')]
  })
}

export function startNsd(folder, zone, key) {
  return launch('nsd', folder, zone, ({ port, home }) => {
    fs.writeFileSync(
      path.join(home, 'nsd.conf'),
      `server:
  server-count: 2
  ip-address: 127.0.0.1@${port}
  username: ""
  chroot: ""
  zonesdir: "${home}"
  database: ""
  pidfile: "${home}/nsd.pid"
  xfrdfile: "${home}/xfrd.state"
  zonelistfile: "${home}/zone.list"
  xfrdir: "${home}"
  tcp-count: 300
  tcp-timeout: 120
  zonefiles-check: yes
  zonefiles-write: 0
remote-control:
  control-enable: no
key:
  name: "${key.name}"
  algorithm: hmac-sha256
  secret: "${key.secret}"
zone:
  name: ${ORIGIN}
  zonefile: zone
  store-ixfr: yes
  create-ixfr: yes
  ixfr-size: 0
  provide-xfr: 127.0.0.1 NOKEY
  provide-xfr: 127.0.0.1 "${key.name}"
`,
    )
    return ['nsd', '-d', '-c', path.join(home, 'nsd.conf')]
  })
}

/** The limit: `messages` is a file of ready messages. */
export async function startPlain(folder, messages, key, name = 'plain node') {
  const port = await freePort()
  const home = path.join(folder, name.replace(' ', '-'))
  fs.mkdirSync(home, { recursive: true })
  const program = new URL('plain-server.mjs', import.meta.url).pathname
  const args = [program, messages, String(port), `${key.name}:${key.secret}`]
  const server = start(name, port, home, ['node', ...args])
  for (let tries = 0; tries < 200 && !(await isOpen(port)); tries++) await sleep(25)
  return server
}

/** Ours, with an authority of its own whose list `bench` has the names of a CSV file. */
export async function openAuthority(folder, csv, { zonemd = false, notify } = {}) {
  const data = path.join(folder, 'authority')
  const run = (...args) =>
    execFileSync('node', [CLI, '--data', data, ...args], { encoding: 'utf8', stdio: 'pipe' })
  run('init', '--insecure-plain-keys')
  const definition = path.join(folder, 'list.json')
  fs.writeFileSync(
    definition,
    JSON.stringify({
      ...{ id: 'bench', title: 'Bench', authority: 'Example CERT', publish: { cron: null } },
      guard: { maxGrowth: 1e6, maxShrink: 1, minEntries: 0 },
      zone: { origin: ORIGIN, zonemd },
    }),
  )
  run('list', 'apply', definition)
  run('entry', 'import', 'bench', csv, '--format', 'csv', '--reason', 'bench')
  run('publish')
  const added = JSON.parse(run('subscriber', 'add', 'bench', '--lists', 'bench', '--json'))
  run(
    ...['subscriber', 'add', 'plain', '--lists', 'bench'],
    ...['--transfer-by', 'networks', '--networks', '127.0.0.1'],
    ...(notify === undefined ? [] : ['--notify', notify]),
  )
  const key = { name: added.tsig.name, secret: added.tsig.secret }
  /** Beside whatever else goes on. */
  const publish = () => promisify(execFile)('node', [CLI, '--data', data, 'publish'])
  return { data, run, publish, key }
}

export async function startOurs(folder, { data }, serial = 1) {
  const port = await freePort()
  const args = [
    '--http',
    '127.0.0.1:0',
    '--dns',
    `127.0.0.1:${port}`,
    '--log-level',
    process.env.BENCH_LOG ?? 'warn',
  ]
  const started = performance.now()
  const server = start('bailiwick', port, folder, ['node', CLI, '--data', data, 'serve', ...args])
  await untilSerial(server, serial)
  server.loadedS = (performance.now() - started) / 1000
  return server
}

/** Waits until a server answers with this serial. */
export async function untilSerial(server, serial, patienceMs = 300_000) {
  const until = performance.now() + patienceMs
  while (performance.now() < until) {
    if ((await askSerial(server.port, 50)) === serial) return
    if (server.child.exitCode !== null) {
      throw new Error(`${server.name} has ended with ${server.child.exitCode}`)
    }
    await sleep(3)
  }
  throw new Error(`${server.name} never had serial ${serial}`)
}

/** The serial that a server gives for the zone over UDP, or null. */
export async function askSerial(port, timeoutMs = 1000) {
  const answer = await askUdp(port, soaQuestion(), timeoutMs)
  if (answer === null || (answer[3] & 15) !== 0 || answer.readUInt16BE(6) < 1) return null
  return serialOf(answer)
}

export function soaQuestion() {
  const head = Buffer.from([0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  return Buffer.concat([head, encodeName(ORIGIN), Buffer.from([0, 6, 0, 1])])
}

function serialOf(answer) {
  const skip = (from) => {
    let at = from
    while (answer[at] !== 0) {
      if (answer[at] >= 192) return at + 2
      at += answer[at] + 1
    }
    return at + 1
  }
  const owner = skip(skip(12) + 4)
  return answer.readUInt32BE(skip(skip(owner + 10)))
}

/** One question and its answer; null when none comes in time. */
export function askUdp(port, question, timeoutMs) {
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4')
    const timer = setTimeout(() => done(null), timeoutMs)
    const done = (answer) => {
      clearTimeout(timer)
      socket.close()
      resolve(answer)
    }
    socket.once('message', done)
    socket.once('error', () => done(null))
    socket.send(question, port, '127.0.0.1')
  })
}

export function encodeName(text) {
  const labels = text.split('.').filter(Boolean)
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ])
}

/** Resident memory of a process and its children in MiB: shared pages split, and the largest there ever was of one. */
export function memoryOf(pid) {
  let pss = 0
  let peak = 0
  for (const one of treeOf(pid)) {
    pss += kibibytesIn(one, 'smaps_rollup', /^Pss:\s+(\d+)/m)
    peak = Math.max(peak, kibibytesIn(one, 'status', /VmHWM:\s+(\d+)/))
  }
  return { pss: pss / 1024, peak: peak / 1024 }
}

/** 0 of a process that has ended meanwhile, as those of NSD do at each reload. */
function kibibytesIn(pid, file, figure) {
  try {
    return Number(figure.exec(fs.readFileSync(`/proc/${pid}/${file}`, 'latin1'))?.[1] ?? 0)
  } catch (error) {
    if (error.code === 'ESRCH' || error.code === 'ENOENT') return 0
    throw error
  }
}

function treeOf(pid) {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
  return [pid, ...children.split(' ').filter(Boolean).map(Number).flatMap(treeOf)]
}

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
