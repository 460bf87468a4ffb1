import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freePort, openAnyAnswerDns } from '../support/any-answer-dns.ts'
import { runBailiwick } from '../support/bailiwick-command.ts'
import { dig, digUntil } from '../support/dig.ts'
import { openLiveAuthority, type LiveAuthority } from '../support/live-authority.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'

/**
 * The whole way, for each resolver: an authority decides and publishes, an agent pulls, checks, writes and reloads, the resolver
 * blocks what it must and nothing else; then a name is retired, and is open again after the next pull. The agent's
 * commands are those of `docs/examples`.
 */

const OPEN = '192.0.2.7'
const STOP = '192.0.2.80'
const ZONE = 'rpz.example'
const DEFINITION = {
  id: 'phishing',
  title: 'Phishing warning list',
  authority: 'Example CERT',
  action: { type: 'redirect', to: [STOP] },
  guard: { maxGrowth: 100, maxShrink: 1, minEntries: 1 },
  zone: { origin: ZONE },
}
const ENTRIES = [
  ['bad.example', 'domain', 'nxdomain'],
  ['host.example', 'host', 'nxdomain'],
  ['below.example', 'subdomains', 'nxdomain'],
  ['empty.example', 'domain', 'nodata'],
  ['stop.example', 'domain', 'redirect'],
  ['xn--bcher-kva.example', 'domain', 'nxdomain'],
] as const

/** What an RPZ of these says. */
const RPZ_ANSWERS = {
  'bad.example': 'NXDOMAIN',
  'a.b.bad.example': 'NXDOMAIN',
  'BAD.example': 'NXDOMAIN',
  'host.example': 'NXDOMAIN',
  'www.host.example': `NOERROR ${OPEN}`,
  'below.example': `NOERROR ${OPEN}`,
  'www.below.example': 'NXDOMAIN',
  'empty.example': 'NOERROR',
  'stop.example': `NOERROR ${STOP}`,
  'www.stop.example': `NOERROR ${STOP}`,
  'xn--bcher-kva.example': 'NXDOMAIN',
  'good.example': `NOERROR ${OPEN}`,
  'notbad.example': `NOERROR ${OPEN}`,
  example: `NOERROR ${OPEN}`,
}

let authority: LiveAuthority

beforeAll(async () => {
  authority = await openLiveAuthority(DEFINITION)
  for (const [value, kind, action] of ENTRIES) {
    await authority.run(
      'entry',
      'add',
      'phishing',
      value,
      '--kind',
      kind,
      '--action',
      action,
      '--reason',
      'test',
    )
  }
  await authority.run('publish', 'phishing')
})

afterAll(() => authority.stop())

interface Lab {
  readonly folder: string
  readonly port: number
  /** Where what is open is answered. */
  readonly upstream: number
  readonly control: number
}

interface Setup {
  /** Of the agent. */
  readonly outputs: readonly Readonly<Record<string, unknown>>[]
  readonly program: string
  /** Keeps the program in the foreground. */
  readonly args: readonly string[]
}

async function openLab(): Promise<Lab> {
  const upstream = await openAnyAnswerDns(OPEN)
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-resolver-'))
  // Resolvers change to a user of their own.
  chmodSync(folder, 0o777)
  onTestFinished(async () => {
    await upstream.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder, port: await freePort(), control: await freePort(), upstream: upstream.port }
}

/** Writes the agent's configuration; gives back what pulls. */
function openAgent({ folder }: Lab, outputs: Setup['outputs']): () => Promise<void> {
  const config = join(folder, 'agent.json')
  const list = { id: 'phishing', limits: { maxShrink: 1, maxGrowth: 100 }, outputs }
  const { url: source, rootFile: root } = authority
  writeFileSync(config, JSON.stringify({ source, root, state: 'state', lists: [list] }))
  return async () => {
    const ran = await runBailiwick(['agent', 'pull', '--config', config])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
  }
}

function start({ folder }: Lab, { program, args }: Setup): void {
  const child = spawn(needsProgram(program), args, { cwd: folder, stdio: 'ignore' })
  onTestFinished(() => end(child))
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

/** Pulls, starts the resolver on what was written, asks; then lists a name, and retires it. */
async function expectBlocking(
  lab: Lab,
  setup: Setup,
  expected: { readonly answers: Readonly<Record<string, string>>; readonly patience?: number },
): Promise<void> {
  // The first files must be there before a resolver starts; there is nobody to reload yet.
  await openAgent(
    lab,
    setup.outputs.map((output) => ({ ...output, reload: ['true'] })),
  )()
  start(lab, setup)
  expect(await digUntil(lab.port, 'bad.example', 'NXDOMAIN')).toBe('NXDOMAIN')
  const answers: Record<string, string> = {}
  for (const name of Object.keys(expected.answers)) answers[name] = await dig(lab.port, name)
  expect(answers).toEqual(expected.answers)
  await expectFollowing(lab, openAgent(lab, setup.outputs))
}

/** A name that is listed is blocked after the next pull, and open after the one that follows its retirement. */
async function expectFollowing({ port }: Lab, pull: () => Promise<void>): Promise<void> {
  await authority.run(
    'entry',
    'add',
    'phishing',
    'soon.example',
    '--kind',
    'domain',
    '--action',
    'nxdomain',
    '--reason',
    'test',
  )
  await authority.run('publish', 'phishing')
  await pull()
  expect(await digUntil(port, 'soon.example', 'NXDOMAIN')).toBe('NXDOMAIN')
  await authority.run(
    'entry',
    'retire',
    'phishing',
    'soon.example',
    '--reason',
    'cleaned',
    '--urgent',
  )
  await pull()
  expect(await digUntil(port, 'soon.example', `NOERROR ${OPEN}`)).toBe(`NOERROR ${OPEN}`)
  expect(await dig(port, 'bad.example')).toBe('NXDOMAIN')
}

describeWith(['named', 'rndc', 'named-checkzone', 'dig'], 'BIND', () => {
  test('loads what the agent wrote, and follows', { timeout: 90_000 }, async () => {
    const lab = await openLab()
    const { folder, port, control, upstream } = lab
    const zone = join(folder, 'phishing.rpz')
    const key =
      'key "agent" { algorithm hmac-sha256; secret "c2VjcmV0IG9mIGEgdGVzdCwgbm90aGluZyBlbHNl"; };\n'
    writeFileSync(join(folder, 'rndc.key'), key)
    writeFileSync(
      join(folder, 'named.conf'),
      `${key}
options {
  directory "${folder}"; pid-file none; session-keyfile none; lock-file none;
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  forward only; forwarders port ${upstream} { 127.0.0.1; }; dnssec-validation no; recursion yes;
  response-policy { zone "${ZONE}"; } qname-wait-recurse no min-update-interval 0;
};
controls { inet 127.0.0.1 port ${control} allow { 127.0.0.1; } keys { "agent"; }; };
zone "${ZONE}" { type primary; file "${zone}"; allow-query { none; }; allow-transfer { none; }; };
`,
    )
    const rndc = [
      needsProgram('rndc'),
      '-s',
      '127.0.0.1',
      '-p',
      String(control),
      '-k',
      join(folder, 'rndc.key'),
    ]
    await expectBlocking(
      lab,
      {
        program: 'named',
        args: ['-f', '-c', join(folder, 'named.conf')],
        outputs: [
          {
            format: 'rpz',
            path: zone,
            check: [needsProgram('named-checkzone'), '-q', '-k', 'fail', ZONE, '{file}'],
            reload: [...rndc, 'reload', ZONE],
          },
        ],
      },
      { answers: RPZ_ANSWERS },
    )
  })
})

async function serialOf(feed: string): Promise<number> {
  const text = await (await fetch(feed)).text()
  return Number(/^; Serial: (\d+)$/m.exec(text)?.[1])
}

function configureUnbound({ folder, port, upstream }: Lab, source: string): string {
  const conf = join(folder, 'unbound.conf')
  writeFileSync(
    conf,
    `server:
  interface: 127.0.0.1@${port}
  chroot: ""
  username: ""
  directory: "${folder}"
  pidfile: ""
  do-not-query-localhost: no
  module-config: "respip validator iterator"
remote-control:
  control-enable: yes
  control-interface: "${folder}/control"
  control-use-cert: no
rpz:
  name: "${ZONE}"
  ${source}
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream}
`,
  )
  return conf
}

describeWith(['unbound', 'unbound-control', 'dig'], 'Unbound', () => {
  test('loads what the agent wrote, and follows', { timeout: 90_000 }, async () => {
    const lab = await openLab()
    const zone = join(lab.folder, 'phishing.rpz')
    const conf = configureUnbound(lab, `zonefile: "${zone}"`)
    const reload = [needsProgram('unbound-control'), '-c', conf, 'auth_zone_reload', ZONE]
    await expectBlocking(
      lab,
      {
        program: 'unbound',
        args: ['-d', '-c', conf],
        outputs: [{ format: 'rpz', path: zone, reload }],
      },
      { answers: RPZ_ANSWERS },
    )
  })

  test('loads the feed by its url, without an agent', { timeout: 90_000 }, async () => {
    const lab = await openLab()
    const feed = `${authority.url}/feeds/phishing/rpz`
    const conf = configureUnbound(lab, `url: "${feed}"\n  zonefile: "${join(lab.folder, 'copy')}"`)
    start(lab, { program: 'unbound', args: ['-d', '-c', conf], outputs: [] })
    expect(await digUntil(lab.port, 'bad.example', 'NXDOMAIN')).toBe('NXDOMAIN')
    for (const [name, answer] of Object.entries(RPZ_ANSWERS)) {
      expect(`${name} ${await dig(lab.port, name)}`).toBe(`${name} ${answer}`)
    }
    let seen = await serialOf(feed)
    await expectFollowing(lab, async () => {
      // What is published is served within a second.
      const isNewer = async (): Promise<boolean> => (await serialOf(feed)) > seen
      await expect.poll(isNewer, { timeout: 5000 }).toBe(true)
      seen = await serialOf(feed)
      const control = needsProgram('unbound-control')
      const child = spawn(control, ['-c', conf, 'auth_zone_transfer', ZONE], { stdio: 'ignore' })
      await new Promise((resolve) => child.once('exit', resolve))
    })
  })
})

describeWith(['pdns_recursor', 'rec_control', 'dig'], 'PowerDNS Recursor', () => {
  test('loads what the agent wrote, and follows', { timeout: 120_000 }, async () => {
    const lab = await openLab()
    const { folder, port, upstream } = lab
    const zone = join(folder, 'phishing.rpz')
    writeFileSync(
      join(folder, 'recursor.conf'),
      `local-address=127.0.0.1
local-port=${port}
socket-dir=${folder}
forward-zones-recurse=.=127.0.0.1:${upstream}
lua-config-file=${folder}/rpz.lua
dont-query=
dnssec=off
security-poll-suffix=
disable-packetcache=yes
`,
    )
    writeFileSync(join(folder, 'rpz.lua'), `rpzFile("${zone}", {policyName="phishing"})\n`)
    const reload = [needsProgram('rec_control'), `--socket-dir=${folder}`, 'reload-lua-config']
    await expectBlocking(
      lab,
      {
        program: 'pdns_recursor',
        args: [`--config-dir=${folder}`, '--daemon=no'],
        outputs: [{ format: 'rpz', path: zone, reload }],
      },
      { answers: RPZ_ANSWERS },
    )
  })
})

describeWith(['kresd', 'dig'], 'Knot Resolver', () => {
  test(
    'loads what the agent wrote, and notices the next file by itself',
    { timeout: 90_000 },
    async () => {
      const lab = await openLab()
      const { folder, port, upstream } = lab
      const zone = join(folder, 'phishing.rpz')
      mkdirSync(join(folder, 'run'))
      writeFileSync(
        join(folder, 'kresd.conf'),
        `net.listen('127.0.0.1', ${port})
cache.size = 10 * MB
trust_anchors.remove('.')
policy.add(policy.rpz(policy.DENY, '${zone}', true))
policy.add(policy.all(policy.STUB({ '127.0.0.1@${upstream}' })))
`,
      )
      await expectBlocking(
        lab,
        {
          program: 'kresd',
          args: ['-n', '-c', join(folder, 'kresd.conf'), join(folder, 'run')],
          outputs: [{ format: 'rpz', path: zone }],
        },
        { answers: RPZ_ANSWERS },
      )
    },
  )
})

describeWith(['dnsmasq', 'pkill', 'dig'], 'dnsmasq', () => {
  const args = ({ folder, port, upstream }: Lab, more: string): readonly string[] => [
    ...[
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--no-resolv',
      '--no-hosts',
      '--user=root',
    ],
    ...[`--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', '--cache-size=0'],
    ...[`--server=127.0.0.1#${upstream}`, `--pid-file=${folder}/pid`, more],
  ]
  const reload = (folder: string): readonly string[] => {
    return [needsProgram('pkill'), '-HUP', '--pidfile', join(folder, 'pid'), 'dnsmasq']
  }

  test('reads a servers-file again at SIGHUP', { timeout: 90_000 }, async () => {
    const lab = await openLab()
    const path = join(lab.folder, 'servers')
    await expectBlocking(
      lab,
      {
        program: 'dnsmasq',
        args: args(lab, `--servers-file=${path}`),
        outputs: [{ format: 'dnsmasq', path, reload: reload(lab.folder) }],
      },
      {
        // It can only say NXDOMAIN.
        answers: {
          ...RPZ_ANSWERS,
          'empty.example': 'NXDOMAIN',
          'stop.example': 'NXDOMAIN',
          'www.stop.example': 'NXDOMAIN',
        },
      },
    )
  })

  test('reads a hosts file again at SIGHUP', { timeout: 90_000 }, async () => {
    const lab = await openLab()
    const path = join(lab.folder, 'hosts')
    const outputs = [{ format: 'hosts', path, reload: reload(lab.folder) }]
    await openAgent(
      lab,
      outputs.map((output) => ({ ...output, reload: ['true'] })),
    )()
    start(lab, { program: 'dnsmasq', args: args(lab, `--addn-hosts=${path}`), outputs })
    const blocked = 'NOERROR 0.0.0.0'
    expect(await digUntil(lab.port, 'bad.example', blocked)).toBe(blocked)
    expect(await dig(lab.port, 'bad.example', 'AAAA')).toBe('NOERROR ::')
    expect(await dig(lab.port, 'host.example')).toBe(blocked)
    // A hosts file has single names only.
    expect(await dig(lab.port, 'www.below.example')).toBe(`NOERROR ${OPEN}`)
    expect(await dig(lab.port, 'good.example')).toBe(`NOERROR ${OPEN}`)
    const pull = openAgent(lab, outputs)
    await authority.run(
      'entry',
      'add',
      'phishing',
      'soon.example',
      '--kind',
      'host',
      '--reason',
      'test',
    )
    await authority.run('publish', 'phishing')
    await pull()
    expect(await dig(lab.port, 'soon.example')).not.toBe(`NOERROR ${OPEN}`)
    await authority.run(
      'entry',
      'retire',
      'phishing',
      'soon.example',
      '--reason',
      'cleaned',
      '--urgent',
    )
    await pull()
    expect(await digUntil(lab.port, 'soon.example', `NOERROR ${OPEN}`)).toBe(`NOERROR ${OPEN}`)
  })
})
