#!/usr/bin/env node
// Publishing 1,000 changes on a list of N entries, until an agent can fetch them, beside the least that must be
// done to the same bytes: the old lines merged with the changes, and hashed.
//
//   npm run build && node scripts/bench/publish.mjs [N]        N defaults to 1000000
//
// The list is imported from mixed-N.txt of gen.mjs. Each round decides 500 additions and 500 retirements
// (not timed) and then publishes them by the command line, node's start and the passphrase's derivation
// included. The second line does the same in a process that runs already, as serve does.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { CLI, DATA, median, race, report, runOnce } from './lib.mjs'

const N = Number(process.argv[2] ?? 1_000_000)
const CHANGES = 1000
const PASSPHRASE = 'correct horse battery staple'
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-publish-'))
const data = path.join(home, 'authority')
const env = { BAILIWICK_PASSPHRASE: PASSPHRASE }
process.env.BAILIWICK_PASSPHRASE = PASSPHRASE
let round = 0

const { withAuthority, openAuthority } = await import('../../dist/main/open-authority.js')
const { publishLists } = await import('../../dist/main/publish-lists.js')

try {
  prepare()
  const first = await runOnce(`node ${CLI} --data ${data} publish`, { env })
  console.log(
    `first publication of ${entries()} entries: ${first.wall.toFixed(2)} s, ${first.peakMiB.toFixed(0)} MiB`,
  )
  const idle = await runOnce(`node ${CLI} --data ${data} publish --dry-run`, { env })
  const rows = await race([
    { label: 'sort -m | sha256sum', command: mergeCommand(), before: decide },
    {
      label: 'publish (command line)',
      command: `node ${CLI} --data ${data} publish`,
      env,
      before: decide,
    },
  ])
  report('publish', `publish ${CHANGES} changes on ${N} lines`, rows, {
    entries: entries(),
    firstWall: first.wall,
    firstPeakMiB: first.peakMiB,
    idlePeakMiB: idle.peakMiB,
  })
  await inOneProcess(rows[0].wall)
  console.log(
    `memory: ${(rows[1].peakMiB - idle.peakMiB).toFixed(0)} MiB above a command that publishes nothing (${idle.peakMiB.toFixed(0)} MiB)`,
  )
} finally {
  fs.rmSync(home, { recursive: true })
}

function prepare() {
  const input = path.join(DATA, `mixed-${N}.txt`)
  if (!fs.existsSync(input))
    execFileSync('node', [new URL('gen.mjs', import.meta.url).pathname, String(N)])
  const definition = path.join(home, 'list.json')
  fs.writeFileSync(
    definition,
    JSON.stringify({
      id: 'bench',
      title: 'Bench',
      authority: 'Example CERT',
      guard: { maxGrowth: 1, maxShrink: 1 },
    }),
  )
  bailiwick('init')
  bailiwick('list', 'apply', definition)
  bailiwick('entry', 'import', 'bench', input, '--reason', 'bench')
}

function bailiwick(...args) {
  execFileSync('node', [CLI, '--data', data, ...args], {
    env: { ...process.env, ...env },
    stdio: 'inherit',
  })
}

/** The newest cached lines: what a merge would start from. */
function linesFile() {
  const folder = path.join(data, 'work/bench')
  const name = fs.readdirSync(folder).find((file) => file.endsWith('.lines'))
  return path.join(folder, name)
}

function entries() {
  return Number(execFileSync('wc', ['-l', linesFile()]).toString().split(' ')[0])
}

function mergeCommand() {
  return `sort -m ${data}/work/bench/*.lines ${home}/changes | sha256sum`
}

/** Decides the changes of a round; writes what they add beside, for the merge. */
async function decide() {
  round++
  await withAuthority(data, async ({ store }) => {
    const list = store.lists.find('bench')
    const lines = fs.readFileSync(linesFile(), 'latin1').split('\n').slice(0, -1)
    const step = Math.floor(lines.length / (CHANGES / 2))
    const gone = lines.filter((_, i) => i % step === round % step).slice(0, CHANGES / 2)
    const added = gone
      .map((line, i) => line.replace(/^[^\t]+/, (name) => `r${round}n${i}.${name.slice(0, 60)}`))
      .sort()
    fs.writeFileSync(path.join(home, 'changes'), added.map((line) => `${line}\n`).join(''))
    const rows = gone.map((line) => {
      const [value, kind] = line.split('\t')
      return store.entries.find(list.rowId, value).find(({ entry }) => entry.kind === kind).rowId
    })
    store.decisions.commit(decisionOf(list.rowId, added.length, rows.length), {
      added: [Buffer.from(added.map((line) => `${line}\n`).join(''))],
      retired: rows,
    })
  })
}

function decisionOf(listRowId, added, retired) {
  const none = {
    category: '',
    legalBasis: '',
    evidence: '',
    reviewOn: null,
    expiresOn: null,
    source: null,
    override: null,
  }
  return {
    ...none,
    listRowId,
    act: 'mirror',
    reference: 'BENCH',
    reason: 'bench',
    proposer: 'bench',
    decidedBy: 'bench',
    decidedAt: new Date(),
    urgent: false,
    added,
    retired,
    amended: 0,
  }
}

async function inOneProcess(peer) {
  const authority = openAuthority(data)
  const walls = []
  for (let i = 0; i < 6; i++) {
    await decide()
    const started = performance.now()
    const [done] = await publishLists(authority, authority.store.lists.all(), {
      actor: 'bench',
      override: null,
    })
    if (done.outcome !== 'published') throw new Error(JSON.stringify(done))
    if (i > 0) walls.push((performance.now() - started) / 1000)
  }
  authority.close()
  const wall = median(walls)
  report('publish', 'the same in a running process', [
    {
      label: 'publish (running)',
      wall,
      min: Math.min(...walls),
      max: Math.max(...walls),
      peakMiB: 0,
      ratio: wall / peer,
    },
  ])
}
