import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeEntryBundle } from '../../src/core/log/entry-bundle.ts'
import { parseLogProof, verifyLogProof } from '../../src/core/log/log-proof.ts'
import { parsePolicy } from '../../src/core/log/parse-policy.ts'
import type { LogPolicy } from '../../src/core/log/policy.ts'
import { printTilePath, tilesBetween } from '../../src/core/log/tile.ts'
import { EMPTY_ROOT, hashLeaf, hashNode } from '../../src/core/log/tree-hash.ts'
import { verifyCheckpoint } from '../../src/core/log/verify-checkpoint.ts'
import { parseLeaf, type LogLeaf } from '../../src/core/log-leaf.ts'

/** What a published log says, verified down to its leaves. */
export interface PublishedLog {
  readonly origin: string
  readonly size: number
  readonly witnesses: readonly string[]
  readonly leaves: readonly LogLeaf[]
}

/** The policy that targets sign, by the copy that lies beside the log. */
export function publishedPolicy(published: string): LogPolicy {
  return parsePolicy(readFileSync(join(published, 'log/policy.txt')))
}

/**
 * Reads a published folder as a stranger: every tile is there, the leaves hash to the checkpoint, each metadata file is what its leaf says and
 * has a leaf, and every leaf has a proof. Throws where one of these is not so.
 */
export function verifyPublishedLog(published: string): PublishedLog {
  const policy = publishedPolicy(published)
  const checkpoint = verifyCheckpoint(policy, readFileSync(join(published, 'log/checkpoint')))
  const entries = [...tilesBetween(0, checkpoint.size)].flatMap((tile) => {
    const bytes = readFileSync(join(published, 'log', printTilePath(tile)))
    return tile.level === 'entries' ? decodeEntryBundle(bytes, tile.width) : []
  })
  const root = naiveRoot(entries.map(hashLeaf))
  if (!Buffer.from(root).equals(checkpoint.root)) throw new Error('another root')
  const leaves = entries.map(parseLeaf)
  leaves.forEach((leaf, index) =>
    assertProof(published, policy, { leaf, index, entry: entries[index]! }),
  )
  assertFiles(published, leaves)
  return {
    origin: checkpoint.origin,
    size: checkpoint.size,
    witnesses: checkpoint.witnesses.map(({ name }) => name),
    leaves,
  }
}

/** RFC 6962 §2.1, word for word. */
function naiveRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes
  if (first === undefined) return EMPTY_ROOT
  if (hashes.length === 1) return first
  let half = 1
  while (half * 2 < hashes.length) half *= 2
  return hashNode(naiveRoot(hashes.slice(0, half)), naiveRoot(hashes.slice(half)))
}

function assertProof(
  published: string,
  policy: LogPolicy,
  { leaf, index, entry }: { leaf: LogLeaf; index: number; entry: Uint8Array },
): void {
  const name =
    leaf.kind === 'metadata'
      ? `${leaf.role}/${leaf.version}`
      : `publication/${leaf.place}/${leaf.serial}`
  const proof = parseLogProof(readFileSync(join(published, `log/proof/${name}.tlog-proof`)))
  if (proof.index !== index) throw new Error(`another index in ${name}`)
  verifyLogProof(policy, proof, hashLeaf(entry))
}

function assertFiles(published: string, leaves: readonly LogLeaf[]): void {
  const logged = new Set<string>()
  for (const leaf of leaves) {
    if (leaf.kind !== 'metadata') continue
    const name = `${leaf.version}.${leaf.role}.json`
    logged.add(name)
    const bytes = readFileSync(join(published, 'tuf/metadata', name))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (bytes.length !== leaf.length || sha256 !== leaf.sha256) throw new Error(`another ${name}`)
  }
  const folder = join(published, 'tuf/metadata')
  const files = existsSync(folder) ? readdirSync(folder) : []
  const extra = files.filter((name) => name !== 'timestamp.json' && !logged.has(name))
  if (extra.length > 0) throw new Error(`not in the log: ${extra.join(', ')}`)
}
