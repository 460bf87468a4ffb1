import { metadataProofPath, publicationProofPath } from '../core/layout.ts'
import { tileHashReader } from '../core/log/hash-reader.ts'
import { printLogProof } from '../core/log/log-proof.ts'
import { proveInclusion } from '../core/log/prove.ts'
import type { PublishDeps, StoredLeaf } from './ports.ts'
import { projectTiles, tilesOf } from './project-tiles.ts'

type Deps = Pick<PublishDeps, 'store' | 'files'>

/** So many proofs are made at once. */
const CHUNK_LEAVES = 1024

/** From so many on, folders are listed, and files not looked at one by one. */
const MANY = 1000

/** A checkpoint under which leaves are proven. */
export interface ProvingCheckpoint {
  readonly note: string
  readonly size: number
  /** Whether it takes the place of what lies there: of proofs that were made under another policy. */
  readonly isReplacing?: boolean
}

/** Publishes a proof for each of the leaves from `from` on. One that is there is left as it is, unless it is to be replaced. */
export async function publishProofs(
  { store, files }: Deps,
  from: number,
  { note, size, isReplacing = false }: ProvingCheckpoint,
): Promise<void> {
  const isThere = isReplacing ? () => false : newLook(files, size - from)
  const reader = tileHashReader(tilesOf({ files }), size)
  for (let start = from; start < size; start += CHUNK_LEAVES) {
    const leaves = store.log.leaves(start, Math.min(size, start + CHUNK_LEAVES))
    const missing = leaves
      .map((leaf, i) => ({ path: proofPath(leaf), index: start + i }))
      .filter(({ path }) => !isThere(path))
    const proofs = missing.map(({ path, index }) => {
      const hashes = proveInclusion(reader, index, size)
      const proof = printLogProof({ extra: null, index, hashes, checkpoint: note })
      return { path, bytes: Buffer.from(proof) }
    })
    if (isReplacing) await files.replaceAll(proofs)
    else files.publish(proofs)
  }
}

/** Makes the log's tiles and proofs again that are lost. */
export async function projectProofs(deps: Deps): Promise<void> {
  const checkpoint = deps.store.log.checkpoint()
  if (checkpoint === null) return
  const { size, note } = checkpoint
  projectTiles(deps, size)
  await publishProofs(deps, 0, { note: note.toString(), size })
}

/** Whether a file is published. Of many files their folders are listed, each once. */
function newLook(files: Deps['files'], count: number): (path: string) => boolean {
  if (count < MANY) return (path) => files.publishedLength(path) !== null
  const listed = new Map<string, ReadonlySet<string>>()
  return (path) => {
    const folder = path.slice(0, path.lastIndexOf('/'))
    const seen = listed.get(folder) ?? new Set(files.seen(folder))
    listed.set(folder, seen)
    return seen.has(path)
  }
}

function proofPath({ kind, name, number }: StoredLeaf): string {
  return kind === 'metadata' ? metadataProofPath(name, number) : publicationProofPath(name, number)
}
