import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findProgram } from './system-packages.mjs'

/** The address that every name has for the demo's resolver, unless a list blocks it (RFC 5737). */
export const OPEN_ADDRESS = '198.51.100.7'

/**
 * Starts Unbound or BIND, whichever is here, as a resolver on loopback ports of its own: with empty policy zones for
 * `origins`, to be loaded from files; or with `transfer`, what «--config-for» printed for it. Names under `example` and
 * `test` come from a zone file, so no network is needed. Null when neither is installed.
 */
export async function startResolver({ folder, origins = [], transfer, port, wanted, detached }) {
  const kind = kindOf(wanted)
  if (kind === undefined) return null
  mkdirSync(folder, { recursive: true })
  for (const name of ['example', 'test']) writeFileSync(join(folder, `${name}.zone`), openZone())
  for (const origin of origins) writeFileSync(join(folder, origin), emptyPolicy())
  const setup = {
    folder,
    origins,
    // Where Debian lets the program write; here that is its own folder.
    transfer: transfer?.replaceAll('/var/lib/unbound', folder),
    port: port ?? (await freePort()),
    controlPort: await freePort(),
    secret: randomBytes(32).toString('base64'),
  }
  kind.configure(setup)
  const resolver = { ...setup, name: kind.name, reload: (origin) => kind.reload(setup, origin) }
  for (const program of [findProgram, copyOfProgram]) {
    const child = start(program(kind.programs[0], folder), kind.args(setup), folder, detached)
    if (await answers(resolver, child)) return { ...resolver, child }
    child.kill()
  }
  throw new Error(`${kind.name} doesn't answer: see ${join(folder, 'resolver.log')}`)
}

function kindOf(wanted) {
  return [UNBOUND, BIND].find(
    (one) => (wanted === undefined || wanted === one.name) && one.programs.every(findProgram),
  )
}

/** What a subscriber must be for the resolver that there is to take its zones; null when there is none. */
export function transferOptions(wanted) {
  return kindOf(wanted)?.transferOptions ?? null
}

/** Asks for the A records of `name`, by dig, or by Node where there is no dig; `null` is NXDOMAIN. */
export function ask({ port }, name) {
  const dig = findProgram('dig')
  const args = ['@127.0.0.1', '-p', `${port}`, name, 'A', '+time=2', '+tries=2']
  if (dig === null) return askByNode(port, name)
  const { stdout } = spawnSync(dig, [...args, '+noall', '+comments', '+answer'], {
    encoding: 'utf8',
  })
  const status = /status: ([A-Z]+)/.exec(stdout)?.[1] ?? 'no answer'
  return { command: ['dig', ...args.slice(0, 5)], status, addresses: addressesIn(stdout) }
}

function addressesIn(text) {
  return [...text.matchAll(/\sA\s+([0-9.]+)$/gm)].map(([, address]) => address)
}

function askByNode(port, name) {
  const code = `
    const { Resolver } = require('node:dns').promises
    const resolver = new Resolver({ timeout: 2000, tries: 2 })
    resolver.setServers(['127.0.0.1:${port}'])
    resolver.resolve4(${JSON.stringify(name)}).then(
      (addresses) => console.log(JSON.stringify({ status: 'NOERROR', addresses })),
      (error) => console.log(JSON.stringify({ status: error.code === 'ENOTFOUND' ? 'NXDOMAIN' : error.code, addresses: [] })),
    )`
  const { stdout } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' })
  return { command: ['resolve', name, 'at', `127.0.0.1:${port}`], ...JSON.parse(stdout) }
}

/** A port of loopback that nobody uses, over TCP at least. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

const UNBOUND = {
  name: 'unbound',
  // It has no TSIG.
  transferOptions: [
    '--config-for',
    'unbound',
    '--transfer-by',
    'networks',
    '--networks',
    '127.0.0.1',
  ],
  programs: ['unbound', 'unbound-control'],
  args: ({ folder }) => ['-d', '-c', join(folder, 'unbound.conf')],
  reload: ({ folder }, origin) => [
    findProgram('unbound-control'),
    '-c',
    join(folder, 'unbound.conf'),
    'auth_zone_reload',
    origin,
  ],
  configure({ folder, origins, transfer, port, controlPort }) {
    const zones = ['example', 'test'].map(
      (name) => `auth-zone:
  name: "${name}."
  zonefile: "${join(folder, `${name}.zone`)}"
  for-downstream: no
  for-upstream: yes`,
    )
    const policies = origins.map(
      (origin) => `rpz:
  name: "${origin}."
  zonefile: "${join(folder, origin)}"`,
    )
    const text = `server:
  interface: 127.0.0.1
  port: ${port}
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  num-threads: 1
  do-ip6: no
  access-control: 127.0.0.0/8 allow
  module-config: "respip iterator"
  # Unbound knows that nobody owns .test (RFC 6761); the demo plays that somebody does.
  local-zone: "test." nodefault
remote-control:
  control-enable: yes
  control-interface: 127.0.0.1
  control-port: ${controlPort}
  control-use-cert: no
${[...zones, ...policies, transfer ?? ''].join('\n')}
`
    writeFileSync(join(folder, 'unbound.conf'), text)
  },
}

const BIND = {
  name: 'named',
  transferOptions: ['--config-for', 'bind'],
  programs: ['named', 'rndc'],
  args: ({ folder }) => ['-g', '-c', join(folder, 'named.conf')],
  reload: ({ folder }, origin) => [
    findProgram('rndc'),
    '-c',
    join(folder, 'rndc.conf'),
    'reload',
    origin,
  ],
  configure({ folder, origins, transfer, port, controlPort, secret }) {
    const key = `key "rndc" { algorithm hmac-sha256; secret "${secret}"; };`
    const zones = ['example', 'test'].map(
      (name) => `zone "${name}" { type primary; file "${name}.zone"; };`,
    )
    const policies = origins.map(
      (origin) => `zone "${origin}" { type primary; file "${origin}"; allow-query { none; }; };`,
    )
    const order = origins.map((origin) => `zone "${origin}";`).join(' ')
    // BIND waits a minute between changes of a policy unless told otherwise.
    const fromFiles = `response-policy { ${order} } qname-wait-recurse no min-update-interval 0;`
    const [inside, beside] = transfer?.split(/^\/\/ Part [12], .*\n/m).slice(1) ?? [fromFiles, '']
    const text = `options {
  directory "${folder}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  allow-query { 127.0.0.1; };
  recursion yes;
  dnssec-validation no;
  ${inside.trim()}
};
${key}
controls { inet 127.0.0.1 port ${controlPort} allow { 127.0.0.1; } keys { "rndc"; }; };
${[...zones, ...policies, beside].join('\n')}
`
    writeFileSync(join(folder, 'named.conf'), text)
    writeFileSync(
      join(folder, 'rndc.conf'),
      `${key}\noptions { default-key "rndc"; default-server 127.0.0.1; default-port ${controlPort}; };\n`,
      { mode: 0o600 },
    )
  },
}

/**
 * AppArmor confines the packaged program to its own folders, by its path. The demo's files lie elsewhere, so
 * where the program can't start, a copy of it beside the files is tried.
 */
function copyOfProgram(name, folder) {
  const copy = join(folder, name)
  copyFileSync(findProgram(name), copy)
  return copy
}

function start(program, args, folder, detached) {
  const log = openSync(join(folder, 'resolver.log'), 'a')
  return spawn(program, args, { cwd: folder, detached, stdio: ['ignore', log, log] })
}

async function answers(resolver, child) {
  for (let i = 0; i < 40 && child.exitCode === null; i++) {
    if (ask(resolver, 'ready.example').status === 'NOERROR') return true
    await wait(100)
  }
  return false
}

function openZone() {
  return `$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
@ A ${OPEN_ADDRESS}
* A ${OPEN_ADDRESS}
`
}

function emptyPolicy() {
  return '$TTL 60\n@ SOA localhost. root.localhost. 0 3600 600 86400 60\n@ NS localhost.\n'
}
