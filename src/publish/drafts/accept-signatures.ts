import { Fault, isFault } from '../../core/fault.ts'
import type { PublishDeps } from '../ports.ts'
import { retryConflicts } from '../retry-conflicts.ts'
import { payloadsOf, printDraft, type Draft, type GivenSignature } from './draft.ts'
import { assertAlive, readDrafts, rolesFor, stateOf, withRoles } from './find-draft.ts'
import { commitPlan } from './change-trust.ts'
import { partsOf, type MissingSignatures } from './trust-plan.ts'
import { verifyGiven } from './verify-given.ts'

/** What became of the signatures for one draft. */
export interface Acceptance {
  readonly draft: Draft
  /** Keys whose signatures are new. */
  readonly taken: readonly string[]
  /** Keys whose signatures were there already. */
  readonly known: readonly string[]
  /** Empty where all thresholds are met. */
  readonly missing: readonly MissingSignatures[]
  /** The roles that were committed; empty while signatures are missing. */
  readonly signed: readonly string[]
}

/**
 * Takes signatures that were made elsewhere to the drafts that they are of, all or none, and commits each draft whose thresholds are met with
 * them and the keys of this host. Readers see it after `projectPublished`.
 *
 * Throws `draft/not-found` for a signature of what no draft asks for, `draft/overtaken`, `draft/expired`, `key/unasked`,
 * `signature/invalid`; then nothing was taken. `publish/waits` where the witnesses don't sign: then it is in the log, and no draft any more.
 */
export async function acceptSignatures(
  deps: PublishDeps,
  signatures: readonly GivenSignature[],
): Promise<Acceptance[]> {
  // While no other process takes any: of two files that come in the same moment none is lost.
  const taken = deps.store.write(() => takeAll(deps, signatures))
  const accepted: Acceptance[] = []
  for (const one of taken) {
    const { missing } = stateOf(deps, one.draft)
    const signed = missing.length > 0 ? [] : await commitDraft(deps, one.draft)
    accepted.push({ ...one, missing, signed })
  }
  return accepted
}

/** Commits a draft whose thresholds are met, and ends it. Throws as `acceptSignatures` does. */
export async function commitDraft(deps: PublishDeps, draft: Draft): Promise<string[]> {
  try {
    const signed = await retryConflicts(() => {
      assertAlive(deps, draft)
      const roles = rolesFor(deps, draft)
      const { plan, signatures: given } = draft
      const parts = partsOf(roles, plan)
      // A draft lies in a file: what was verified when it came is verified again before it counts.
      for (const one of given) verifyGiven({ roles, draft, parts }, one)
      return commitPlan(deps, roles, { plan, given, at: deps.now() })
    })
    deps.drafts.remove(draft.id)
    return signed
  } catch (error) {
    // It is in the log for good. A crash before this line leaves a draft that is overtaken, by itself.
    if (isFault(error, 'publish/waits')) deps.drafts.remove(draft.id)
    throw error
  }
}

type Taken = Pick<Acceptance, 'draft' | 'taken' | 'known'>

function takeAll(deps: PublishDeps, signatures: readonly GivenSignature[]): Taken[] {
  const drafts = readDrafts(deps)
  const byDraft = new Map<Draft, GivenSignature[]>()
  for (const signature of signatures) {
    const draft = drafts.find((one) => payloadsOf(one).has(signature.payload))
    if (draft === undefined) throw unknown(signature)
    byDraft.set(draft, [...(byDraft.get(draft) ?? []), signature])
  }
  const taken = [...byDraft].map(([draft, own]) => take(deps, draft, own))
  for (const { draft } of taken) deps.drafts.put(draft.id, printDraft(draft))
  return taken
}

function take(deps: PublishDeps, draft: Draft, signatures: readonly GivenSignature[]): Taken {
  assertAlive(deps, draft)
  const roles = rolesFor(deps, draft)
  const parts = partsOf(roles, draft.plan)
  const all = [...draft.signatures]
  const [taken, known] = [new Set<string>(), new Set<string>()]
  for (const signature of withRoles(draft, signatures)) {
    verifyGiven({ roles, draft, parts }, signature)
    const { keyid, sig, payload } = signature
    // One key counts once, however often it signs.
    const isKnown = all.some((one) => one.keyid === keyid && one.payload === payload)
    if (!isKnown) all.push({ keyid, sig, payload })
    ;(isKnown ? known : taken).add(keyid)
  }
  const kept = { ...draft, signatures: all }
  return { draft: kept, taken: [...taken], known: [...known].filter((keyid) => !taken.has(keyid)) }
}

function unknown({ keyid, payload }: GivenSignature): Fault {
  return new Fault(
    'draft/not-found',
    `expected a signature of a draft, got one by ${keyid.slice(0, 16)} of a payload that no draft has (SHA-256 ${payload}): it was altered, or its draft is done or was dropped; «bailiwick key drafts» shows what waits`,
  )
}
