import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The real peers which the interop tests and the demo start: the Debian package, the programs that
 * show that it is there, and what goes unseen without it.
 */
export const PEERS = [
  { package: 'bind9', programs: ['named'], for: 'BIND loads what the agent wrote' },
  { package: 'bind9-utils', programs: ['named-checkzone', 'rndc'], for: 'zones are checked' },
  { package: 'bind9-dnsutils', programs: ['dig'], for: 'resolvers are asked' },
  { package: 'knot', programs: ['knotd', 'knotc'], for: 'Knot DNS between ours and a resolver' },
  { package: 'knot-dnsutils', programs: ['kdig'], for: 'transfers, a second client; over TLS too' },
  { package: 'nsd', programs: ['nsd', 'nsd-control'], for: 'NSD between ours and a resolver' },
  { package: 'ldnsutils', programs: ['ldns-verify-zone'], for: 'ZONEMD, a second reader' },
  { package: 'unbound', programs: ['unbound', 'unbound-control'], for: 'Unbound, file and url:' },
  {
    package: 'pdns-recursor',
    programs: ['pdns_recursor', 'rec_control'],
    for: 'PowerDNS Recursor',
  },
  { package: 'knot-resolver', programs: ['kresd'], for: 'Knot Resolver' },
  {
    package: 'lua-cqueues',
    files: ['/usr/share/lua/5.1/cqueues.lua'],
    for: 'kresd sees new files',
  },
  { package: 'dnsmasq', programs: ['dnsmasq'], for: 'dnsmasq' },
  { package: 'squid', programs: ['squid'], for: 'Squid' },
  { package: 'minisign', programs: ['minisign'], for: 'signatures beside exports' },
  { package: 'signify-openbsd', programs: ['signify-openbsd'], for: 'the same, as OpenBSD does' },
  { package: 'python3-securesystemslib', python: 'securesystemslib', for: 'TUF, a second reader' },
  { package: 'python3-cryptography', python: 'cryptography', for: 'TUF, a second reader' },
  { package: 'python3-nacl', python: 'nacl', for: 'TUF, a second reader' },
  { package: 'golang-go', programs: ['go'], for: 'the log, a second reader' },
  {
    package: 'golang-golang-x-mod-dev',
    files: ['/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog/tlog.go'],
    for: 'the log, a second reader',
  },
  {
    package: 'softhsm2',
    programs: ['softhsm2-util'],
    files: ['/usr/lib/softhsm/libsofthsm2.so'],
    for: 'keys in a PKCS#11 token',
  },
  { package: 'sqlite3', programs: ['sqlite3'], for: 'the database, a second reader' },
  { package: 'chromium', programs: ['chromium'], for: 'the console in a real browser' },
  {
    package: 'fonts-dejavu-core',
    files: ['/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'],
    for: 'what the browser writes with',
  },
  { package: 'curl', programs: ['curl'], for: 'HTTP, a second client' },
  { package: 'openssl', programs: ['openssl'], for: 'a certificate for https' },
  { package: 'procps', programs: ['pkill'], for: 'dnsmasq is told by its pid file' },
]

const SEARCH_PATH = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
]

/** The full path of a program, or null; looks in the sbin folders too, where resolvers live. */
export function findProgram(name) {
  for (const folder of SEARCH_PATH) {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return join(folder, name)
    } catch {
      // Not in this folder.
    }
  }
  return null
}

/** The peers of `wanted` (names of packages; default all) that are not on this machine. */
export function missingPeers(wanted = PEERS.map((peer) => peer.package)) {
  return PEERS.filter((peer) => wanted.includes(peer.package) && !isHere(peer))
}

/**
 * Installs what is missing, where that is possible without asking: as root on Debian or Ubuntu, and
 * not with BAILIWICK_NO_APT=1. Nothing that it installs is left running or starts at boot. Gives back
 * what is still missing.
 */
export function installSystemPackages(wanted) {
  const missing = missingPeers(wanted)
  if (missing.length === 0) return []
  if (!canInstall()) return missing
  const names = missing.map((peer) => peer.package)
  console.log(`installing ${names.join(' ')}`)
  const release = forbidStarting()
  try {
    apt(['update', '-q'])
    // One name that this distribution lacks must not keep the others out.
    if (!apt(['install', ...names])) for (const name of names) apt(['install', name])
  } finally {
    release()
  }
  disableAtBoot(names)
  return missingPeers(wanted)
}

function isHere(peer) {
  return (
    (peer.programs ?? []).every((program) => findProgram(program) !== null) &&
    (peer.files ?? []).every((file) => existsSync(file)) &&
    (peer.python === undefined || hasPythonModule(peer.python))
  )
}

function hasPythonModule(module) {
  // Another python3 may stand first on PATH; Debian's modules belong to this one.
  return spawnSync('/usr/bin/python3', ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0
}

function canInstall() {
  if (process.env.BAILIWICK_NO_APT === '1' || process.getuid?.() !== 0) return false
  if (findProgram('apt-get') === null || !existsSync('/etc/os-release')) return false
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'))
}

function apt(args) {
  const options = ['-y', '-q', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0']
  const { status } = spawnSync('apt-get', [...options, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  return status === 0
}

/** A `policy-rc.d` that answers 101 keeps packages from starting their daemons; undone by the result. */
function forbidStarting() {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return () => undefined
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return () => rmSync(policy)
}

/** Under systemd a package enables its units for the next boot; tests need none of them. */
function disableAtBoot(names) {
  if (!existsSync('/run/systemd/system')) return
  const { stdout } = spawnSync('dpkg-query', ['-L', ...names], { encoding: 'utf8' })
  const units = stdout.match(/[^/\n]+\.(service|socket)$/gm)?.filter((unit) => !unit.includes('@'))
  if (units?.length) spawnSync('systemctl', ['disable', ...new Set(units)], { stdio: 'ignore' })
}
