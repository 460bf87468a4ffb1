#!/usr/bin/env node
// An agent that follows a list of N entries by a delta of 1,000 changes, until the RPZ file is in place, beside what people do
// without one: curl of the whole RPZ file, and named-checkzone of it. And a pull that finds nothing new.
//
//   npm run build && node scripts/bench/agent.mjs [N]        N defaults to 1000000
//
// The list is imported from mixed-N.txt of gen.mjs, and served by `serve`. Each round decides 500 additions and 500 retirements,
// publishes them, and has the server make its RPZ file beforehand (none of it timed), so that curl waits for bytes alone.
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { CLI, DATA, race, report, runOnce } from './lib.mjs'

const N = Number(process.argv[2] ?? 1_000_000)
const CHANGES = 1000
const ZONE = 'bench.rpz.test'
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-agent-'))
const data = path.join(home, 'authority')
const AGENT = new URL('../../dist/main/agent-program.js', import.meta.url).pathname
const pull = `node ${AGENT} pull --config ${home}/agent.json`
const { withAuthority } = await import('../../dist/main/open-authority.js')
let round = 0
let serving = null

try {
  prepare()
  serving = await serve()
  configureAgent(serving.url)
  const feed = `${serving.url}/feeds/bench/rpz`
  await runOnce(`curl -sf -o /dev/null ${feed}`)
  const first = await runOnce(pull)
  console.log(
    `first pull, by snapshot: ${first.wall.toFixed(2)} s, ${first.peakMiB.toFixed(0)} MiB`,
  )
  const rows = await race([
    {
      label: 'curl + named-checkzone',
      command: `curl -sf -o ${home}/whole.rpz ${feed} && named-checkzone -q ${ZONE} ${home}/whole.rpz`,
      before: () => nextSerial(feed),
    },
    { label: 'curl alone', command: `curl -sf -o ${home}/whole.rpz ${feed}` },
    { label: 'agent pull, a delta', command: pull },
    { label: 'agent pull, nothing new', command: pull },
  ])
  if (!fs.readFileSync(`${home}/bench.rpz`).equals(fs.readFileSync(`${home}/whole.rpz`))) {
    throw new Error('expected both ways to end with the same file')
  }
  const { serial, entries } = status()
  report('agent', `a delta of ${CHANGES} changes on ${entries} entries`, rows, {
    entries,
    serial,
    rpzBytes: fs.statSync(`${home}/bench.rpz`).size,
    firstWall: first.wall,
    firstPeakMiB: first.peakMiB,
  })
  const times = rows[0].wall / rows[2].wall
  console.log(`the agent is ${times.toFixed(1)} times as fast as curl + named-checkzone`)
} finally {
  await serving?.stop()
  fs.rmSync(home, { recursive: true })
}

function prepare() {
  const input = path.join(DATA, `mixed-${N}.txt`)
  if (!fs.existsSync(input)) {
    execFileSync('node', [new URL('gen.mjs', import.meta.url).pathname, String(N)])
  }
  const definition = path.join(home, 'list.json')
  const guard = { maxGrowth: 1, maxShrink: 1 }
  const list = { id: 'bench', title: 'Bench', authority: 'Example CERT', guard }
  fs.writeFileSync(definition, JSON.stringify({ ...list, zone: { origin: ZONE } }))
  bailiwick('init', '--insecure-plain-keys')
  bailiwick('list', 'apply', definition)
  bailiwick('entry', 'import', 'bench', input, '--reason', 'bench')
  bailiwick('publish')
}

function bailiwick(...args) {
  return execFileSync('node', [CLI, '--data', data, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

async function serve() {
  const args = [
    CLI,
    '--data',
    data,
    'serve',
    '--http',
    '127.0.0.1:0',
    '--dns',
    'none',
    '--log-level',
    'error',
  ]
  const child = spawn('node', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => resolve(/http:\S+/.exec(String(text))[0]))
    child.once('exit', () => reject(new Error('serve has ended')))
  })
  return { url, stop: () => (child.kill('SIGTERM'), ended) }
}

function configureAgent(source) {
  const outputs = [{ format: 'rpz', path: `${home}/bench.rpz` }]
  const lists = [{ id: 'bench', outputs }]
  const config = { source, root: `${data}/root.json`, state: `${home}/state`, lists }
  fs.writeFileSync(path.join(home, 'agent.json'), JSON.stringify(config))
}

function status() {
  const shown = execFileSync('node', [AGENT, 'status', '--config', `${home}/agent.json`, '--json'])
  return JSON.parse(shown).lists[0]
}

/** Publishes the changes of a round and waits until the server has their RPZ file. */
async function nextSerial(feed) {
  await decide()
  const { serial } = JSON.parse(bailiwick('publish', '--json'))[0]
  for (let tries = 0; tries < 300; tries++) {
    const head = execFileSync('bash', ['-c', `curl -s ${feed} | head -n 8`]).toString()
    if (head.includes(`Serial: ${serial}\n`)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`expected the feed to come to serial ${serial}`)
}

async function decide() {
  round++
  await withAuthority(data, async ({ store }) => {
    const list = store.lists.find('bench')
    const step = Math.floor(N / CHANGES)
    const cut = store.decisions.lastDecision(list.rowId)
    const gone = [...store.publications.lines(list.rowId, cut)]
      .filter((_, i) => i % step === round % step)
      .slice(0, CHANGES / 2)
    const added = gone
      .map((line, i) => line.replace(/^[^\t]+/, (name) => `r${round}n${i}.${name.slice(0, 60)}`))
      .sort()
    const retired = gone.map((line) => {
      const [value, kind] = line.split('\t')
      return store.entries.find(list.rowId, value).find(({ entry }) => entry.kind === kind).rowId
    })
    store.decisions.commit(decisionOf(list.rowId, added.length, retired.length), {
      added: [Buffer.from(added.map((line) => `${line}\n`).join(''))],
      retired,
    })
  })
}

function decisionOf(listRowId, added, retired) {
  return {
    listRowId,
    act: 'mirror',
    reference: 'BENCH',
    reason: 'bench',
    category: '',
    legalBasis: '',
    evidence: '',
    reviewOn: null,
    expiresOn: null,
    source: null,
    override: null,
    proposer: 'bench',
    decidedBy: 'bench',
    decidedAt: new Date(),
    urgent: false,
    added,
    retired,
    amended: 0,
  }
}
