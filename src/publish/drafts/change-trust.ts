import { readRoles, type AuthorityRoles } from '../authority-roles.ts'
import { commitLogged } from '../commit-logged.ts'
import { finishBatch } from '../finish-batch.ts'
import { LOG_POLICY_TARGET } from '../../core/layout.ts'
import type { LogBatch, PublishDeps, PublishStore } from '../ports.ts'
import { retryConflicts } from '../retry-conflicts.ts'
import { stageTarget } from '../stage-target.ts'
import { makeDraft, printDraft, type Draft, type GivenSignature } from './draft.ts'
import {
  missingSignatures,
  partsOf,
  type MissingSignatures,
  type TrustPlan,
  type PlannedPart,
} from './trust-plan.ts'
import { signPlan } from './sign-plan.ts'

/** What became of a change of root or targets. */
export interface TrustChanged {
  /** The roles that were signed; empty for a draft. */
  readonly signed: readonly string[]
  /** What waits for signatures that this host can't give; null where it had all of them. */
  readonly drafted: Drafted | null
}

export interface Drafted {
  readonly draft: Draft
  readonly missing: readonly MissingSignatures[]
}

/**
 * The way of every change of root or targets. Where the keys of this host suffice it is signed and committed at once, and seen after
 * `projectPublished`. Else nothing is signed, and it is kept as a draft until `acceptSignatures` has enough. `makePlan` is asked again when
 * another process was quicker.
 *
 * Throws what `makePlan` throws; `publish/conflict`, `publish/waits`, and what the keys throw.
 */
export async function changeTrust(
  deps: PublishDeps,
  makePlan: (roles: AuthorityRoles, at: Date) => TrustPlan | Promise<TrustPlan>,
  { joins = false }: { readonly joins?: boolean } = {},
): Promise<TrustChanged> {
  return retryConflicts(async () => {
    const at = deps.now()
    // A draft on top of what is about to change would be overtaken at once.
    if (!joins) await finishBatch(deps)
    const roles = readRoles(deps.store, joins ? deps.store.log.batch() : null)
    const plan = await makePlan(roles, at)
    const missing = missingOf(deps, roles, plan, [])
    if (missing.length === 0) {
      return {
        signed: await commitPlan(deps, roles, { plan, given: [], at }),
        drafted: null,
      }
    }
    const before = textsBefore(deps.store, plan.joins ? deps.store.log.batch() : null)
    const draft = makeDraft({ draftedAt: at, plan, before })
    // The commit point of a draft. A crash before it leaves at most a key that nobody knows.
    deps.drafts.put(draft.id, printDraft(draft))
    return { signed: [], drafted: { draft, missing } }
  })
}

/** Which thresholds of a plan the keys of this host and `given` don't meet. */
export function missingOf(
  { keys }: Pick<PublishDeps, 'keys'>,
  roles: AuthorityRoles,
  plan: TrustPlan,
  given: readonly (GivenSignature & Pick<PlannedPart, 'role'>)[],
): MissingSignatures[] {
  const held = keys.all().map(({ keyid }) => keyid)
  return missingSignatures(partsOf(roles, plan), ({ role }) => {
    const own = given.filter((signature) => signature.role === role)
    return new Set([...held, ...own.map(({ keyid }) => keyid)])
  })
}

/** Signs a plan that lacks nothing, and commits it through the log. Gives the roles that were signed. */
export async function commitPlan(
  deps: PublishDeps,
  roles: AuthorityRoles,
  signing: {
    readonly plan: TrustPlan
    readonly given: readonly GivenSignature[]
    readonly at: Date
  },
): Promise<string[]> {
  const { policy, acts, isForced, joins } = signing.plan
  if (policy !== null) await stageTarget(deps.files, LOG_POLICY_TARGET, [Buffer.from(policy)])
  const metadata = await signPlan(deps, roles, signing)
  const change = { metadata, at: signing.at, acts, isForced, joins }
  await commitLogged(deps, policy === null ? change : { ...change, policy })
  return metadata.map(({ role }) => role)
}

/** The newest root and targets, those of `waiting` where it has some: what a change follows. */
export function textsBefore(store: PublishStore, waiting: LogBatch | null): Draft['before'] {
  const textOf = (role: 'root' | 'targets'): string => {
    const newest =
      waiting?.metadata.findLast((signed) => signed.role === role) ?? store.metadata.latest(role)
    return newest?.bytes.toString() ?? ''
  }
  return { root: textOf('root'), targets: textOf('targets') }
}
