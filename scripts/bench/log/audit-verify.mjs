/**
 * How long the audit of a log's tree takes, against a plain loop that hashes the same bytes: every leaf and every node once. Writes a
 * log of leaves as an authority has them into a folder and reads it from there. `node scripts/bench/log/audit-verify.mjs [LEAVES]`
 */
import { hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FindingLog } from '../../../dist/audit/finding-log.js'
import { openFolder } from '../../../dist/audit/open-folder.js'
import { walkLog } from '../../../dist/audit/walk-log.js'
import { metadataLeaf, parseLeaf, printLeaf } from '../../../dist/core/log-leaf.js'
import { planAppend } from '../../../dist/core/log/plan-append.js'

const size = Number(process.argv[2] ?? 100_000)
const rounds = 7
const leaves = Array.from({ length: size }, (_, i) =>
  printLeaf(metadataLeaf('list-phishing', i + 1, Buffer.from(String(i)))),
)
const folder = mkdtempSync(join(tmpdir(), 'audit-bench-'))
try {
  const { files } = planAppend(() => null, 0, leaves)
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(folder, 'log', path)), { recursive: true })
    writeFileSync(join(folder, 'log', path), bytes)
  }
  const source = await openFolder(folder)
  const plain = []
  const audited = []
  for (let round = 0; round < rounds; round++) {
    plain.push(timed(hashPlainly))
    const findings = new FindingLog()
    const start = performance.now()
    const visitor = { batch: async () => undefined, isWanted: () => false, root: () => undefined }
    const root = await walkLog({ source, findings }, size, visitor)
    audited.push(performance.now() - start)
    if (findings.count > 0 || root === null) throw new Error('found something in an honest log')
  }
  const parsed = timed(() => leaves.forEach((leaf) => parseLeaf(leaf)))
  const [a, b] = [median(plain), median(audited)]
  console.log(`${size} leaves, median of ${rounds}`)
  console.log(`plain loop, every leaf and node   ${a.toFixed(0)} ms`)
  console.log(
    `audit of the tree, from files     ${b.toFixed(0)} ms, ${(a / b).toFixed(2)} of the plain speed`,
  )
  console.log(`reading what the leaves say       ${parsed.toFixed(0)} ms`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function hashPlainly() {
  const node = Buffer.alloc(65, 1)
  for (const leaf of leaves) {
    const input = Buffer.allocUnsafe(leaf.length + 1)
    input[0] = 0
    input.set(leaf, 1)
    node.set(hash('sha256', input, 'buffer'), 1)
    node.set(hash('sha256', node, 'buffer'), 33)
  }
}

function timed(act) {
  const start = performance.now()
  act()
  return performance.now() - start
}

function median(values) {
  return [...values].sort((x, y) => x - y)[values.length >> 1]
}
