#!/usr/bin/env node
// What a long log costs a server's start (the thorough projection, which looks at every file) and a change of the log's policy (which makes
// every proof again). No witnesses; no list has a serial.
//
//   npm run build && node scripts/bench/log/start.mjs [LEAVES]        default 30000
//
// Half of the leaves are metadata, half manifests. The metadata are signed by one act, whose event may have 4 MiB: some 40,000 leaves are the most.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const LEAVES = Number(process.argv[2] ?? 30_000)
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-start-'))

const { makeAuthority } = await import('../../../dist/main/make-authority.js')
const { openAuthority } = await import('../../../dist/main/open-authority.js')
const { metadataLeaf, printLeaf } = await import('../../../dist/core/log-leaf.js')
const { changePolicy } = await import('../../../dist/publish/change-policy.js')
const { finishBatch } = await import('../../../dist/publish/finish-batch.js')
const { projectPublished } = await import('../../../dist/publish/project-published.js')

try {
  const data = path.join(home, 'authority')
  const now = () => new Date()
  const names = { authority: '', origin: 'bench.test/log' }
  await makeAuthority({ data, ...names, hasPlainKeys: true, env: {}, now })
  const authority = openAuthority(data, { env: {}, now })
  await timed('filling', () => fill(authority))
  await timed('first projection', () => projectPublished(authority))
  for (let i = 0; i < 3; i++) {
    await timed('start: thorough projection', () =>
      projectPublished(authority, { isThorough: true }),
    )
  }
  const [policy] = authority.store.log.policies()
  await timed('change of policy', () => changePolicy(authority, `${policy}# another\n`))
  await timed('its projection', () => projectPublished(authority))
  authority.close()
} finally {
  fs.rmSync(home, { recursive: true })
}

/** Metadata and manifests that are nobody's, all in one batch: only their number counts. */
async function fill(authority) {
  const { store } = authority
  const snapshot = store.metadata.latest('snapshot')
  const { signed, signatures } = JSON.parse(snapshot.bytes.toString())
  const metadata = Array.from({ length: LEAVES / 2 }, (_, i) => {
    const version = snapshot.version + i + 1
    const bytes = Buffer.from(JSON.stringify({ signatures, signed: { ...signed, version } }))
    return { role: 'snapshot', version, bytes, expiresAt: snapshot.expiresAt }
  })
  const leaves = metadata.flatMap(({ role, version, bytes }) => [
    {
      ...{ kind: 'metadata', name: role, number: version },
      bytes: printLeaf(metadataLeaf(role, version, bytes)),
    },
    {
      ...{ kind: 'publication', name: 'filling', number: version },
      bytes: Buffer.from(JSON.stringify({ version, filling: 'x'.repeat(150) })),
    },
  ])
  store.log.begin({
    ...{ expectedSize: store.log.size(), begunAt: new Date(), metadata, publication: null },
    ...{ leaves, manifests: [], policy: null, joins: false, needsOldQuorum: false, acts: [] },
  })
  await finishBatch(authority)
}

async function timed(what, act) {
  const started = performance.now()
  let longest = 0
  let last = started
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  await act()
  clearInterval(beat)
  const ms = performance.now() - started
  const blocked = Math.max(longest, performance.now() - last)
  console.log(`${what}: ${ms.toFixed(0)} ms, its thread busy for ${blocked.toFixed(0)} ms at most`)
}
