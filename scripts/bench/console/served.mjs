// An authority with a long list and a long history, served, and somebody signed in who may read and decide: for the benchmarks beside this file.
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openStore } from '../../../dist/store/open-store.js'
import { CLI, median } from '../lib.mjs'

/** A decision an hour, the last of them now. */
const HOUR_MS = 3_600_000
const PASSWORD = 'correct horse battery staple'
const SYLLABLES =
  'ba be ca co da do fa fi ga ha he ka ko la li ma mi na no pa po ra ri sa so ta te va vo web net pay shop bank log'.split(
    ' ',
  )

/** The same names on every machine; a few with labels in Unicode. */
export function nameOf(i) {
  let rest = (i * 2_654_435_761) % 4_294_967_296
  let text = ''
  for (let k = 0; k < 5; k++) {
    text += SYLLABLES[rest % SYLLABLES.length]
    rest = Math.floor(rest / SYLLABLES.length)
  }
  const label = i % 50 === 0 ? `xn--${text}-kva` : text
  return `${i % 5 === 0 ? 'www.' : ''}${label}${i}.${i % 3 === 0 ? 'test' : 'example'}`
}

function line(i) {
  return `${nameOf(i)}\tdomain\tnxdomain\t-\tREF\n`
}

/** The entry that is added and retired by every tenth decision in turn, where a history has one. */
export const OFTEN = 'often.example'
/** Who may fetch the list. */
export const SUBSCRIBER = 'isp-one'
const DAY_MS = 24 * HOUR_MS
const dayIn = (days) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)

/** Where a history has terms, entries end over a year, and every tenth decision is to be looked at again. */
function termsOf(i, hasTerms) {
  if (!hasTerms || i === 0) return { reviewOn: '2039-01-01', expiresOn: null }
  return { reviewOn: dayIn(i % 10 === 0 ? -1 : 400), expiresOn: dayIn(2 + (i % 365)) }
}

/**
 * Half of the entries come from one import, the others evenly from all other decisions; every tenth of these is published as a serial, unless
 * `isPublished` is false. The last decision is now, and one comes each `everyMs`.
 */
function fill(file, entries, decisions, { everyMs, isPublished, hasTerms }) {
  const store = openStore(file)
  const list = store.lists.find('bench').rowId
  const each = Math.floor(entries / 2 / (decisions - 1))
  let next = 0
  let total = 0
  let serial = 0
  const publish = (decision, added, at) => {
    const publication = {
      ...{ serial: serial + 1, state: '0'.repeat(64), entries: total, added, removed: 0, decision },
      ...{ definitionId: 1, publishedAt: at, override: null, actor: 'bench' },
    }
    const commit = { listRowId: list, publication, metadata: [], expectedSerial: serial }
    store.publications.commit(commit)
    serial++
  }
  store.write(() => {
    let since = 0
    let often = null
    for (let i = 0; i < decisions; i++) {
      const count = i === 0 ? entries - each * (decisions - 1) : each
      const lines = Array.from({ length: count }, () => line(next++))
      const isOften = hasTerms && i % 10 === 5
      const retired = isOften && often !== null ? [often] : []
      if (isOften && often === null) lines.push(`${OFTEN}\tdomain\tnxdomain\t-\tREF\n`)
      const at = new Date(Date.now() - (decisions - i) * everyMs)
      const decision = store.decisions.commit(
        {
          ...{ listRowId: list, act: 'import', reference: 'REF', category: '', reason: 'bench' },
          ...{ legalBasis: '', evidence: '', proposer: 'bench', decidedBy: 'bench' },
          ...{ decidedAt: at, urgent: false, ...termsOf(i, hasTerms) },
          ...{ added: lines.length, retired: retired.length, amended: 0 },
          ...{ source: null, override: null },
        },
        { added: [Buffer.from(lines.sort().join(''))], retired },
      )
      if (isOften) often = often === null ? store.entries.find(list, OFTEN)[0].rowId : null
      total += lines.length - retired.length
      since += lines.length
      // The last decisions wait for their serial.
      if (!isPublished || i % 10 !== 0) continue
      publish(decision, since, at)
      since = 0
    }
  })
  return store
}

/**
 * Makes the authority and starts its server; gives what to ask it with, and how to end it. `more` fills the store further, and what it gives is
 * `made`; with `watch`, a folder, each thread of the server writes there how long its loop was blocked (`watch-threads.mjs`).
 */
export async function openServed(
  entries,
  decisions,
  { everyMs = HOUR_MS, isPublished = true, hasTerms = false, terms = {}, more, watch } = {},
) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bailiwick-bench-'))
  const data = path.join(folder, 'var')
  const cli = (...args) =>
    execFileSync(process.execPath, [CLI, '--data', data, '--actor', 'anna', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  cli('init', '--insecure-plain-keys')
  const definition = { id: 'bench', title: 'Bench', authority: 'Bench', legalBasis: 'Act, art. 1' }
  fs.writeFileSync(path.join(folder, 'bench.json'), JSON.stringify({ ...definition, ...terms }))
  cli('list', 'apply', path.join(folder, 'bench.json'))
  cli('organisation', 'add', 'Bench', '--kind', 'cert')
  const people = ['--organisation', 'Bench', '--json', '--role']
  const { code } = JSON.parse(cli('user', 'add', 'anna', ...people, 'administrator', '--all-lists'))
  cli('user', 'role', 'give', 'anna', 'curator', '--list', 'bench')
  cli('subscriber', 'add', SUBSCRIBER, '--lists', 'bench')
  fs.writeFileSync(path.join(data, 'console.json'), JSON.stringify({ secondFactorRoles: [] }))
  const file = path.join(data, 'bailiwick.db')
  const started = performance.now()
  const store = fill(file, entries, decisions, { everyMs, isPublished, hasTerms })
  const made = more?.(store)
  store.close()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${entries} entries, ${decisions} decisions, made in ${seconds} s\n`)
  const running = await startServer(data, watch)
  let cookie = await signIn(running.url, { code })
  const get = async (at, { isAnonymous = false, status = 200 } = {}) => {
    const from = performance.now()
    const headers = isAnonymous ? {} : { cookie }
    const response = await fetch(running.url + at, { headers, redirect: 'manual' })
    const text = await response.text()
    const ms = performance.now() - from
    if (response.status !== status)
      throw new Error(`${at}: ${response.status} ${text.slice(0, 300)}`)
    return { ms, text, bytes: text.length }
  }
  return {
    ...{ get, file, cli, made },
    get url() {
      return running.url
    },
    get cookie() {
      return cookie
    },
    /** Ends the server, and starts it on the same folder: so it has remembered nothing. */
    restart: async () => {
      await running.stop()
      Object.assign(running, await startServer(data, watch))
      cookie = await signIn(running.url, {})
    },
    close: async () => {
      await running.stop()
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startServer(data, watch) {
  const args = [CLI, '--data', data, '--actor', 'anna', 'serve']
  const watching = new URL('./watch-threads.mjs', import.meta.url).href
  const server = spawn(process.execPath, [...args, '--http', '127.0.0.1:0', '--dns', 'none'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      ...(watch !== undefined && { NODE_OPTIONS: `--import ${watching}`, BENCH_WATCH: watch }),
    },
  })
  const url = await new Promise((resolve, reject) => {
    let out = ''
    server.once('exit', () => reject(new Error('the server has ended')))
    server.stdout.on('data', (chunk) => {
      out += chunk
      const [, found] = /serving (http\S+)/.exec(out) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  const stop = async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGTERM')
    await ended
  }
  return { url, stop }
}

/** As a browser does, after which what draws is loaded; with a code, the password is chosen first. */
async function signIn(url, { code }) {
  const post = async (at, body) => {
    const headers = { 'content-type': 'application/json', origin: url }
    const response = await fetch(url + at, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${at}: ${response.status} ${await response.text()}`)
    return response
  }
  await fetch(`${url}/console/sign-in`)
  if (code !== undefined) await post('/v1/session/invitation', { code, password: PASSWORD })
  const { headers } = await post('/v1/session', { user: 'anna', password: PASSWORD })
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

/** The median of so many answers in milliseconds, the longest, and the last answer. */
export async function timed(get, at, rounds = 7) {
  await get(at)
  const answers = []
  for (let round = 0; round < rounds; round++) answers.push(await get(at))
  const times = answers.map(({ ms }) => ms)
  return { ms: median(times), most: Math.max(...times), ...{ last: answers.at(-1) } }
}

/** What the sqlite3 shell itself says that a query took, the median of three. */
export function inShell(file, sql, rounds = 3) {
  const runs = Array.from({ length: rounds }, () => {
    const told = execFileSync('sqlite3', [file], {
      input: `.timer on\n.output /dev/null\n${sql};\n.output stdout\n${sql};\n`,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    const [, s] = /Run Time: real ([\d.]+)/.exec(told.slice(told.lastIndexOf('Run Time'))) ?? []
    return Number(s) * 1000
  })
  return median(runs)
}
