#!/usr/bin/env node
// Time to block: from the end of `publish` (ours), or from the answer to a DNS UPDATE (BIND as primary), until the resolver behind
// answers NXDOMAIN. A thousand changes each time, in a zone of N names.
//
//   npm run build && node scripts/bench/xfr/time-to-block.mjs [N [RUNS [RESOLVERS]]]       defaults 1000000 20 named,unbound,pdns
//
// The resolver is asked every 2 ms for a name that is added last. Both primaries are up at once, each with a resolver of its own, and
// are asked in turn. Needs named, nsupdate, unbound, pdns_recursor.
import { execFileSync, spawn } from 'node:child_process'
import dgram from 'node:dgram'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { median, RESULTS } from '../lib.mjs'
import {
  encodeName,
  freePort,
  openAuthority,
  Running,
  sleep,
  startNamed,
  startOurs,
} from './primaries.mjs'
import { ORIGIN, zoneFiles } from './zone-names.mjs'

const N = Number(process.argv[2] ?? 1_000_000)
const RUNS = Number(process.argv[3] ?? 20)
const RESOLVERS = (process.argv[4] ?? 'named,unbound,pdns').split(',')
const CHANGES = 1000
const NXDOMAIN = 3
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-block-'))
const files = zoneFiles(N, 0.01)
const results = []

/** One resolver behind each primary; the primaries take turns. */
async function measure(kind) {
  const home = fs.mkdtempSync(path.join(folder, `${kind}-`))
  const running = []
  const track = (one) => {
    running.push(one)
    return one
  }
  try {
    const upstream = track(await startUpstream())
    const mine = await prepareOurs(home, kind, { track, upstream })
    const theirs = await prepareNamed(home, kind, { track, upstream })
    const sides = [mine, theirs]
    for (const side of sides) {
      await untilBlocked(side.resolver, side.known, 600_000)
      await sleep(3000)
    }
    for (let run = 0; run <= RUNS; run++) {
      for (const side of sides) {
        const name = await side.change(run)
        const returned = performance.now()
        await untilBlocked(side.resolver, name, 120_000)
        if (run > 0) side.times.push(performance.now() - returned)
        await sleep(1500)
      }
    }
    tell(kind, sides)
  } finally {
    for (const one of running.reverse()) await one.stop()
  }
}

async function prepareOurs(home, kind, { track, upstream }) {
  const side = path.join(home, 'ours')
  fs.mkdirSync(side)
  const resolverPort = await freePort()
  const notify = `127.0.0.1:${resolverPort}`
  const authority = await openAuthority(side, `${files.first}.csv`, { notify })
  const primary = track(await startOurs(side, authority))
  const resolver = track(await startResolver(kind, side, { primary, upstream, port: resolverPort }))
  const change = async (run) => {
    const file = path.join(side, 'changes.csv')
    const names = changedNames(run, 'ours')
    fs.writeFileSync(file, `value,kind\n${names.map((name) => `${name},host\n`).join('')}`)
    authority.run('entry', 'import', 'bench', file, '--format', 'csv', '--reason', 'bench')
    await authority.publish()
    return names.at(-1)
  }
  return { name: 'bailiwick', resolver, change, times: [], known: await knownName() }
}

async function prepareNamed(home, kind, { track, upstream }) {
  const side = path.join(home, 'theirs')
  fs.mkdirSync(side)
  const resolverPort = await freePort()
  const primary = track(
    await startNamed(side, `${files.first}.rpz`, UNUSED_KEY, {
      name: 'primary',
      options: 'notify-delay 0;',
      zone: `allow-update { 127.0.0.1; }; notify explicit; also-notify { 127.0.0.1 port ${resolverPort}; }; max-ixfr-ratio unlimited;`,
    }),
  )
  const resolver = track(await startResolver(kind, side, { primary, upstream, port: resolverPort }))
  const change = (run) => {
    const names = changedNames(run, 'theirs')
    const adds = names.map((name) => `update add ${name}.${ORIGIN}. 300 CNAME .\n`)
    const input = `server 127.0.0.1 ${primary.port}\nzone ${ORIGIN}\n${adds.join('')}send\n`
    execFileSync('nsupdate', ['-v'], { input })
    return names.at(-1)
  }
  return { name: 'BIND', resolver, change, times: [], known: await knownName() }
}

const UNUSED_KEY = { name: 'unused', secret: Buffer.alloc(32, 1).toString('base64') }

function changedNames(run, side) {
  return Array.from({ length: CHANGES }, (_, i) => `changed-${side}-${run}-${i}.example`)
}

async function knownName() {
  const text = fs.readFileSync(`${files.first}.csv`, 'latin1')
  return text
    .trimEnd()
    .split('\n')
    .findLast((line) => line.endsWith(',host'))
    .split(',')[0]
}

/** Answers everything with an address: what is not blocked resolves. */
async function startUpstream() {
  const port = await freePort()
  const args = ['-k', '-C', '/dev/null', '-p', String(port), '-a', '127.0.0.1', '--bind-interfaces']
  const more = ['-R', '-h', '--address=/#/192.0.2.1', '-u', 'root', '-c', '0', '-x', '']
  return new Running('dnsmasq', port, spawn('dnsmasq', [...args, ...more], { stdio: 'ignore' }))
}

async function startResolver(kind, side, { primary, upstream, port }) {
  const home = path.join(side, 'resolver')
  fs.mkdirSync(home)
  const config = path.join(home, 'config')
  const log = fs.openSync(path.join(home, 'log'), 'a')
  const command = CONFIGURE[kind]({ home, config, port, primary, upstream })
  const stdio = ['ignore', log, log]
  return new Running(kind, port, spawn(command[0], command.slice(1), { cwd: home, stdio }))
}

const CONFIGURE = {
  named: ({ home, config, port, primary, upstream }) => {
    fs.writeFileSync(
      config,
      `options { directory "${home}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; recursion yes;
  allow-query { any; }; forward only; forwarders { 127.0.0.1 port ${upstream.port}; }; dnssec-validation no; pid-file none;
  session-keyfile none; notify no; response-policy { zone "${ORIGIN}" min-update-interval 0; }; };
controls { };
zone "${ORIGIN}" { type secondary; primaries { 127.0.0.1 port ${primary.port}; }; file "s"; check-names ignore; };
`,
    )
    return ['named', '-f', '-c', config]
  },
  unbound: ({ home, config, port, primary, upstream }) => {
    fs.writeFileSync(
      config,
      `server:
  interface: 127.0.0.1@${port}
  do-daemonize: no
  chroot: ""
  username: ""
  directory: "${home}"
  pidfile: "${home}/pid"
  use-syslog: no
  module-config: "respip iterator"
  do-not-query-localhost: no
  access-control: 127.0.0.0/8 allow
remote-control:
  control-enable: no
rpz:
  name: ${ORIGIN}
  primary: 127.0.0.1@${primary.port}
  allow-notify: 127.0.0.1
  zonefile: "${home}/s"
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream.port}
`,
    )
    return ['unbound', '-d', '-c', config]
  },
  // It hears no NOTIFY: it asks every second.
  pdns: ({ home, port, primary, upstream }) => {
    fs.writeFileSync(
      path.join(home, 'policy.lua'),
      `rpzPrimary("127.0.0.1:${primary.port}", "${ORIGIN}", {refresh=1})\n`,
    )
    fs.writeFileSync(
      path.join(home, 'recursor.conf'),
      `local-address=127.0.0.1
local-port=${port}
socket-dir=${home}
lua-config-file=${home}/policy.lua
forward-zones-recurse=.=127.0.0.1:${upstream.port}
dnssec=off
dont-query=
daemon=no
threads=1
packetcache-ttl=0
disable-packetcache=yes
`,
    )

    return ['pdns_recursor', `--config-dir=${home}`]
  },
}

/** Asks every 2 ms until the name is blocked. */
function untilBlocked({ port, name: resolver }, name, patienceMs) {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4')
    const started = performance.now()
    let id = 0
    const asking = setInterval(() => {
      if (performance.now() - started > patienceMs) {
        done(() => reject(new Error(`${resolver} never blocked ${name}`)))
        return
      }
      id = (id + 1) % 65_536
      const head = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
      const question = Buffer.concat([head, encodeName(name), Buffer.from([0, 1, 0, 1])])
      socket.send(question, port, '127.0.0.1')
    }, 2)
    const done = (end) => {
      clearInterval(asking)
      socket.close()
      end()
    }
    socket.on('error', () => undefined)
    socket.on('message', (answer) => {
      if ((answer[3] & 15) === NXDOMAIN) done(resolve)
    })
  })
}

function tell(kind, sides) {
  console.log(`\n## ${kind} behind each primary, ${N} names, ${CHANGES} changes, ${RUNS} runs`)
  for (const { name, times } of sides) {
    const row = {
      kind,
      name,
      median: median(times),
      min: Math.min(...times),
      max: Math.max(...times),
    }
    results.push(row)
    console.log(
      `${name.padEnd(12)} median ${row.median.toFixed(0)} ms (${row.min.toFixed(0)}-${row.max.toFixed(0)})`,
    )
  }
  const ratio = median(sides[0].times.map((time, i) => time / sides[1].times[i]))
  console.log(`bailiwick / BIND: ${ratio.toFixed(2)}`)
}

for (const resolver of RESOLVERS) await measure(resolver)
fs.rmSync(folder, { recursive: true })
fs.mkdirSync(RESULTS, { recursive: true })
fs.writeFileSync(
  path.join(RESULTS, 'time-to-block.json'),
  `${JSON.stringify({ names: N, changes: CHANGES, results }, null, 2)}\n`,
)
