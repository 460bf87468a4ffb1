import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { askExistence } from '../../src/dns/ask-resolver.ts'
import { freePort } from '../support/any-answer-dns.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'

/** A zone with a name of each sort. */
const ZONE = `$ORIGIN names.test.
@ 60 SOA ns who 1 3600 600 86400 60
@ 60 NS ns
ns 60 A 192.0.2.53
there 60 A 192.0.2.1
six 60 AAAA 2001:db8::1
text 60 TXT "no address"
below.empty 60 A 192.0.2.2
alias 60 CNAME gone
loop 60 CNAME pool
pool 60 CNAME loop
far 60 CNAME elsewhere.test.
`

/** What is to be learned of each. An alias is there whatever its target is; a loop is nobody's to judge. */
const EXPECTED: readonly (readonly [string, readonly string[]])[] = [
  ['there.names.test', ['there']],
  ['six.names.test', ['there']],
  ['text.names.test', ['there']],
  ['empty.names.test', ['there']],
  ['alias.names.test', ['there']],
  ['loop.names.test', ['there', 'unclear']],
  ['far.names.test', ['there', 'unclear']],
  ['gone.names.test', ['gone']],
  ['a.long.way.down.gone.names.test', ['gone']],
]

const running: ChildProcess[] = []
let folder = ''
afterEach(async () => {
  await Promise.all(running.splice(0).map(end))
  rmSync(folder, { recursive: true, force: true })
})

describeWith(['nsd', 'unbound', 'named'], 'names behind', () => {
  it.each(['unbound', 'named'] as const)(
    '%s are told apart: those that are there, and those that are gone',
    { timeout: 60_000 },
    async (program) => {
      const port = await startResolver(program)
      const said: [string, string][] = []
      for (const [name] of EXPECTED) said.push([name, await ask(port, name)])
      for (const [i, [name, allowed]] of EXPECTED.entries()) {
        expect(said[i]![0]).toBe(name)
        expect([name, allowed.includes(said[i]![1]), said[i]![1]]).toEqual([
          name,
          true,
          said[i]![1],
        ])
      }
      // Without its servers the zone says nothing, and a name that nobody asked for before is neither.
      await end(running[0]!)
      expect(await ask(port, 'never-asked.there.names.test')).toBe('unclear')
    },
  )
})

function ask(port: number, name: string): Promise<string> {
  const asking = {
    resolver: { address: '127.0.0.1', port },
    randomId: () => randomInt(0x10000),
    pace: () => Promise.resolve(),
    timeoutMs: 2_000,
  }
  return askExistence(asking, name)
}

async function startResolver(program: 'unbound' | 'named'): Promise<number> {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-liveness-'))
  const [upstream, port] = [await freePort(), await freePort()]
  writeFileSync(join(folder, 'zone'), ZONE)
  start('nsd', ['-d', '-c', write('nsd.conf', nsdConfiguration(upstream))])
  const text = (program === 'unbound' ? unboundConfiguration : bindConfiguration)(port, upstream)
  const conf = write(`${program}.conf`, text)
  start(program, program === 'unbound' ? ['-d', '-c', conf] : ['-f', '-c', conf])
  for (let tries = 0; tries < 20; tries++) {
    if ((await ask(port, 'ns.names.test')) === 'there') return port
    await delay(200)
  }
  throw new Error(`expected ${program} to answer`)
}

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function start(program: string, args: readonly string[]): void {
  running.push(spawn(needsProgram(program), args, { cwd: folder, stdio: 'ignore' }))
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

function nsdConfiguration(port: number): string {
  return `server:
  server-count: 1
  ip-address: 127.0.0.1@${port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  xfrdir: "${folder}"
remote-control:
  control-enable: no
zone:
  name: names.test
  zonefile: zone
`
}

function unboundConfiguration(port: number, upstream: number): string {
  return `server:
  interface: 127.0.0.1@${port}
  chroot: ""
  username: ""
  directory: "${folder}"
  pidfile: ""
  do-not-query-localhost: no
  module-config: "iterator"
  local-zone: "test." nodefault
stub-zone:
  name: "names.test"
  stub-addr: 127.0.0.1@${upstream}
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream}
`
}

function bindConfiguration(port: number, upstream: number): string {
  const options = [
    `directory "${folder}"; pid-file none; session-keyfile none; lock-file none;`,
    `listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };`,
    `forward only; forwarders port ${upstream} { 127.0.0.1; }; dnssec-validation no; recursion yes;`,
  ]
  return `options { ${options.join('\n')} };\ncontrols { };\n`
}
