import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { parseIpValue } from '../../src/core/ip-value.ts'
import { askExistence } from '../../src/dns/ask-resolver.ts'
import { freePort, openAnyAnswerDns } from '../support/any-answer-dns.ts'
import { exportSource, line, render } from '../support/export-builders.ts'
import { actionAt, namesToAsk, policyOf } from '../support/name-policy.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'

const OPEN = '192.0.2.7'
const STOP = '192.0.2.80'
const ORIGIN = 'rpz.example'

/** Names below, beside and between each other, of every action that a question tells apart. */
const LINES = [
  'x.example domain',
  'c.b.x.example host passthru',
  'f.e.d.x.example domain nodata',
  'g.f.e.d.x.example host',
  's.x.example subdomains passthru',
  'deep.nested.x.example domain',
  'y.example domain passthru',
  'b.a.y.example domain',
  'r.example domain redirect - R1',
  'c.b.r.example host passthru',
  '_u.r.example domain redirect',
  'u-.r.example host nodata',
  'q._v.r.example host passthru',
  '_w.example domain redirect',
  'h.example host',
  'z.example subdomains',
  'c.b.z.example host nodata',
].map(line)

/** Knot Resolver's passthru leaves its policies, and with them the forwarding that keeps the test on loopback. */
const LINES_WITHOUT_PASSTHRU = LINES.filter((text) => !text.includes('passthru'))

interface Place {
  readonly folder: string
  readonly zone: string
  readonly port: number
  readonly upstream: number
}

/** Writes the configuration; gives back the arguments that keep the program in the foreground. */
type Configure = (place: Place) => readonly string[]

const CONFIGURE: Readonly<Record<string, Configure>> = {
  named: configureBind,
  unbound: configureUnbound,
  pdns_recursor: configurePowerDns,
  kresd: configureKnotResolver,
}

let stop: (() => Promise<void>) | null = null
afterEach(async () => {
  await stop?.()
  stop = null
})

for (const [program, configure] of Object.entries(CONFIGURE)) {
  describeWith([program, 'dig'], `the policy zone in ${program}`, () => {
    it('does to every name what the list says, and to no other', { timeout: 60_000 }, async () => {
      const lines = program === 'kresd' ? LINES_WITHOUT_PASSTHRU : LINES
      const port = await start(program, configure, lines)
      const policy = policyOf(lines)
      const names = namesToAsk(policy)
      const answers = await ask(port, names)
      const expected = names.map((name) => [name, expectedAnswer(name, actionAt(policy, name))])
      expect(names.map((name) => [name, answers.get(name)])).toEqual(expected)
    })

    it('is never taken for the end of a name', { timeout: 60_000 }, async () => {
      const port = await start(program, configure, LINES_WITHOUT_PASSTHRU)
      const asking = {
        resolver: { address: '127.0.0.1', port },
        randomId: () => randomInt(0x10000),
        pace: () => Promise.resolve(),
        timeoutMs: 5_000,
      }
      // Behind this resolver every name exists; two of these are listed, and denied for it.
      expect(await askExistence(asking, 'h.example')).toBe('unclear')
      expect(await askExistence(asking, 'any.z.example')).toBe('unclear')
      expect(await askExistence(asking, 'open.example')).toBe('there')
    })
  })
}

describeWith('named', 'the address triggers in named', () => {
  it('are all canonical, so that none is ignored', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-triggers-'))
    const zone = join(folder, 'rpz.zone')
    const text = render('rpz', { ...exportSource(ADDRESSES), zone: ORIGIN }).text
    // One that isn't, so that it is sure that BIND would say so.
    writeFileSync(zone, `${text}128.0.0.0.0.0.0.0.2001.rpz-ip CNAME .\n`)
    const place = { folder, zone, port: await freePort(), upstream: await freePort() }
    const args = configureBind(place).map((arg) => (arg === '-f' ? '-g' : arg))
    const child = spawn(needsProgram('named'), args, { cwd: folder })
    const said = await outputUntil(child, /rpz: \S+ reload done: (.*)/)
    await end(child)
    rmSync(folder, { recursive: true, force: true })
    expect(/reload done: (.*)/.exec(said)?.[1]).toBe('success')
    expect(said.match(/rpz IP address .*/g)).toEqual([expect.stringContaining('"128.zz.2001"')])
  })
})

/** Every place and length of a run of zeros, and of two. */
const ADDRESSES = Array.from({ length: 256 }, (_, bits) => {
  const groups = Array.from({ length: 8 }, (_, i) => (i === 0 || (bits >> i) & 1 ? 'f0' : '0'))
  return parseIpValue(groups.join(':'))
})
  .concat(['10.0.0.0/8', '192.0.2.0/31', '192.0.2.7', '2001:db8::/33'].map(parseIpValue))
  .map((value) => line(`${value} ip`))

function outputUntil(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (pattern.test(said)) resolve(said)
    })
    child.once('exit', () => reject(new Error(`expected named to load the zone, got ${said}`)))
  })
}

/** What `dig` shows of each action. */
function expectedAnswer(name: string, action: string | null): string {
  if (action === 'nxdomain') return 'NXDOMAIN'
  if (action === 'nodata') return 'NOERROR'
  if (action !== 'redirect') return `NOERROR ${OPEN}`
  // An address can't stand at an owner that is no host name: no data there, and below where it needs a wildcard of its own.
  return /(?:u-|_v)\.r\.example$|_w\.example$/.test(name) ? 'NOERROR' : `NOERROR ${STOP}`
}

async function start(
  program: string,
  configure: Configure,
  lines: readonly string[],
): Promise<number> {
  const upstream = await openAnyAnswerDns(OPEN)
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-policy-'))
  const zone = join(folder, 'rpz.zone')
  const action = { type: 'redirect', to: [STOP] } as const
  writeFileSync(zone, render('rpz', { ...exportSource(lines, { action }), zone: ORIGIN }).text)
  const place = { folder, zone, port: await freePort(), upstream: upstream.port }
  const child = spawn(needsProgram(program), configure(place), { cwd: folder, stdio: 'ignore' })
  stop = async () => {
    await end(child)
    await upstream.close()
    rmSync(folder, { recursive: true, force: true })
  }
  await untilLoaded(place.port)
  return place.port
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

/** Until the last owner of the zone is blocked: BIND puts a zone into force little by little. */
async function untilLoaded(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answers = await ask(port, ['h.example', 'any.z.example'])
    if ([...answers.values()].join(' ') === 'NXDOMAIN NXDOMAIN') return
    await delay(100)
  }
  throw new Error('expected the resolver to load the zone within ten seconds')
}

/** Status and addresses for each name, by one run of `dig`. */
async function ask(port: number, names: readonly string[]): Promise<Map<string, string>> {
  const options = ['+noall', '+comments', '+question', '+answer', '+tries=1', '+time=2']
  const server = ['@127.0.0.1', '-p', String(port)]
  const queries = names.flatMap((name) => [name, 'A', ...options])
  const output = await new Promise<string>((resolve) => {
    execFile(needsProgram('dig'), [...server, ...queries], (_error, out) => resolve(out))
  })
  const answers = new Map<string, string>()
  for (const reply of output.split(';; Got answer:').slice(1)) {
    const status = /status: (\w+)/.exec(reply)?.[1] ?? ''
    const name = /^;(\S+)\.\s+IN\s+A$/m.exec(reply)?.[1] ?? ''
    const addresses = [...reply.matchAll(/^[^;]\S*\s+\d+\s+IN\s+A\s+(\S+)$/gm)].map(
      ([, text]) => text,
    )
    answers.set(name, [status, ...addresses].join(' '))
  }
  return answers
}

function configureBind({ folder, zone, port, upstream }: Place): readonly string[] {
  const options = [
    `directory "${folder}"; pid-file none; session-keyfile none; lock-file none;`,
    `listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };`,
    `forward only; forwarders port ${upstream} { 127.0.0.1; }; dnssec-validation no; recursion yes;`,
    `response-policy { zone "${ORIGIN}"; } qname-wait-recurse no;`,
  ]
  const zones = `zone "${ORIGIN}" { type primary; file "${zone}"; allow-query { none; }; };`
  writeFileSync(join(folder, 'c'), `options { ${options.join('\n')} };\ncontrols { };\n${zones}\n`)
  return ['-f', '-c', join(folder, 'c')]
}

function configureUnbound({ folder, zone, port, upstream }: Place): readonly string[] {
  const text = `server:
  interface: 127.0.0.1@${port}
  chroot: ""
  username: ""
  directory: "${folder}"
  pidfile: ""
  do-not-query-localhost: no
  module-config: "respip iterator"
rpz:
  name: "${ORIGIN}"
  zonefile: "${zone}"
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream}
`
  writeFileSync(join(folder, 'c'), text)
  return ['-d', '-c', join(folder, 'c')]
}

function configurePowerDns({ folder, zone, port, upstream }: Place): readonly string[] {
  const text = `local-address=127.0.0.1
local-port=${port}
socket-dir=${folder}
forward-zones-recurse=.=127.0.0.1:${upstream}
lua-config-file=${folder}/l.lua
dont-query=
dnssec=off
security-poll-suffix=
`
  writeFileSync(join(folder, 'recursor.conf'), text)
  writeFileSync(join(folder, 'l.lua'), `rpzFile("${zone}", { policyName = "x" })\n`)
  return [`--config-dir=${folder}`, '--daemon=no']
}

function configureKnotResolver({ folder, zone, port, upstream }: Place): readonly string[] {
  const text = `net.listen('127.0.0.1', ${port})
cache.size = 10 * MB
trust_anchors.remove('.')
policy.add(policy.rpz(policy.DENY, '${zone}'))
policy.add(policy.all(policy.STUB({ '127.0.0.1@${upstream}' })))
`
  mkdirSync(join(folder, 'run'))
  writeFileSync(join(folder, 'c.lua'), text)
  return ['-n', '-c', join(folder, 'c.lua'), join(folder, 'run')]
}
