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

/** Half of the entries come from one import, the others evenly from all other decisions; every tenth of these is published as a serial. */
function fill(file, entries, decisions) {
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
    for (let i = 0; i < decisions; i++) {
      const count = i === 0 ? entries - each * (decisions - 1) : each
      const lines = Array.from({ length: count }, () => line(next++)).sort()
      const at = new Date(Date.now() - (decisions - i) * HOUR_MS)
      const decision = store.decisions.commit(
        {
          ...{ listRowId: list, act: 'import', reference: 'REF', category: '', reason: 'bench' },
          ...{ legalBasis: '', evidence: '', proposer: 'bench', decidedBy: 'bench' },
          ...{ decidedAt: at, urgent: false, reviewOn: '2039-01-01', expiresOn: null },
          ...{ added: count, retired: 0, amended: 0, source: null, override: null },
        },
        { added: [Buffer.from(lines.join(''))], retired: [] },
      )
      total += count
      since += count
      // The last decisions wait for their serial.
      if (i % 10 !== 0) continue
      publish(decision, since, at)
      since = 0
    }
  })
  store.close()
}

/** Makes the authority and starts its server; gives what to ask it with, and how to end it. */
export async function openServed(entries, decisions) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bailiwick-bench-'))
  const data = path.join(folder, 'var')
  const cli = (...args) =>
    execFileSync(process.execPath, [CLI, '--data', data, '--actor', 'anna', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  cli('init', '--insecure-plain-keys')
  const definition = { id: 'bench', title: 'Bench', authority: 'Bench', legalBasis: 'Act, art. 1' }
  fs.writeFileSync(path.join(folder, 'bench.json'), JSON.stringify(definition))
  cli('list', 'apply', path.join(folder, 'bench.json'))
  cli('organisation', 'add', 'Bench', '--kind', 'cert')
  const people = ['--organisation', 'Bench', '--json', '--role']
  const { code } = JSON.parse(cli('user', 'add', 'anna', ...people, 'administrator', '--all-lists'))
  cli('user', 'role', 'give', 'anna', 'curator', '--list', 'bench')
  fs.writeFileSync(path.join(data, 'console.json'), JSON.stringify({ secondFactorRoles: [] }))
  const file = path.join(data, 'bailiwick.db')
  const started = performance.now()
  fill(file, entries, decisions)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${entries} entries, ${decisions} decisions, made in ${seconds} s\n`)
  const args = [CLI, '--data', data, '--actor', 'anna', 'serve']
  const server = spawn(process.execPath, [...args, '--http', '127.0.0.1:0', '--dns', 'none'], {
    stdio: ['ignore', 'pipe', 'ignore'],
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
  const cookie = await signIn(url, code)
  const get = async (at) => {
    const from = performance.now()
    const response = await fetch(url + at, { headers: { cookie }, redirect: 'manual' })
    const text = await response.text()
    const ms = performance.now() - from
    if (response.status !== 200) throw new Error(`${at}: ${response.status} ${text.slice(0, 300)}`)
    return { ms, text, bytes: text.length }
  }
  return {
    ...{ get, file, cli, url, cookie },
    close: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGTERM')
      await ended
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function signIn(url, code) {
  const post = async (at, body) => {
    const headers = { 'content-type': 'application/json', origin: url }
    const response = await fetch(url + at, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${at}: ${response.status} ${await response.text()}`)
    return response
  }
  // As a browser does, after which what draws is loaded.
  await fetch(`${url}/console/sign-in`)
  await post('/v1/session/invitation', { code, password: PASSWORD })
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
