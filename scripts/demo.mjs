#!/usr/bin/env node
/**
 * `npm run demo`: the whole way from a decision to a resolver that blocks, on one machine, on loopback, with
 * reserved names. Every command is printed before it runs, as a user would type it.
 *
 *   npm run demo                          runs, shows, stops what it started; the files stay
 *   npm run demo -- --keep                leaves authority, agent and resolver running
 *   npm run demo -- --stop                stops what --keep left
 *   npm run demo -- --resolver named      takes BIND (default: unbound, else named; none: neither)
 *   npm run demo -- --dir FOLDER          puts its files there (default: var/demo)
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { tamper, witnessTheLog } from './demo-audit.mjs'
import {
  addPeople,
  appealOnce,
  approveFirst,
  PASSWORD,
  PEOPLE,
  proposeSome,
  TOGETHER,
  writeConsoleConfig,
} from './demo-console.mjs'
import { writeUpstreamLists } from './demo-lists.mjs'
import { OPEN_ADDRESS, ask, freePort, startResolver, transferOptions } from './demo-resolver.mjs'
import { build, installNodePackages } from './node-packages.mjs'
import { findProgram, installSystemPackages } from './system-packages.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const DEFAULT_DIR = join(ROOT, 'var/demo')
const { values: options } = parseArgs({
  options: {
    dir: { type: 'string', default: DEFAULT_DIR },
    keep: { type: 'boolean', default: false },
    resolver: { type: 'string' },
    stop: { type: 'boolean', default: false },
  },
})
const DIR = resolve(options.dir)
const AUTHORITY = join(DIR, 'authority')
const HOST = join(DIR, 'resolver')
const BY_TRANSFER = join(DIR, 'by-transfer')
const RUNNING = join(DIR, 'running.json')
const CLI = join(ROOT, 'dist/main/bailiwick.js')

/** The two lists: one for everybody, one for subscribers alone. */
const PUBLIC = 'phishing'
const RESTRICTED = 'court-orders'
const LISTED = 'login-0042.bank-0042.example'
const STOPPED = 'cdn-0001.payload-0001.test'
const ADDED = 'new-today.bank-0007.example'
const LATER = 'at-noon.bank-0007.example'
const WITNESSED = 'tonight.bank-0007.example'

const children = []
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop(signal))

try {
  if (options.stop) stopKept()
  else await demo()
} catch (error) {
  console.error(`\ndemo: ${error.message}`)
  process.exitCode = 1
} finally {
  if (!options.keep || process.exitCode) await stopChildren()
}

async function demo() {
  installNodePackages(ROOT)
  build(ROOT)
  seeToResolver()
  prepareFolder()
  console.log(`In what follows, bailiwick is «node ${relative(process.cwd(), CLI)}», run with
  BAILIWICK_DATA=${AUTHORITY}`)
  makeAuthority()
  importLists()
  const { source, primary } = await serve()
  const resolver = await startResolver({
    folder: HOST,
    origins: [origin(PUBLIC), origin(RESTRICTED)],
    wanted: options.resolver,
    detached: options.keep,
  })
  if (resolver) children.push(resolver.child)
  await beforeTheAgent(resolver)
  await firstPull(source, resolver)
  await changeAndPull(resolver)
  const secondary = await transferAndFollow(primary)
  await witnessAndAudit()
  await decideTogether(source, resolver)
  if (options.keep) keepAgent()
  closing(source, resolver, secondary)
}

function seeToResolver() {
  if (['unbound', 'named'].some(findProgram) && findProgram('dig')) return
  const missing = installSystemPackages(['unbound', 'bind9-dnsutils'])
  for (const peer of missing) console.warn(`${peer.package} is not here: ${peer.for} goes unseen`)
}

function prepareFolder() {
  if (existsSync(RUNNING)) throw new Error('it still runs: npm run demo -- --stop')
  const marker = join(DIR, 'made-by-demo')
  if (existsSync(DIR) && !existsSync(marker)) throw new Error(`${DIR} is not a folder of the demo`)
  rmSync(DIR, { recursive: true, force: true })
  mkdirSync(HOST, { recursive: true })
  writeFileSync(marker, 'npm run demo removes this folder when it starts\n')
}

function makeAuthority() {
  title('An authority')
  note('Keys lie unencrypted here, so that nothing is asked: only a demo does that.')
  bailiwick('init', '--authority', 'Example CERT', '--insecure-plain-keys')
  bailiwick('list', 'apply', `lists/${PUBLIC}.json`, `lists/${RESTRICTED}.json`)
  writeConsoleConfig(AUTHORITY)
}

function importLists() {
  title('Lists come in')
  const domains = join(DIR, 'upstream-domains.txt')
  const adblock = join(DIR, 'upstream-adblock.txt')
  writeUpstreamLists({ domains, adblock })
  bailiwick('entry', 'import', PUBLIC, domains, '--reason', 'reported by banks')
  bailiwick('entry', 'import', RESTRICTED, adblock, '--reason', 'order 17/2026')
  bailiwick('publish')
}

async function serve() {
  title('The authority serves')
  const port = await freePort()
  const primary = `127.0.0.1:${await freePort()}`
  const args = ['serve', '--http', `127.0.0.1:${port}`, '--dns', primary]
  background('authority.log', args)
  const source = `http://127.0.0.1:${port}`
  for (let i = 0; i < 100; i++) {
    const ready = await fetch(`${source}/readyz`).catch(() => null)
    if (ready?.ok) return { source, primary }
    await wait(100)
  }
  throw new Error(`the authority doesn't answer: see ${join(DIR, 'authority.log')}`)
}

async function beforeTheAgent(resolver) {
  if (resolver === null) {
    note('No Unbound and no BIND here: the files that the agent writes are shown instead.')
    return
  }
  title(`A resolver (${resolver.name}) that knows no list yet`)
  await dig(resolver, LISTED, OPEN_ADDRESS)
}

async function firstPull(source, resolver) {
  title("On the resolver's host: root.json and a token, by hand, once; then the agent")
  copyFileSync(join(AUTHORITY, 'root.json'), join(HOST, 'root.json'))
  const { token } = JSON.parse(
    bailiwick('subscriber', 'add', 'example-isp', '--lists', RESTRICTED, '--json'),
  )
  writeFileSync(join(HOST, 'token'), `${token}\n`, { mode: 0o600 })
  writeFileSync(join(HOST, 'agent.json'), JSON.stringify(agentConfig(source, resolver), null, 2))
  bailiwick('agent', 'pull', '--config', join(HOST, 'agent.json'))
  if (resolver === null) return show(join(HOST, origin(PUBLIC)), LISTED)
  await dig(resolver, LISTED, 'NXDOMAIN')
  await dig(resolver, STOPPED, definition(RESTRICTED).action.to[0])
  await dig(resolver, 'www.bank.example', OPEN_ADDRESS)
}

async function changeAndPull(resolver) {
  title('A mistake is put right, and a new name comes in: serial 2, by a delta')
  bailiwick('entry', 'retire', PUBLIC, LISTED, '--reason', 'belongs to the bank itself')
  bailiwick('entry', 'add', PUBLIC, ADDED, '--kind', 'domain', '--reason', 'reported today')
  bailiwick('publish', PUBLIC)
  bailiwick('diff', PUBLIC, '1', '2')
  bailiwick('agent', 'pull', '--config', join(HOST, 'agent.json'))
  bailiwick('agent', 'status', '--config', join(HOST, 'agent.json'))
  if (resolver === null) return show(join(HOST, origin(PUBLIC)), ADDED)
  await dig(resolver, LISTED, OPEN_ADDRESS)
  await dig(resolver, ADDED, 'NXDOMAIN')
}

/** A second resolver, which takes the lists over DNS; null where there is none to start. */
async function transferAndFollow(primary) {
  const as = transferOptions(options.resolver)
  if (as === null) return null
  title('Another resolver, with nothing of ours on its host: it takes the lists by zone transfer')
  const port = await freePort()
  const lists = ['--lists', `${PUBLIC},${RESTRICTED}`]
  const where = ['--primary', primary, '--notify', `127.0.0.1:${port}`]
  const printed = bailiwick('subscriber', 'add', 'another-isp', ...lists, ...where, ...as)
  const resolver = await startResolver({
    folder: BY_TRANSFER,
    transfer: printed.slice(printed.search(/^(#|\/\/) Lists for /m)),
    port,
    wanted: options.resolver,
    detached: options.keep,
  })
  children.push(resolver.child)
  note(`That stands in the configuration of ${resolver.name} now, and it runs.`)
  await dig(resolver, ADDED, 'NXDOMAIN')
  await dig(resolver, STOPPED, definition(RESTRICTED).action.to[0])
  bailiwick('entry', 'add', PUBLIC, LATER, '--kind', 'domain', '--reason', 'reported at noon')
  bailiwick('publish', PUBLIC)
  note('It is told (NOTIFY), asks for the difference (IXFR), and blocks:')
  await dig(resolver, LATER, 'NXDOMAIN')
  bailiwick('subscriber', 'show', 'another-isp')
  return resolver
}

async function witnessAndAudit() {
  title(
    'Somebody else sees to it that the authority shows everybody the same: a witness signs its log',
  )
  const folder = join(DIR, 'witness')
  await witnessTheLog({ folder, port: await freePort(), run: bailiwick, background })
  note('From now on nothing is seen before the witness has signed.')
  bailiwick('entry', 'add', PUBLIC, WITNESSED, '--kind', 'domain', '--reason', 'reported tonight')
  bailiwick('publish', PUBLIC)
  bailiwick('log', 'show')
  bailiwick('agent', 'pull', '--config', join(HOST, 'agent.json'))
  title(
    'An auditor believes nobody: everything again from the published bytes, and then with one of them turned',
  )
  const published = join(AUTHORITY, 'published')
  bailiwick('audit', 'verify', published)
  const copy = join(DIR, 'tampered')
  note(`A byte of ${relative(process.cwd(), tamper(published, copy))} is another now:`)
  found('audit', 'verify', copy)
}

async function decideTogether(source, resolver) {
  title('Two organisations decide together: from now on nothing is listed by one person alone')
  const both = { list: PUBLIC, source, run: bailiwick }
  await addPeople({ ...both, folder: DIR, definition: definition(PUBLIC) })
  proposeSome(both)
  note('A slip is stopped before anybody can approve it:')
  found(
    ...['--actor', 'bela', 'entry', 'add', PUBLIC, 'bank.example'],
    ...['--reason', 'meant was login.bank.example'],
  )
  note(
    "The other organisation's approver, by the API; in the console it is a button beside what would be different.",
  )
  await approveFirst(both)
  bailiwick('--actor', 'dora', 'publish', PUBLIC)
  bailiwick('agent', 'pull', '--config', join(HOST, 'agent.json'))
  if (resolver !== null) await dig(resolver, TOGETHER, 'NXDOMAIN')
  bailiwick('decision', 'ls', '--open')
  note(
    'Somebody whose name is listed appeals, without an account, and is told the same as if it were not:',
  )
  await appealOnce(source)
  bailiwick('--actor', 'bela', 'appeal', 'ls')
}

function agentConfig(source, resolver) {
  const checkzone = findProgram('named-checkzone')
  return {
    source,
    tokenFile: 'token',
    root: 'root.json',
    state: 'agent',
    schedule: '*/5 * * * * *',
    jitterSeconds: 0,
    lists: [PUBLIC, RESTRICTED].map((id) => ({
      id,
      outputs: [
        {
          format: 'rpz',
          path: origin(id),
          ...(checkzone && { check: [checkzone, '-q', origin(id), '{file}'] }),
          ...(resolver && { reload: resolver.reload(origin(id)) }),
        },
      ],
    })),
  }
}

function keepAgent() {
  title('The agent as a daemon')
  background('agent.log', ['agent', 'run', '--config', join(HOST, 'agent.json')])
  for (const child of children) child.unref()
  writeFileSync(RUNNING, JSON.stringify(children.map((child) => child.pid)))
}

function closing(source, resolver, secondary) {
  title('Where everything lies')
  console.log(`
  ${AUTHORITY}
      bailiwick.db    every decision, with who and why
      keys/           the signing keys (unencrypted: this is a demo)
      published/      what anybody may fetch: plain files
      published/log/  everything that was ever signed, in one log
  ${HOST}
      agent.json      the agent's configuration
      agent/          its last good lists
      ${origin(PUBLIC)}    what ${resolver?.name ?? 'a resolver'} loads${
        secondary === null ? '' : `\n  ${BY_TRANSFER}\n      the resolver that is fed by transfer`
      }`)
  if (!options.keep) {
    console.log(`
  It stops here. To leave it running, and to play with it:  npm run demo -- --keep
  For a list and a resolver of your own, go on with README.md, «Your own list».`)
    return
  }
  console.log(`
  It runs: authority ${source}${resolver ? `, ${resolver.name} 127.0.0.1:${resolver.port}, by transfer 127.0.0.1:${secondary.port}` : ''}; the agent pulls every five seconds. To try:

      ${source}/console      the console, in a browser: sign in as one of ${PEOPLE.map(({ name, role }) => `${name} (${role})`).join(', ')}, with the password «${PASSWORD}»

      export BAILIWICK_DATA=${AUTHORITY}
      alias bailiwick='node ${CLI}'
      bailiwick --actor bela entry add ${PUBLIC} my-own.example --reason "let us see"
      bailiwick --actor cleo decision approve p…      # the id that it printed
      bailiwick --actor dora publish ${PUBLIC}
      dig @127.0.0.1 -p ${secondary?.port ?? 53} my-own.example              # by transfer: at once
      sleep 6; dig @127.0.0.1 -p ${resolver?.port ?? 53} my-own.example      # by the agent
      bailiwick entry show my-own.example
      curl -s ${source}/feeds/${PUBLIC}/hosts | head
      npm run demo -- ${options.dir === DEFAULT_DIR ? '' : `--dir ${printArgument(DIR)} `}--stop`)
}

/** Runs one command to its end and prints both; throws unless it succeeds. */
function bailiwick(...args) {
  return runToEnd(args, 0)
}

/** The same, for a check that is to find something. */
function found(...args) {
  return runToEnd(args, 1)
}

function runToEnd(args, expected) {
  console.log(`\n  $ bailiwick ${args.map(printArgument).join(' ')}`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: environment(),
  })
  process.stdout.write(indent(stdout + stderr))
  if (status !== expected)
    throw new Error(`bailiwick ${args.slice(0, 2).join(' ')} ended with ${status}`)
  return stdout
}

function background(log, args) {
  console.log(`\n  $ bailiwick ${args.map(printArgument).join(' ')} &`)
  const out = openSync(join(DIR, log), 'a')
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    env: environment(),
    detached: options.keep,
    stdio: ['ignore', out, out],
  })
  children.push(child)
}

function environment() {
  return { ...process.env, BAILIWICK_DATA: AUTHORITY, BAILIWICK_ACTOR: 'curator@cert.example' }
}

/**
 * Asks the resolver, prints the answer, and throws when it isn't the one that the demo is about. A resolver
 * may load a file a moment after it was told to, so a different answer is asked for again.
 */
async function dig(resolver, name, expected) {
  let { command, answer } = askOnce(resolver, name)
  for (let i = 0; i < 100 && answer !== expected; i++) {
    await wait(100)
    answer = askOnce(resolver, name).answer
  }
  console.log(`\n  $ ${command.join(' ')}`)
  console.log(`    ${answer}   ${meaning(answer)}`)
  if (answer !== expected) throw new Error(`expected ${expected} for ${name}, got ${answer}`)
}

function meaning(answer) {
  if (answer === 'NXDOMAIN') return 'blocked'
  return answer === OPEN_ADDRESS ? 'not blocked' : 'sent to the stop page'
}

function askOnce(resolver, name) {
  const { command, status, addresses } = ask(resolver, name)
  return { command, answer: status === 'NOERROR' ? addresses.join(' ') : status }
}

function show(file, name) {
  console.log(`\n  $ grep ${name} ${file}`)
  const lines = readFileSync(file, 'utf8').split('\n')
  process.stdout.write(indent(lines.filter((line) => line.includes(name)).join('\n') + '\n'))
}

function origin(id) {
  return definition(id).zone.origin
}

function definition(id) {
  return JSON.parse(readFileSync(join(ROOT, `lists/${id}.json`), 'utf8'))
}

function printArgument(arg) {
  const near = relative(process.cwd(), arg)
  const short = arg.startsWith(DIR) && !near.startsWith('..') ? near : arg
  return /^[\w@%+=:,./-]+$/.test(short) ? short : JSON.stringify(short)
}

function title(text) {
  console.log(`\n\n── ${text}`)
}

function note(text) {
  console.log(`   ${text}`)
}

function indent(text) {
  return text.replaceAll(/^(?=.)/gm, '    ')
}

async function stopChildren() {
  for (const child of children) child.kill('SIGTERM')
  for (let i = 0; i < 100 && children.some(isAlive); i++) await wait(100)
  for (const child of children.filter(isAlive)) child.kill('SIGKILL')
}

function isAlive({ exitCode, signalCode }) {
  return exitCode === null && signalCode === null
}

async function stop(signal) {
  await stopChildren()
  process.kill(process.pid, signal)
}

/** A number may belong to another process by now, so each is asked for its command line first. */
function stopKept() {
  if (!existsSync(RUNNING)) throw new Error(`nothing of the demo runs in ${DIR}`)
  for (const pid of JSON.parse(readFileSync(RUNNING, 'utf8'))) {
    const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', `${pid}`], { encoding: 'utf8' })
    if (![DIR, CLI].some((mine) => stdout?.includes(mine))) continue
    process.kill(pid)
    console.log(`stopped ${pid}: ${stdout.trim()}`)
  }
  rmSync(RUNNING)
}
