import { Fault } from '../core/fault.ts'
import { LOG_POLICY_TARGET } from '../core/layout.ts'
import { parsePolicy } from '../core/log/parse-policy.ts'
import { isSameHash } from '../core/log/tree-hash.ts'
import { changeTrust, type TrustChanged } from './drafts/change-trust.ts'
import type { TrustPlan } from './drafts/trust-plan.ts'
import { LOG_KEY_USE, policyTarget, readPolicy } from './log-policy.ts'
import type { Act, PublishDeps } from './ports.ts'
import { nextTargets } from './seal-metadata.ts'
import { sha256Hex } from './sign-metadata.ts'
import type { TargetsSigned } from './tuf-metadata.ts'

/**
 * Gives the log a policy: whom readers believe about it, and which witnesses must have signed before anything is seen. Signed by targets. The
 * witnesses of both policies must sign that very change; with `isForced` those of the new one alone: then agents that hold the old one stop
 * at it, until somebody gives them the new one. Readers see it after `projectPublished`. It may become a draft.
 *
 * Throws `log/policy` for a text that is no policy, or whose log is not this one; and what `changeTrust` throws.
 */
export async function changePolicy(
  deps: PublishDeps,
  policy: string,
  { isForced = false } = {},
): Promise<TrustChanged> {
  assertOwnLog(deps, policy)
  return changeTrust(
    deps,
    ({ targets }, at) =>
      policyPlan(targets, { policy, isForced, title: 'a policy of the log', acts: [], at }),
    // A policy that waits for the dead is changed on top of what waits.
    { joins: true },
  )
}

/** The next targets, which name this policy of the log. */
export function policyPlan(
  before: TargetsSigned,
  { policy, isForced, title, acts, at }: NewPolicy,
): TrustPlan {
  const subject = { sha256: sha256Hex(Buffer.from(policy)) }
  const targets = { ...before.targets, [LOG_POLICY_TARGET]: policyTarget(policy) }
  return {
    ...{ title, root: null, targets: nextTargets(before, { targets }, at), lists: [] },
    acts: [...acts, { act: 'log-policy', subject }],
    ...{ isSealed: true, policy, isForced, joins: true },
  }
}

interface NewPolicy extends Pick<TrustPlan, 'title' | 'isForced'> {
  readonly policy: string
  /** What is done by it, beside giving the log another policy. */
  readonly acts: readonly Act[]
  readonly at: Date
}

/** The origin stays, whatever key signs for it: a tree under two names would be two logs. */
function assertOwnLog({ keys, store }: Pick<PublishDeps, 'keys' | 'store'>, policy: string): void {
  const { logs } = parsePolicy(Buffer.from(policy))
  const held = keys.all().filter(({ use }) => use === LOG_KEY_USE)
  const own = logs.filter(({ key }) =>
    held.some(({ publicHex }) => isSameHash(key.publicKey, Buffer.from(publicHex, 'hex'))),
  )
  const before = readPolicy(store)
  const origins = before === null ? [] : parsePolicy(Buffer.from(before)).logs
  const isSame = own.every(
    ({ key }) => before === null || origins.some((other) => other.key.name === key.name),
  )
  if (own.length > 0 && isSame) return
  throw new Fault(
    'log/policy',
    `expected the policy to name this log, got ${logs.map(({ key }) => JSON.stringify(key.name)).join(', ')}: take its line from «bailiwick log show»`,
  )
}
