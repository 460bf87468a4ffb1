#!/usr/bin/env node
// What the log costs a publication: from the transaction that appends its leaves to the one that commits it (tiles, checkpoint, proof
// files and timestamp between; no witnesses), beside the plain durable write of as many files of the same length.
//
//   npm run build && node scripts/bench/log/append.mjs [LEAVES [ROUNDS]]        defaults 10000 50
//
// The list has ten entries, one more at each round; the log has LEAVES leaves before the first round.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { median } from '../lib.mjs'

const LEAVES = Number(process.argv[2] ?? 10_000)
const ROUNDS = Number(process.argv[3] ?? 50)
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-append-'))

const { makeAuthority } = await import('../../../dist/main/make-authority.js')
const { openAuthority } = await import('../../../dist/main/open-authority.js')
const { commitLogged } = await import('../../../dist/publish/commit-logged.js')
const { finishBatch } = await import('../../../dist/publish/finish-batch.js')
const { projectPublished } = await import('../../../dist/publish/project-published.js')
const { readRoles } = await import('../../../dist/publish/authority-roles.js')
const { sealMetadata, signTargets } = await import('../../../dist/publish/seal-metadata.js')
const { writeDurableFiles } = await import('../../../dist/platform/durable-file.js')

try {
  const data = path.join(home, 'authority')
  const now = () => new Date()
  const names = { authority: '', origin: 'bench.test/log' }
  await makeAuthority({ data, ...names, hasPlainKeys: true, env: {}, now })
  const authority = openAuthority(data, { env: {}, now })
  await fill(authority)
  const [ours, plain] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    const change = await nextChange(authority)
    const before = new Set(filesOf(data))
    const started = performance.now()
    await commitLogged(authority, change)
    ours.push(performance.now() - started)
    const made = filesOf(data).filter((file) => !before.has(file))
    plain.push(writePlain(made.map((file) => fs.readFileSync(file))))
    await projectPublished(authority)
  }
  const [mine, least] = [median(ours), median(plain)]
  console.log(`a log of ${authority.store.log.size()} leaves, ${ROUNDS} rounds`)
  console.log(`append, checkpoint, proofs, commit: ${mine.toFixed(1)} ms (${span(ours)})`)
  console.log(`plain durable write of the same files: ${least.toFixed(1)} ms (${span(plain)})`)
  console.log(`ratio ${(mine / least).toFixed(2)}`)
  authority.close()
} finally {
  fs.rmSync(home, { recursive: true })
}

/** Manifests of a list that is nobody's, all in one batch: only their number counts. */
async function fill(authority) {
  const { store } = authority
  const leaves = Array.from({ length: LEAVES }, (_, number) => ({
    ...{ kind: 'publication', name: 'filling', number: number + 1 },
    bytes: Buffer.from(JSON.stringify({ number, filling: 'x'.repeat(150) })),
  }))
  store.log.begin({
    ...{ expectedSize: store.log.size(), begunAt: new Date(), metadata: [], publication: null },
    ...{ leaves, manifests: [], policy: null, joins: false, needsOldQuorum: false, acts: [] },
  })
  await finishBatch(authority)
}

/** What a publication signs: targets and a snapshot. */
async function nextChange({ store, keys }) {
  const at = new Date()
  const roles = readRoles(store)
  const { version, targets, delegations } = roles.targets
  const next = { version: version + 1, targets, delegations, at }
  const signed = await signTargets(keys, roles, 'targets', next)
  const metadata = await sealMetadata(keys, roles, { targets: [signed] }, at)
  return { metadata, at }
}

function filesOf(data) {
  const folder = path.join(data, 'published/log')
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}

function writePlain(contents) {
  const folder = fs.mkdtempSync(path.join(home, 'plain-'))
  const files = contents.map((bytes, i) => ({ path: path.join(folder, `${i}`), bytes }))
  const started = performance.now()
  writeDurableFiles(files)
  const ms = performance.now() - started
  fs.rmSync(folder, { recursive: true })
  return ms
}

function span(times) {
  return `${Math.min(...times).toFixed(1)}-${Math.max(...times).toFixed(1)}`
}
