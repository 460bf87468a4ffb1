import { Fault } from '../core/fault.ts'
import { LOG_CHECKPOINT_PATH, logTilePath, metadataProofPath } from '../core/layout.ts'
import { tileHashReader } from '../core/log/hash-reader.ts'
import { MAX_LOG_PROOF_BYTES, parseLogProof } from '../core/log/log-proof.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { consistencyTiles, proveConsistency } from '../core/log/prove.ts'
import { MAX_NOTE_BYTES } from '../core/log/note.ts'
import { TILE_WIDTH } from '../core/log/tile.ts'
import { HASH_BYTES, hashLeaf, type TreeHead } from '../core/log/tree-hash.ts'
import { verifyConsistency, verifyInclusion } from '../core/log/verify-proof.ts'
import { metadataLeaf, printLeaf } from '../core/log-leaf.ts'
import { stopsAudit } from './limit-published.ts'
import { verifyUnderAny } from './proof-check.ts'
import type { Published } from './published.ts'
import { orTell, readFile, type AuditDeps } from './read-file.ts'

/** The newest checkpoint, and whom to believe of later ones. */
export interface LogEnd {
  readonly head: TreeHead
  readonly policies: readonly LogPolicy[]
}

/**
 * Whether a metadata file is behind the end of the log: in a tree that goes on from it, and that the log and a quorum have signed already. So it is
 * between the moment that files are published and the one that the checkpoint is (docs/spec/log.md §10), and after a crash between the two.
 */
export async function isAhead(
  deps: AuditDeps,
  { head, policies }: LogEnd,
  file: { readonly role: string; readonly version: number; readonly bytes: Uint8Array },
): Promise<boolean> {
  const { role, version, bytes } = file
  const text = await readFile(deps, metadataProofPath(role, version), MAX_LOG_PROOF_BYTES)
  if (text === null) return false
  try {
    const { index, hashes, checkpoint } = parseLogProof(text)
    const later = verifyUnderAny(policies, checkpoint)
    if (index < head.size) return false
    const hash = hashLeaf(printLeaf(metadataLeaf(role, version, bytes)))
    verifyInclusion(later, { index, hash }, hashes)
    await verifyGrowth(deps.source, head, later)
    return true
  } catch (error) {
    if (!(error instanceof Fault) || stopsAudit(error)) throw error
    return false
  }
}

/**
 * Tells of a checkpoint that metadata have gone beyond, unless it has been replaced since it was read: then a publication was only being shown.
 * One that stays is what a crash has left, until the authority starts again; or both pointers were replayed, which looks the same.
 */
export async function checkBehind(deps: AuditDeps, { head, policies }: LogEnd): Promise<void> {
  const text = await readFile(deps, LOG_CHECKPOINT_PATH, MAX_NOTE_BYTES)
  const later =
    text &&
    orTell(
      () => verifyUnderAny(policies, text.toString()),
      () => undefined,
    )
  if (later !== null && later.size > head.size) return
  deps.findings.add(
    'checkpoint/behind',
    LOG_CHECKPOINT_PATH,
    'a checkpoint of all metadata that are published',
    `one of ${head.size} leaves, and signed proofs of more`,
  )
}

/** Throws where the tiles do not show that the one tree goes on as the other. */
async function verifyGrowth(source: Published, from: TreeHead, to: TreeHead): Promise<void> {
  const tiles = new Map<string, Uint8Array>()
  for (const path of consistencyTiles(from.size, to.size)) {
    const bytes = await source.read(logTilePath(path), TILE_WIDTH * HASH_BYTES)
    if (bytes !== null) tiles.set(path, bytes)
  }
  const reader = tileHashReader((path) => tiles.get(path) ?? null, to.size)
  verifyConsistency(from, to, proveConsistency(reader, from.size, to.size))
}
