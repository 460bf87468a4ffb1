import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** A breach: the files that make it, and the rule that must name the first of them. */
interface Breach {
  readonly rule: string
  readonly why: string
  readonly files: Readonly<Record<string, string>>
}

const needs = (path: string): string => `import '${path}'\nexport const probe = 1\n`
const lends = (path: string): string => `export type { Probe } from '${path}'\n`

const BREACHES: readonly Breach[] = [
  breach('core-rooms', 'core knows no other room', 'core', '../formats/door.ts'),
  breach('core-packages', 'core takes no package but its own', 'core', 'undici'),
  breach('core-node', 'core reads no file', 'core', 'node:fs'),
  breach('core-node', 'core opens no connection', 'core', 'node:net'),
  breach('formats-rooms', 'formats knows core alone', 'formats', '../platform/door.ts'),
  breach('formats-packages', 'formats takes no package', 'formats', 'pino'),
  breach('formats-node', 'formats reads no file', 'formats', 'node:fs/promises'),
  breach('dns-rooms', 'dns knows no list', 'dns', '../formats/door.ts'),
  breach('dns-packages', 'dns takes no package', 'dns', 'undici'),
  breach('curation-rooms', 'curation does not see the store', 'curation', '../store/door.ts'),
  breach('curation-node', 'curation starts no program', 'curation', 'node:child_process'),
  breach('curation-packages', 'curation knows no SQL', 'curation', 'drizzle-orm'),
  breach('publish-rooms', 'publish does not see the platform', 'publish', '../platform/door.ts'),
  breach('publish-packages', 'publish knows no SQL', 'publish', 'better-sqlite3'),
  breach('publish-node', 'publish reads no file', 'publish', 'node:fs'),
  breach('publish-node', 'publish starts no worker', 'publish', 'node:worker_threads'),
  breach('distribute-rooms', 'distribute does not see the store', 'distribute', '../store/door.ts'),
  breach('distribute-packages', 'distribute fetches nothing', 'distribute', 'undici'),
  breach('console-rooms', 'the console does not see the store', 'console', '../store/door.ts'),
  breach('console-packages', 'the console knows no SQL', 'console', 'drizzle-orm'),
  breach(
    'openid-in-single-sign-on-alone',
    'not even the rest of the console',
    'console',
    'openid-client',
  ),
  breach('auth-in-sign-in-alone', 'not even the rest of the console', 'console', 'better-auth'),
  breach('webauthn-in-passkeys-alone', 'nor here', 'console', '@simplewebauthn/server'),
  breach('webauthn-when-needed', 'it is large', 'console', '@simplewebauthn/server'),
  breach('plots-in-one-folder', 'pages draw nothing themselves', 'console', 'linkedom'),
  breach('plots-when-needed', 'plots are loaded when somebody looks', 'console', 'linkedom'),
  breach('agent-rooms', 'the agent does not see main', 'agent', '../main/door.ts'),
  breach('agent-packages', 'the agent serves nothing', 'agent', 'hono'),
  breach('witness-rooms', 'a witness does not see the agent', 'witness', '../agent/door.ts'),
  breach('witness-packages', 'a witness fetches nothing', 'witness', 'undici'),
  breach('store-rooms', 'the store knows core alone', 'store', '../formats/door.ts'),
  breach('store-packages', 'the store speaks no HTTP', 'store', 'hono'),
  breach('platform-rooms', 'the platform knows no list', 'platform', '../formats/door.ts'),
  breach('platform-packages', 'only main knows cron', 'platform', 'node-cron'),
  breach('main-rooms', 'main knows the rooms of the table alone', 'main', '../helpers/drawer.ts'),
  breach('main-packages', 'main knows no SQL', 'main', 'drizzle-orm'),
  breach('stage-curation', 'stages do not meet', 'curation', '../publish/door.ts'),
  breach('stage-publish', 'stages do not meet', 'publish', '../distribute/door.ts'),
  breach('stage-distribute', 'stages do not meet', 'distribute', '../agent/door.ts'),
  breach('audit-rooms', 'an audit does not see main', 'audit', '../main/door.ts'),
  breach('audit-packages', 'an audit has a verifier of its own', 'audit', 'tuf-js'),
  breach('stage-audit', 'an audit shares no code with an agent', 'audit', '../agent/door.ts'),
  breach('stage-agent', 'stages do not meet', 'agent', '../curation/door.ts'),
  {
    rule: 'core-rooms',
    why: 'a type that crosses a wall is a breach too',
    files: { 'src/core/type-only.ts': lends('../store/door.ts') },
  },
  {
    rule: 'agent-reaches-authority',
    why: 'not even through a third file',
    files: {
      'src/main/agent-by-way.ts': needs('./harmless.ts'),
      'src/main/harmless.ts': needs('./deeper.ts'),
      'src/main/deeper.ts': "export const later = (): unknown => import('../store/door.ts')\n",
    },
  },
  {
    rule: 'agent-reaches-authority',
    why: 'nor the signing room',
    files: {
      'src/main/agent-signs.ts': needs('./signing.ts'),
      'src/main/signing.ts': needs('../publish/door.ts'),
    },
  },
  {
    rule: 'agent-reaches-database',
    why: 'the driver must not come along by any way',
    files: {
      'src/main/agent-driver.ts': needs('./driver.ts'),
      'src/main/driver.ts': needs('better-sqlite3'),
    },
  },
  {
    rule: 'dns-wire-pure',
    why: 'messages are read and written without a socket',
    files: { 'src/dns/wire/opens.ts': needs('node:net') },
  },
  {
    rule: 'dns-wire-pure',
    why: 'signing sees bytes and keys alone',
    files: { 'src/dns/tsig-opens.ts': needs('node:fs') },
  },
  {
    rule: 'edge-reaches-authority',
    why: 'an edge has no database, not even by a third file',
    files: {
      'src/main/edge-by-way.ts': needs('./edge-harmless.ts'),
      'src/main/edge-harmless.ts': needs('./edge-deeper.ts'),
      'src/main/edge-deeper.ts': "export const later = (): unknown => import('../store/door.ts')\n",
    },
  },
  {
    rule: 'edge-reaches-authority',
    why: 'an edge signs nothing',
    files: {
      'src/main/edge-signs.ts': needs('./serve-signing.ts'),
      'src/main/serve-signing.ts': lends('../publish/door.ts'),
    },
  },
  {
    rule: 'edge-reaches-authority',
    why: 'an edge decides nothing',
    files: {
      'src/main/edge-decides.ts': needs('./deciding.ts'),
      'src/main/deciding.ts': needs('../curation/door.ts'),
    },
  },
  {
    rule: 'server-client-reaches-database',
    why: 'the driver must not come to who asks a server by any way',
    files: {
      'src/main/proposals/server-deeds.ts': needs('../servers-driver.ts'),
      'src/main/servers-driver.ts': needs('drizzle-orm'),
    },
  },
  {
    rule: 'edge-reaches-database',
    why: 'the driver must not come to an edge by any way',
    files: {
      'src/main/edge-driver.ts': needs('./edges-driver.ts'),
      'src/main/edges-driver.ts': needs('drizzle-orm'),
    },
  },
  breach('pkcs11-in-one-file', 'no second way to a token', 'platform', 'pkcs11js'),
  {
    rule: 'pkcs11-when-needed',
    why: 'an optional package is not imported before it is needed',
    files: { 'src/platform/key-token/load-pkcs11js.ts': needs('pkcs11js') },
  },
  {
    rule: 'reader-reaches-token',
    why: 'an agent loads no module for tokens, not even by a third file',
    files: {
      'src/main/agent-key.ts': needs('./agents-key.ts'),
      'src/main/agents-key.ts': needs('../platform/key-token/load-pkcs11js.ts'),
    },
  },
  {
    rule: 'reader-reaches-token',
    why: 'nor does an edge',
    files: {
      'src/main/edge-key.ts': needs('./edges-key.ts'),
      'src/main/edges-key.ts': needs('../platform/key-token/load-pkcs11js.ts'),
    },
  },
  {
    rule: 'reader-reaches-token',
    why: 'nor does an audit',
    files: {
      'src/audit/key.ts': needs('../platform/key-token/load-pkcs11js.ts'),
    },
  },
  breach('curves-in-vrf-alone', 'no point outside of the VRF', 'core', '@noble/curves'),
  {
    rule: 'witness-reaches-authority',
    why: 'a witness signs for no list, not even by a third file',
    files: {
      'src/main/witness-by-way.ts': needs('./witness-harmless.ts'),
      'src/main/witness-harmless.ts': needs('./lists.ts'),
      'src/main/lists.ts': lends('../publish/door.ts'),
    },
  },
  {
    rule: 'witness-reaches-authority',
    why: 'nor does the room itself',
    files: { 'src/witness/stored.ts': needs('../store/door.ts') },
  },
  {
    rule: 'holder-reaches-database',
    why: 'who signs offline needs no authority, not even by a third file',
    files: {
      'src/main/key-holder.ts': needs('./key-harmless.ts'),
      'src/main/key-harmless.ts': needs('../store/door.ts'),
    },
  },
  {
    rule: 'witness-reaches-database',
    why: 'the driver must not come to a witness by any way',
    files: {
      'src/main/witness-driver.ts': needs('./witness-drivers.ts'),
      'src/main/witness-drivers.ts': needs('better-sqlite3'),
    },
  },
  {
    rule: 'audit-reaches-authority',
    why: 'an auditor has no database, not even by a third file',
    files: {
      'src/main/audit-by-way.ts': needs('./audit-harmless.ts'),
      'src/main/audit-harmless.ts': needs('./its-deeper.ts'),
      'src/main/its-deeper.ts': "export const later = (): unknown => import('../store/door.ts')\n",
    },
  },
  {
    rule: 'audit-reaches-authority',
    why: 'an auditor signs nothing',
    files: {
      'src/audit/signs.ts': needs('../platform/lends-signing.ts'),
      'src/platform/lends-signing.ts': lends('../publish/door.ts'),
    },
  },
  {
    rule: 'audit-reaches-authority',
    why: 'an auditor decides nothing',
    files: {
      'src/main/audit-decides.ts': needs('./its-decisions.ts'),
      'src/main/its-decisions.ts': needs('../curation/door.ts'),
    },
  },
  {
    rule: 'audit-reaches-authority',
    why: 'an auditor sees no console',
    files: {
      'src/main/audit-console.ts': needs('./its-console.ts'),
      'src/main/its-console.ts': needs('../console/door.ts'),
    },
  },
  {
    rule: 'audit-reaches-database',
    why: 'the driver must not come to an auditor by any way',
    files: {
      'src/main/audit-driver.ts': needs('./audits-driver.ts'),
      'src/main/audits-driver.ts': needs('better-sqlite3'),
    },
  },
  {
    rule: 'unknown-room',
    why: 'a room has a line in the table',
    files: { 'src/helpers/drawer.ts': needs('../core/door.ts') },
  },
  {
    rule: 'no-circles',
    why: 'two files that need each other',
    files: {
      'src/core/egg.ts': needs('./hen.ts'),
      'src/core/hen.ts': needs('./egg.ts'),
    },
  },
  breach('no-unresolvable', 'the file is not there', 'core', './gone.ts'),
  {
    rule: 'no-tests-in-source',
    why: 'tests are not shipped',
    files: {
      'src/main/with-test.ts': needs('../../test/support/clock.ts'),
      'test/support/clock.ts': 'export const clock = 1\n',
    },
  },
  breach('no-tools-in-source', 'what only builds is not shipped', 'main', 'typescript'),
]

/** What each room may do, all at once: none of it may be reported. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: ['node:crypto', 'tr46', 'tldts'],
  'core/vrf': ['../fine.ts', 'node:crypto', '@noble/curves'],
  formats: ['../core/door.ts'],
  dns: ['../core/door.ts', 'node:net', 'node:crypto'],
  curation: ['../core/door.ts', '../formats/door.ts'],
  publish: ['../core/door.ts', '../formats/door.ts', 'node:zlib', '@tufjs/canonical-json'],
  distribute: [
    ...['../core/door.ts', '../formats/door.ts', '../dns/door.ts', '../platform/door.ts'],
    ...['hono', 'node:http'],
  ],
  console: ['../core/door.ts', '../curation/door.ts', '../platform/door.ts', 'hono'],
  'console/sign-in': ['../fine.ts', 'better-auth'],
  'console/single-sign-on': ['../fine.ts', 'openid-client'],
  agent: ['../core/door.ts', '../formats/door.ts', '../platform/door.ts', 'tuf-js', 'node:fs'],
  audit: [
    ...['../core/door.ts', '../formats/door.ts', '../platform/door.ts'],
    ...['@tufjs/canonical-json', 'node:fs'],
  ],
  witness: ['../core/door.ts', '../platform/door.ts', 'node:fs', 'node:http'],
  store: ['../core/door.ts', 'better-sqlite3', 'drizzle-orm', 'node:fs'],
  platform: ['../core/door.ts', 'undici', 'pino', 'prom-client', 'node:fs'],
  main: ['../store/door.ts', '../publish/door.ts', '../agent/door.ts', 'node-cron', 'node:fs'],
}

const PACKAGES = [
  '@noble/curves',
  '@observablehq/plot',
  '@simplewebauthn/server',
  '@tufjs/canonical-json',
  'better-auth',
  'better-sqlite3',
  'drizzle-orm',
  'hono',
  'linkedom',
  'node-cron',
  'openid-client',
  'pino',
  'pkcs11js',
  'prom-client',
  'tldts',
  'tr46',
  'tuf-js',
  'undici',
]

let folder = ''
let found: ReadonlySet<string> = new Set()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rooms-'))
  for (const [room, paths] of Object.entries(ALLOWED)) {
    write(`src/${room}/door.ts`, 'export interface Probe { readonly probe: number }\n')
    write(`src/${room}/fine.ts`, paths.map((path) => `import '${path}'\n`).join(''))
  }
  for (const { files } of BREACHES) {
    for (const [path, text] of Object.entries(files)) write(path, text)
  }
  for (const name of [...PACKAGES, 'typescript']) writePackage(name)
  write('package.json', manifest())
  found = cruise()
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the walls', () => {
  test.each(BREACHES)('$rule: $why ($files)', ({ rule, files }) => {
    const [from = ''] = Object.keys(files)
    expect([...found]).toContain(`${rule} ${from}`)
  })

  test('let the allowed ways through', () => {
    expect([...found].filter((line) => line.endsWith('/fine.ts'))).toEqual([])
  })

  test('are each tried here', () => {
    const rules = spawnSync(
      process.execPath,
      ['-p', `require('./scripts/rooms.cjs').forbidden.map((rule) => rule.name).join(' ')`],
      { cwd: ROOT, encoding: 'utf8' },
    )
    const tried = BREACHES.map((one) => one.rule)
    expect(new Set(tried)).toEqual(new Set(rules.stdout.trim().split(' ')))
  })
})

function breach(rule: string, why: string, room: string, path: string): Breach {
  const name = `${rule}-${path.replaceAll(/[^a-z0-9]+/g, '-')}.ts`
  return { rule, why, files: { [`src/${room}/${name}`]: needs(path) } }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

function writePackage(name: string): void {
  write(`node_modules/${name}/package.json`, `{ "name": "${name}", "main": "main.js" }`)
  write(`node_modules/${name}/main.js`, 'module.exports = {}\n')
}

function manifest(): string {
  const dependencies = Object.fromEntries(PACKAGES.map((name) => [name, '*']))
  return JSON.stringify({ type: 'module', dependencies, devDependencies: { typescript: '*' } })
}

interface Cruise {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string
      readonly rule: { readonly name: string }
    }[]
  }
}

/** Every breach that dependency-cruiser reports in the fixture, as «rule file». */
function cruise(): ReadonlySet<string> {
  const depcruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const args = ['--config', join(ROOT, 'scripts/rooms.cjs'), '--output-type', 'json', 'src']
  const run = spawnSync(process.execPath, [depcruise, ...args], { cwd: folder, encoding: 'utf8' })
  if (run.stdout === '') throw new Error(run.stderr)
  const { summary } = JSON.parse(run.stdout) as Cruise
  return new Set(summary.violations.map(({ rule, from }) => `${rule.name} ${from}`))
}
