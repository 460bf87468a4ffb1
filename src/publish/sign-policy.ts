import { LOG_POLICY_TARGET } from '../core/layout.ts'
import type { AuthorityRoles } from './authority-roles.ts'
import { policyTarget } from './log-policy.ts'
import type { KeyRing, SignedMetadata } from './ports.ts'
import { sealMetadata, signTargets } from './seal-metadata.ts'

/** The next targets, which name this policy of the log, and the snapshot that names them. */
export async function signPolicy(
  keys: KeyRing,
  roles: AuthorityRoles,
  policy: string,
  at: Date,
): Promise<SignedMetadata[]> {
  const { version, targets, delegations } = roles.targets
  const signed = await signTargets(keys, roles, 'targets', {
    version: version + 1,
    targets: { ...targets, [LOG_POLICY_TARGET]: policyTarget(policy) },
    delegations,
    at,
  })
  return sealMetadata(keys, roles, { targets: [signed] }, at)
}
