#!/usr/bin/env node
// What the proof tree of a list costs: made from the lines in memory, as an audit does, and brought along; made in its file and brought along there
// to the next serial, as publishing does; asked and verified. Beside it, in the same rounds, a plain loop of SHA-256 over the same lines: the least that any
// commitment to single entries costs.
//
//   npm run build && node scripts/bench/log/proof-tree.mjs [N] [CHANGES]        N defaults to 1000000, CHANGES to 1000
//
// One process: medians of the rounds; the ratios of update to build are taken round by round.
import { hash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openVrfKey } from '../../../dist/core/vrf/vrf-key.js'
import { verifyVrf } from '../../../dist/core/vrf/verify-vrf.js'
import { blocksOfLines } from '../../../dist/core/hash-lines.js'
import { bringTreeAlong, makeTreeAnew } from '../../../dist/core/kept-tree/next-tree.js'
import { parseEntryProof, printEntryProof } from '../../../dist/core/proof-tree/entry-proof.js'
import { lineKey, makeLeaf, publicLeafMaker } from '../../../dist/core/proof-tree/leaf-maker.js'
import { restrictedLeafMaker } from '../../../dist/core/proof-tree/restricted-leaf-maker.js'
import { buildTree } from '../../../dist/core/proof-tree/proof-tree.js'
import { makeProofRoot } from '../../../dist/core/proof-tree/proof-root.js'
import { proveEntry } from '../../../dist/core/proof-tree/prove-entry.js'
import { updateTree } from '../../../dist/core/proof-tree/update-tree.js'
import { verifyEntryProof } from '../../../dist/core/proof-tree/verify-entry-proof.js'
import { openTreeFile } from '../../../dist/store/proof-tree-file.js'
import { RESULTS, median } from '../lib.mjs'

const ROUNDS = 5
const count = Number(process.argv[2] ?? 1_000_000)
const changes = Number(process.argv[3] ?? 1000)
const maker = publicLeafMaker('bench')
const lines = Array.from({ length: count + changes }, (_, i) => lineOf(i))

const figures = new Map()
for (let round = 0; round <= ROUNDS; round++) {
  const made = lap('plain SHA-256 of each line', round, () => plainHashes(count))
  if (made !== count) throw new Error('hashed too few')
  const leaves = lap('leaves of all lines', round, () => makeLeaves(0, count))
  const tree = lap('build from leaves', round, () => buildTree(leaves))
  // Half go and half come, as in a delta; the leaves of what changes are made within the time.
  const next = lap('update', round, () => {
    const removed = new Uint8Array(32 * (changes >> 1))
    for (let i = 0; i < changes >> 1; i++) {
      removed.set(maker.index(lineKey(lines[Math.floor((i * count) / changes) * 2])), 32 * i)
    }
    return updateTree(tree, { removed, added: makeLeaves(count, count + (changes >> 1)) })
  })
  keptTree(round)
  if (round === ROUNDS) askAndVerify(next)
}
vrfSpeed()
tell()

function lineOf(i) {
  return `name-${(i * 7919) % 1_000_003}.zone${i}.example\thost\tnxdomain\tphishing\tR${i}`
}

function plainHashes(to) {
  let n = 0
  for (let i = 0; i < to; i++) n += hash('sha256', lines[i], 'binary').length >> 5
  return n
}

function makeLeaves(from, to) {
  const leaves = new Uint8Array(64 * (to - from))
  for (let i = from; i < to; i++) leaves.set(makeLeaf(maker, lines[i], 1), 64 * (i - from))
  return leaves
}

/** As publishing does it: the tree of serial 1 in a file, that of serial 2 made of it; the file is written behind the commit. */
function keptTree(round) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-tree-'))
  const file = openTreeFile(path.join(folder, 'tree.db'))
  try {
    const wanted = { maker, entries: count }
    const all = function* () {
      for (let i = 0; i < count; i++) yield { line: lines[i], since: 1 }
    }
    const { root } = lap('made in its file', round, () =>
      makeTreeAnew(file, { ...wanted, serial: 1 }, all()),
    )
    const gone = Array.from(
      { length: changes >> 1 },
      (_, i) => lines[Math.floor((i * count) / changes) * 2],
    )
    const come = lines.slice(count, count + (changes >> 1))
    const [added, removed] = [come, gone].map((some) => [...blocksOfLines(some.sort())])
    const way = { from: { serial: 1, root }, steps: [{ serial: 2, changes: { added, removed } }] }
    const next = lap('brought along in its file', round, () =>
      bringTreeAlong(file, { ...wanted, serial: 2 }, way),
    )
    if (next === null) throw new Error('a tree that could not be brought along')
    lap('kept, behind the commit', round, () => next.keep())
    file.close()
    figures.set('file bytes', [fs.statSync(path.join(folder, 'tree.db')).size])
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

function askAndVerify(tree) {
  const signed = makeProofRoot(tree, maker, 2)
  const sizes = []
  for (let i = 0; i < 2000; i++) {
    const line = i % 2 ? lines[((i * 389) % count) | 1] : null
    const key = line ? lineKey(line) : lineKey(lineOf(-i - 1))
    const listed = line && { line, since: 1 }
    const proof = lap('prove one', 1, () => proveEntry(tree, maker, { key, serial: 2, listed }))
    const text = JSON.stringify(printEntryProof(proof))
    sizes.push(text.length)
    const entry = lap('verify one', 1, () =>
      verifyEntryProof(signed, key, parseEntryProof(JSON.parse(text))),
    )
    if ((entry === null) !== (line === null)) throw new Error('proved wrongly')
  }
  figures.set('proof bytes', sizes)
}

function vrfSpeed() {
  const key = openVrfKey(Buffer.alloc(32, 1))
  const hidden = restrictedLeafMaker('bench', { vrf: Buffer.alloc(32, 1), salts: Buffer.alloc(32) })
  for (let i = 0; i < 300; i++) {
    const alpha = Buffer.from(lines[i])
    const round = i < 50 ? 0 : 1
    lap('VRF output', round, () => key.evaluate(alpha))
    const { proof } = lap('VRF proof', round, () => key.prove(alpha))
    lap('VRF verify', round, () => verifyVrf(key.publicKey, alpha, proof))
    lap('leaf of a restricted list', round, () => makeLeaf(hidden, lines[i], 1))
  }
}

/** Times `act` and keeps it, but for round 0, which warms up. */
function lap(label, round, act) {
  const started = process.hrtime.bigint()
  const result = act()
  const ms = Number(process.hrtime.bigint() - started) / 1e6
  if (round > 0) figures.set(label, [...(figures.get(label) ?? []), ms])
  return result
}

function tell() {
  const of = (label) => figures.get(label)
  const build = of('build from leaves').map((ms, i) => ms + of('leaves of all lines')[i])
  figures.set('build from lines', build)
  const ratios = of('update').map((ms, i) => ms / build[i])
  console.log(`\n## proof tree of ${count} entries, ${changes} changes`)
  const rows = [...figures].map(([label, values]) => ({
    label,
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
  }))
  for (const { label, median: mid, min, max } of rows) {
    const unit = label.endsWith('bytes') ? '' : ' ms'
    console.log(
      `${label.padEnd(30)}${mid.toFixed(3).padStart(14)}${unit}  (${min.toFixed(3)} to ${max.toFixed(3)})`,
    )
  }
  const made = of('made in its file')
  const kept = of('brought along in its file').map((ms, i) => ms / made[i])
  console.log(`update / build                ${(100 * median(ratios)).toFixed(2)} %`)
  console.log(`update / build, in its file   ${(100 * median(kept)).toFixed(2)} %`)
  console.log(`peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`)
  fs.mkdirSync(RESULTS, { recursive: true })
  const machine = { cpu: os.cpus()[0]?.model, cores: os.cpus().length, node: process.version }
  const note = { count, changes, ratio: median(ratios), keptRatio: median(kept), ...machine }
  fs.appendFileSync(
    path.join(RESULTS, 'proof-tree.jsonl'),
    rows.map((row) => `${JSON.stringify({ ...row, ...note })}\n`).join(''),
  )
}
