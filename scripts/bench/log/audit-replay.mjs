/**
 * How long it takes to rebuild a list through many serials, with and without the state of each computed, and how much memory. Makes the
 * history in memory: `node scripts/bench/log/audit-replay.mjs [NAMES] [SERIALS]`, 1,000,000 names and 1,000 serials of 100 changes by default.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { SpoolFolder } from '../../../dist/audit/line-spool.js'
import { replayList } from '../../../dist/audit/replay-list.js'
import { printDelta } from '../../../dist/core/delta.js'
import { printSnapshotHeader } from '../../../dist/core/snapshot.js'
import { targetPath } from '../../../dist/core/layout.js'

const names = Number(process.argv[2] ?? 1_000_000)
const count = Number(process.argv[3] ?? 1_000)
const changes = 50

const lineOf = (n) => `n${String(n).padStart(9, '0')}.example\tdomain\tnxdomain\t-\t-\n`
const files = new Map()
const serials = []

// Serial s lacks the names of a window that moves on by `changes` with each serial: their states are found by hashing pieces.
const all = Array.from({ length: names }, (_, n) => lineOf(n))
const text = Buffer.from(all.join(''))
const lineBytes = lineOf(0).length
const step = Math.floor(names / (count + 1))
if (step < changes) throw new Error('too few names for so many serials')

function windowAt(serial) {
  return [serial * step, serial * step + changes]
}

function stateAt(serial) {
  const [from, to] = windowAt(serial).map((n) => n * lineBytes)
  return createHash('sha256').update(text.subarray(0, from)).update(text.subarray(to)).digest('hex')
}

function put(name, raw, custom) {
  const bytes = gzipSync(raw, { level: 1 })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  files.set(targetPath(name, sha256), bytes)
  return { name, length: bytes.length, sha256, custom: { ...custom, rawLength: raw.length } }
}

let before = ''
for (let serial = 1; serial <= count; serial++) {
  const state = stateAt(serial)
  const entries = names - changes
  let snapshot = null
  let delta = null
  if (serial === 1) {
    const [from, to] = windowAt(1).map((n) => n * lineBytes)
    const head = printSnapshotHeader({ list: 'bench', serial, entries, state })
    const raw = Buffer.concat([Buffer.from(head), text.subarray(0, from), text.subarray(to)])
    snapshot = put('lists/bench/snapshot.txt.gz', raw, {})
  } else {
    const [old, now] = [windowAt(serial - 1), windowAt(serial)]
    const [added, removed] = [old, now].map(([from, to]) => [
      text.subarray(from * lineBytes, to * lineBytes),
    ])
    const counts = { removed: changes, added: changes, fromState: before, toState: state }
    const header = { list: 'bench', from: serial - 1, to: serial, ...counts }
    const raw = Buffer.concat([...printDelta(header, { added, removed })])
    delta = put(`lists/bench/delta-${serial - 1}-${serial}.txt.gz`, raw, {})
  }
  serials.push({ facts: { list: 'bench', serial, state, entries, snapshot, delta } })
  before = state
}

const source = {
  name: 'bench',
  pieces: async (path, _, take) => {
    const bytes = files.get(path)
    if (bytes) await take(bytes)
    return bytes !== undefined
  },
}

console.log(`${names} names, ${count} serials of ${2 * changes} changes`)
for (const isEvery of [false, true]) {
  const spools = new SpoolFolder()
  const resident = process.memoryUsage().rss
  let most = resident
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 50)
  const start = performance.now()
  const { computed } = await replayList({ source, spools }, serials, isEvery)
  most = Math.max(most, process.memoryUsage().rss)
  clearInterval(watch)
  spools.close()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const megabytes = ((most - resident) / 2 ** 20).toFixed(0)
  console.log(
    `${isEvery ? '--every' : 'last only'}: ${seconds} s, ${computed} states computed, ${megabytes} MiB more`,
  )
}
