import { Fault } from '../core/fault.ts'
import { metadataPath, metadataProofPath } from '../core/layout.ts'
import { MAX_LOG_PROOF_BYTES } from '../core/log/log-proof.ts'
import type { ProvenFile } from './explanation.ts'
import { maxBytesOf } from './leaf-audit.ts'
import type { Published } from './published.ts'

type Source = Pick<Published, 'read'>

/** A version of a role's metadata, with the proof that it is in the log. Throws `snapshot/not-found` where one of them isn't there. */
export async function readProvenFile(
  source: Source,
  role: string,
  version: number,
): Promise<ProvenFile> {
  const path = metadataPath(role, version)
  const bytes = await source.read(path, maxBytesOf(role))
  if (bytes === null) throw missing(path)
  const proof = await readProof(source, metadataProofPath(role, version))
  return { role, version, bytes: bytes.toString('base64'), proof }
}

/** The text of a proof file. Throws `snapshot/not-found`. */
export async function readProof(source: Source, path: string): Promise<string> {
  const bytes = await source.read(path, MAX_LOG_PROOF_BYTES)
  if (bytes === null) throw missing(path)
  return bytes.toString()
}

export function missing(path: string): Fault {
  return new Fault(
    'snapshot/not-found',
    `expected ${JSON.stringify(path)}, which is kept for ever, got none`,
  )
}
