import { Fault } from '../core/fault.ts'
import { LOG_POLICY_TARGET } from '../core/layout.ts'
import { parsePolicy } from '../core/log/parse-policy.ts'
import { isSameHash } from '../core/log/tree-hash.ts'
import { readRoles } from './authority-roles.ts'
import { commitLogged } from './commit-logged.ts'
import { LOG_KEY_USE } from './log-policy.ts'
import type { PublishDeps } from './ports.ts'
import { retryConflicts } from './retry-conflicts.ts'
import { sha256Hex } from './sign-metadata.ts'
import { signPolicy } from './sign-policy.ts'
import { stageTarget } from './stage-target.ts'

/**
 * Gives the log a policy: whom readers believe about it, and which witnesses must have signed before anything is seen. Signed by targets. The
 * witnesses of both policies must sign that very change; with `isForced` those of the new one alone: then agents that hold the old one stop
 * at it, until somebody gives them the new one. Readers see it after `projectPublished`.
 *
 * Throws `log/policy` for a text that is no policy, or whose log is not this one; `publish/waits`, and what `commitLogged` throws.
 */
export async function changePolicy(
  deps: PublishDeps,
  policy: string,
  { isForced = false } = {},
): Promise<void> {
  assertOwnLog(deps, policy)
  const act = { act: 'log-policy', subject: { sha256: sha256Hex(Buffer.from(policy)) } } as const
  await retryConflicts(async () => {
    const at = deps.now()
    // A policy that waits for the dead is changed on top of what waits.
    const roles = readRoles(deps.store, deps.store.log.batch())
    await stageTarget(deps.files, LOG_POLICY_TARGET, [Buffer.from(policy)])
    const metadata = await signPolicy(deps.keys, roles, policy, at)
    await commitLogged(deps, { metadata, at, policy, isForced, joins: true, acts: [act] })
  })
}

function assertOwnLog({ keys }: Pick<PublishDeps, 'keys'>, policy: string): void {
  const { logs } = parsePolicy(Buffer.from(policy))
  const held = keys.all().filter(({ use }) => use === LOG_KEY_USE)
  const isOwn = logs.some(({ key }) =>
    held.some(({ publicHex }) => isSameHash(key.publicKey, Buffer.from(publicHex, 'hex'))),
  )
  if (isOwn) return
  throw new Fault(
    'log/policy',
    `expected the policy to name this log, got ${logs.map(({ key }) => JSON.stringify(key.name)).join(', ')}: take its line from «bailiwick log show»`,
  )
}
