import { metadataProofPath, publicationProofPath } from '../core/layout.ts'
import { tileHashReader } from '../core/log/hash-reader.ts'
import { printLogProof } from '../core/log/log-proof.ts'
import { proveInclusion } from '../core/log/prove.ts'
import type { PublishDeps, StoredLeaf } from './ports.ts'
import { projectTiles, tilesOf } from './project-tiles.ts'

type Deps = Pick<PublishDeps, 'store' | 'files'>

/** So many proofs are made at once. */
const CHUNK_LEAVES = 1024

/** A checkpoint under which leaves are proven. */
export interface ProvingCheckpoint {
  readonly note: string
  readonly size: number
  /** Whether it takes the place of what lies there: of proofs that were made under another policy. */
  readonly isReplacing?: boolean
}

/** Publishes a proof for each of the leaves from `from` on. One that is there is left as it is, unless it is to be replaced. */
export function publishProofs(
  { store, files }: Deps,
  from: number,
  { note, size, isReplacing = false }: ProvingCheckpoint,
): void {
  const reader = tileHashReader(tilesOf({ files }), size)
  for (let start = from; start < size; start += CHUNK_LEAVES) {
    const leaves = store.log.leaves(start, Math.min(size, start + CHUNK_LEAVES))
    const missing = leaves
      .map((leaf, i) => ({ path: proofPath(leaf), index: start + i }))
      .filter(({ path }) => isReplacing || files.publishedLength(path) === null)
    const proofs = missing.map(({ path, index }) => {
      const hashes = proveInclusion(reader, index, size)
      const proof = printLogProof({ extra: null, index, hashes, checkpoint: note })
      return { path, bytes: Buffer.from(proof) }
    })
    if (isReplacing) files.replaceAll(proofs)
    else files.publish(proofs)
  }
}

/** Makes the log's tiles and proofs again that are lost. */
export function projectProofs(deps: Deps): void {
  const checkpoint = deps.store.log.checkpoint()
  if (checkpoint === null) return
  const { size, note } = checkpoint
  projectTiles(deps, size)
  publishProofs(deps, 0, { note: note.toString(), size })
}

function proofPath({ kind, name, number }: StoredLeaf): string {
  return kind === 'metadata' ? metadataProofPath(name, number) : publicationProofPath(name, number)
}
