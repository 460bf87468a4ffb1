import { metadataPath, TIMESTAMP_PATH } from '../core/layout.ts'
import { MAX_TIMESTAMP_BYTES } from './limits.ts'
import type { MetadataAudit } from './metadata-audit.ts'
import { isRecord, isVersion, type SignedFile } from './parse-signed.ts'
import { orTell, readFile, type AuditDeps } from './read-file.ts'

/**
 * Checks the one pointer: signed, fresh at `at`, and naming the newest snapshot role of the log, unless the log has grown since it was
 * read. Gives it where it can be believed.
 */
export async function checkTimestamp(
  deps: AuditDeps,
  metadata: MetadataAudit,
  { at, hasGrown }: { readonly at: Date; readonly hasGrown: () => Promise<boolean> },
): Promise<SignedFile | null> {
  const bytes = await readFile(deps, TIMESTAMP_PATH, MAX_TIMESTAMP_BYTES)
  if (bytes === null) {
    deps.findings.add('metadata/missing', TIMESTAMP_PATH, 'the file', 'none')
    return null
  }
  const file = orTell(
    () => metadata.verify('timestamp', bytes),
    (fault) =>
      deps.findings.add(
        fault.code === 'trust/signature' ? 'metadata/signature' : 'metadata/invalid',
        TIMESTAMP_PATH,
        'a signed timestamp',
        fault,
      ),
  )
  if (file === null) return null
  await checkReference(deps, metadata, file, hasGrown)
  checkExpiry(deps, TIMESTAMP_PATH, file, at)
  for (const [role, { file: newest, version }] of metadata.last) {
    if (newest !== null) checkExpiry(deps, metadataPath(role, version), newest, at)
  }
  return file
}

function checkExpiry(
  { findings }: AuditDeps,
  path: string,
  { expires }: SignedFile,
  at: Date,
): void {
  // TUF 1.0 §5.4.4: «The expiration timestamp […] MUST be higher than the fixed update start time.»
  if (Date.parse(expires) > at.getTime()) return
  findings.add('metadata/expired', path, `an expiry after ${at.toISOString()}`, expires)
}

async function checkReference(
  deps: AuditDeps,
  metadata: MetadataAudit,
  timestamp: SignedFile,
  hasGrown: () => Promise<boolean>,
): Promise<void> {
  const { meta } = timestamp.signed
  const about = isRecord(meta) ? meta['snapshot.json'] : undefined
  const { version, length, hashes } = isRecord(about) ? about : {}
  const last = metadata.last.get('snapshot')
  const tell = (expected: string, got: string): void =>
    deps.findings.add('metadata/reference', TIMESTAMP_PATH, expected, got)
  if (!isVersion(version)) {
    tell('a version of snapshot', 'none')
    return
  }
  // What was published while the audit ran is no finding.
  if (version > (last?.version ?? 0) && (await hasGrown())) return
  if (last?.version !== version) {
    tell(`version ${last?.version ?? 'none'} of snapshot, the newest in the log`, `${version}`)
    return
  }
  const sha256 = isRecord(hashes) ? hashes['sha256'] : undefined
  if (length !== last.leaf.length || sha256 !== last.leaf.sha256) {
    tell(
      `${last.leaf.length} bytes with the SHA-256 ${last.leaf.sha256}`,
      `${JSON.stringify(length)} with ${JSON.stringify(sha256)}`,
    )
  }
}
