'use strict'

/**
 * The rooms and their doors (`docs/architecture.md`): who may import whom, which packages and which
 * modules of Node each room may use, and what must not even be reachable. `npm run rooms` fails on
 * any breach; `test/unit/house/rooms.test.ts` tries every rule with a deliberate one.
 */

const MODULES = '(^|/)node_modules/'

/** What each room may use. A room that is missing here may not exist under `src/`. */
const ROOMS = {
  core: { rooms: [], packages: ['tr46', 'tldts', '@noble/curves'], node: ['crypto'] },
  formats: { rooms: ['core'], packages: [], node: ['zlib'] },
  dns: { rooms: ['core'], packages: [] },
  curation: { rooms: ['core', 'formats'], packages: [], node: [] },
  publish: {
    rooms: ['core', 'formats'],
    packages: ['@tufjs/canonical-json'],
    node: ['crypto', 'zlib'],
  },
  distribute: { rooms: ['core', 'formats', 'dns', 'platform'], packages: ['hono'] },
  console: {
    rooms: ['core', 'curation', 'platform'],
    packages: [
      ...['hono', 'better-auth', 'openid-client', '@simplewebauthn/server'],
      ...['@observablehq/plot', 'linkedom'],
    ],
  },
  agent: {
    rooms: ['core', 'formats', 'platform'],
    packages: ['tuf-js', '@tufjs/canonical-json'],
  },
  audit: { rooms: ['core', 'formats', 'platform'], packages: ['@tufjs/canonical-json'] },
  witness: { rooms: ['core', 'platform'], packages: [] },
  store: { rooms: ['core'], packages: ['better-sqlite3', 'drizzle-orm'] },
  platform: {
    rooms: ['core'],
    packages: ['undici', 'pino', 'prom-client', 'hono', 'ajv', 'pkcs11js'],
  },
  main: {
    rooms: [
      ...['core', 'formats', 'dns', 'curation', 'publish'],
      ...['distribute', 'console', 'agent', 'audit', 'witness', 'store', 'platform'],
    ],
    packages: ['node-cron', '@hono/node-server', 'hono', 'commander'],
  },
}

/** Stages meet in stored data; none of them may import another. */
const STAGES = ['curation', 'publish', 'distribute', 'agent', 'audit']

/** What an agent must not reach: it installs without a database driver and without a signing key. */
const AUTHORITY = ['store', 'publish', 'curation', 'console']

/** The agent room, and its programs in main: `agent.ts`, `agent-pull.ts`, … */
const AGENT_PROGRAM = '^src/(agent/|main/agent)'

/** An edge stands outside, where anybody may take it: it holds no key, no decision and no database. */
const EDGE_PROGRAM = '^src/main/edge'

/** An auditor distrusts us: his program works from published bytes, and from nothing that only we have. */
const AUDIT_PROGRAM = '^src/(audit/|main/audit)'
/** A witness watches authorities: it may have nothing in common with one. */
const WITNESS_PROGRAM = '^src/(witness/|main/witness)'

/** A holder of keys signs on a machine where no authority is. */
const HOLDER_PROGRAM = '^src/main/key-holder'

/** What commands ask a server with, of which they know the address alone. */
const SERVER_CLIENT = '^src/(platform/api-client|main/(with-server|.*server-deeds))'

const anyOf = (names) => `(${names.map((name) => name.replace('/', '[/]')).join('|')})`
const roomsPath = (names) => `^src/${anyOf(names)}/`
const packagesPath = (names) => `${MODULES}(@types/)?${anyOf(names)}/`

function roomRules([room, door]) {
  const from = { path: `^src/${room}/` }
  const rules = [
    {
      name: `${room}-rooms`,
      comment: `${room} may import ${door.rooms.join(', ') || 'nothing'} of ours`,
      severity: 'error',
      from,
      to: { path: '^src/', pathNot: roomsPath([room, ...door.rooms]) },
    },
    {
      name: `${room}-packages`,
      comment: `${room} may use ${door.packages.join(', ') || 'no package'}`,
      severity: 'error',
      from,
      to: {
        path: MODULES,
        ...(door.packages.length > 0 && { pathNot: packagesPath(door.packages) }),
      },
    },
  ]
  if (door.node) {
    rules.push({
      name: `${room}-node`,
      comment: `${room} is pure: of Node it may use ${door.node.join(', ') || 'nothing'}`,
      severity: 'error',
      from,
      to: {
        dependencyTypes: ['core'],
        ...(door.node.length > 0 && { pathNot: `^(node:)?${anyOf(door.node)}$` }),
      },
    })
  }
  return rules
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(ROOMS).flatMap(roomRules),
    {
      name: 'dns-wire-pure',
      comment: 'DNS messages and their signatures are bytes and keys: no socket, no clock',
      severity: 'error',
      from: { path: '^src/dns/(wire/|tsig)' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'curves-in-vrf-alone',
      comment: 'points and scalars are handled in one folder; signatures are made by node:crypto',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/vrf/' },
      to: { path: packagesPath(['@noble/curves', '@noble/hashes']) },
    },
    {
      name: 'pkcs11-in-one-file',
      comment: 'foreign native code is loaded in one place, and only where a key lies in a token',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/key-token/load-pkcs11js[.]ts$' },
      to: { path: packagesPath(['pkcs11js']) },
    },
    {
      name: 'pkcs11-when-needed',
      comment: 'it is an optional package: whoever has no key in a token starts without it',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: packagesPath(['pkcs11js']), dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'reader-reaches-token',
      comment: 'agents, edges and audits hold no key, so they load no PKCS #11 module',
      severity: 'error',
      from: { path: [AGENT_PROGRAM, EDGE_PROGRAM, AUDIT_PROGRAM].join('|') },
      to: { path: packagesPath(['pkcs11js']), reachable: true },
    },
    {
      name: 'auth-in-sign-in-alone',
      comment: 'who signs in, and how, is asked in one folder, which hands out functions of ours',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/sign-in/' },
      to: { path: packagesPath(['better-auth', '@better-auth']) },
    },
    {
      name: 'webauthn-in-passkeys-alone',
      comment:
        'what passkeys sign is verified in one folder, and its library is loaded when one does',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/passkeys/' },
      to: { path: packagesPath(['@simplewebauthn']) },
    },
    {
      name: 'webauthn-when-needed',
      comment: 'a server whose people have no passkeys has none of it in memory',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: packagesPath(['@simplewebauthn']),
        dependencyTypesNot: ['dynamic-import', 'type-only', 'type-import'],
      },
    },
    {
      name: 'openid-in-single-sign-on-alone',
      comment:
        'what another says of who signs in is believed in one folder, which hands out functions of ours',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/single-sign-on/' },
      to: { path: packagesPath(['openid-client', 'oauth4webapi', 'jose']) },
    },
    {
      name: 'plots-in-one-folder',
      comment: 'what draws is large, and loaded when somebody looks at a plot',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/plots/' },
      to: { path: packagesPath(['@observablehq', 'linkedom']) },
    },
    {
      name: 'plots-when-needed',
      comment: 'a server that nobody looks at has no plots in memory',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: packagesPath(['@observablehq', 'linkedom']),
        dependencyTypesNot: ['dynamic-import', 'type-only', 'type-import'],
      },
    },
    {
      name: 'unknown-room',
      comment: 'a new room needs a line in this table, and an ADR',
      severity: 'error',
      from: { path: '^src/', pathNot: roomsPath(Object.keys(ROOMS)) },
      to: {},
    },
    ...STAGES.map((stage) => ({
      name: `stage-${stage}`,
      comment: 'stages meet in stored data, not in calls',
      severity: 'error',
      from: { path: `^src/${stage}/` },
      to: { path: roomsPath(STAGES.filter((other) => other !== stage)) },
    })),
    {
      name: 'agent-reaches-authority',
      comment: 'the agent works from published bytes alone, on a host without our database',
      severity: 'error',
      from: { path: AGENT_PROGRAM },
      to: { path: roomsPath(AUTHORITY), reachable: true },
    },
    {
      name: 'agent-reaches-database',
      comment: 'an agent must install and run without a database driver',
      severity: 'error',
      from: { path: AGENT_PROGRAM },
      to: { path: packagesPath(['better-sqlite3', 'drizzle-orm']), reachable: true },
    },
    {
      name: 'server-client-reaches-database',
      comment: 'commands that ask a server work where there is no database',
      severity: 'error',
      from: { path: SERVER_CLIENT },
      to: { path: packagesPath(['better-sqlite3', 'drizzle-orm']), reachable: true },
    },
    {
      name: 'edge-reaches-authority',
      comment: 'an edge serves published bytes alone, on a host without our database and our keys',
      severity: 'error',
      from: { path: EDGE_PROGRAM },
      to: { path: roomsPath(AUTHORITY), reachable: true },
    },
    {
      name: 'edge-reaches-database',
      comment: 'an edge must install and run without a database driver',
      severity: 'error',
      from: { path: EDGE_PROGRAM },
      to: { path: packagesPath(['better-sqlite3', 'drizzle-orm']), reachable: true },
    },
    {
      name: 'audit-reaches-authority',
      comment:
        'an auditor checks published bytes alone, by a program that holds no key and no decision',
      severity: 'error',
      from: { path: AUDIT_PROGRAM },
      to: { path: roomsPath(AUTHORITY), reachable: true },
    },
    {
      name: 'audit-reaches-database',
      comment: 'an audit must install and run without a database driver',
      severity: 'error',
      from: { path: AUDIT_PROGRAM },
      to: { path: packagesPath(['better-sqlite3', 'drizzle-orm']), reachable: true },
    },
    {
      name: 'witness-reaches-authority',
      comment: 'a witness knows notes and proofs alone, on a host of somebody else',
      severity: 'error',
      from: { path: WITNESS_PROGRAM },
      to: { path: roomsPath(AUTHORITY), reachable: true },
    },
    {
      name: 'witness-reaches-database',
      comment: 'a witness must install and run without a database driver',
      severity: 'error',
      from: { path: WITNESS_PROGRAM },
      to: { path: packagesPath(['better-sqlite3', 'drizzle-orm']), reachable: true },
    },
    {
      name: 'holder-reaches-database',
      comment: 'a holder of keys needs no database and no network',
      severity: 'error',
      from: { path: HOLDER_PROGRAM },
      to: {
        path: `(${packagesPath(['better-sqlite3', 'drizzle-orm', 'undici'])})|(${roomsPath(['store'])})`,
        reachable: true,
      },
    },
    {
      name: 'no-circles',
      comment: 'two files that need each other are one file, or three',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'the import names nothing that is there',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-tools-in-source',
      comment: 'what ships may not need what only builds or tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-tests-in-source',
      comment: 'what ships may not import tests or scripts',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts)/' },
    },
  ],
  options: {
    doNotFollow: { path: MODULES },
    // A type that crosses a wall is a breach too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
}

// For the test that keeps docs/architecture.md equal to this table; not enumerable, because
// dependency-cruiser takes every other key for a setting.
Object.defineProperty(module.exports, 'ROOMS', { value: ROOMS, enumerable: false })
