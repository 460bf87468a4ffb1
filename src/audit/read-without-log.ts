import { metadataPath, TIMESTAMP_PATH } from '../core/layout.ts'
import { metadataLeaf } from '../core/log-leaf.ts'
import { maxBytesOf, type LeafAudit } from './leaf-audit.ts'
import { MAX_ROOTS, MAX_TIMESTAMP_BYTES } from './limits.ts'
import { namedVersions } from './metadata-audit.ts'
import { isRecord, isVersion, parseSigned, type SignedFile } from './parse-signed.ts'
import { orTell, readFile, type AuditDeps } from './read-file.ts'

/**
 * Follows the newest metadata from the timestamp, for want of a log: the roots from the first on, then what the timestamp leads to. What
 * was signed before that can't be known.
 */
export async function readWithoutLog(deps: AuditDeps, leaves: LeafAudit): Promise<void> {
  for (let version = 1; version <= MAX_ROOTS; version++) {
    if ((await take(deps, leaves, 'root', version)) === 'missing') break
  }
  const timestamp = await readFile(deps, TIMESTAMP_PATH, MAX_TIMESTAMP_BYTES)
  const version = timestamp === null ? null : namedSnapshot(timestamp)
  if (version === null) return
  const snapshot = await peek(deps, 'snapshot', version)
  const named =
    snapshot &&
    orTell(
      () => namedVersions(snapshot),
      () => undefined,
    )
  // Targets first: they say whose keys sign the lists.
  const roles = [...(named?.keys() ?? [])].sort((a, b) => rank(a) - rank(b))
  for (const role of roles) await take(deps, leaves, role, named?.get(role) ?? 0)
  await take(deps, leaves, 'snapshot', version)
}

async function take(
  deps: AuditDeps,
  leaves: LeafAudit,
  role: string,
  version: number,
): Promise<'missing' | 'taken'> {
  const bytes = await readFile(deps, metadataPath(role, version), maxBytesOf(role))
  if (bytes === null) return 'missing'
  const file = leaves.metadata.take(metadataLeaf(role, version, bytes), bytes, false)
  if (file !== null) await leaves.learn(file)
  return 'taken'
}

async function peek(deps: AuditDeps, role: string, version: number): Promise<SignedFile | null> {
  const bytes = await readFile(deps, metadataPath(role, version), maxBytesOf(role))
  return (
    bytes &&
    orTell(
      () => parseSigned(bytes, role),
      () => undefined,
    )
  )
}

function namedSnapshot(bytes: Uint8Array): number | null {
  const file = orTell(
    () => parseSigned(bytes, 'timestamp'),
    () => undefined,
  )
  const meta = file?.signed['meta']
  const about = isRecord(meta) ? meta['snapshot.json'] : undefined
  const version = isRecord(about) ? about['version'] : undefined
  return isVersion(version) ? version : null
}

function rank(role: string): number {
  return role === 'targets' ? 0 : 1
}
