import { LOG_POLICY_TARGET } from '../core/layout.ts'
import { MAX_POLICY_BYTES } from '../core/log/parse-policy.ts'
import type { ProvenFile } from './explanation.ts'
import type { PublishedHistory } from './list-history.ts'
import { parseSigned } from './parse-signed.ts'
import type { ProofSigners } from './proof-trust.ts'
import type { Published } from './published.ts'
import { readProvenFile } from './read-proof.ts'
import { readTarget } from './read-target.ts'
import { targetsOf } from './targets-of.ts'

/** What shows whose word a proof is: every root, and the newest targets with the policy that all proof files hold under (`docs/spec/log.md` §9). */
export async function readSigners(
  source: Published,
  metadata: PublishedHistory['metadata'],
): Promise<ProofSigners> {
  const roots = metadata.get('root') ?? []
  const targets = (metadata.get('targets') ?? []).slice(-1)
  const proven = (role: string, versions: readonly number[]): Promise<ProvenFile[]> =>
    Promise.all(versions.map((version) => readProvenFile(source, role, version)))
  const files = await proven('targets', targets)
  return {
    roots: await proven('root', roots),
    targets: files,
    policies: await readPolicies(source, files),
  }
}

/** The policies that these versions of targets have signed: each once, the newest first. */
export async function readPolicies(
  source: Published,
  targets: readonly ProvenFile[],
): Promise<readonly string[]> {
  const found = new Map<string, string>()
  for (const { role, bytes } of targets.toReversed()) {
    const target = targetsOf(parseSigned(Buffer.from(bytes, 'base64'), role)).get(LOG_POLICY_TARGET)
    if (target === undefined || found.has(target.sha256)) continue
    const policy = await readTarget(source, target, MAX_POLICY_BYTES)
    if (policy !== null) found.set(target.sha256, policy.toString())
  }
  return [...found.values()]
}
