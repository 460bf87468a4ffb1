import { Fault } from '../../core/fault.ts'
import { readRoles, type AuthorityRoles } from '../authority-roles.ts'
import type { PublishDeps } from '../ports.ts'
import { isDue } from '../role-life.ts'
import { parseDraft, payloadsOf, type Draft, type GivenSignature } from './draft.ts'
import { missingOf, textsBefore } from './change-trust.ts'
import type { MissingSignatures, PlannedPart } from './trust-plan.ts'

type Deps = Pick<PublishDeps, 'store' | 'keys' | 'drafts' | 'now'>

/** A draft, and how it stands. */
export interface DraftState {
  readonly draft: Draft
  /** Why it can't be committed any more, or null. */
  readonly dead: 'expired' | 'overtaken' | null
  readonly missing: readonly MissingSignatures[]
}

/** All drafts, oldest first. Throws `draft/invalid` where one is damaged. */
export function readDrafts({ drafts }: Pick<PublishDeps, 'drafts'>): Draft[] {
  return drafts
    .all()
    .map(({ name, bytes }) => parseDraft(name, bytes))
    .sort((a, b) => a.draftedAt.getTime() - b.draftedAt.getTime())
}

/** The one draft whose id begins so; with nothing, the only one. Throws `draft/not-found`. */
export function findDraft(deps: Pick<PublishDeps, 'drafts'>, id = ''): Draft {
  const all = readDrafts(deps)
  const found = all.filter((draft) => draft.id.startsWith(id))
  const [only, other] = found
  if (only !== undefined && other === undefined) return only
  const known = all.map((draft) => draft.id).join(', ') || 'there is none'
  throw new Fault(
    'draft/not-found',
    `expected the id of one draft, got ${JSON.stringify(id)}, which ${found.length} have: ${known}`,
  )
}

/** How drafts stand against what is signed now. */
export function stateOf(deps: Deps, draft: Draft): DraftState {
  const roles = rolesFor(deps, draft)
  const missing = missingOf(deps, roles, draft.plan, withRoles(draft, draft.signatures))
  return { draft, dead: deathOf(deps, draft), missing }
}

/** What a draft would be committed on top of. */
export function rolesFor({ store }: Pick<PublishDeps, 'store'>, { plan }: Draft): AuthorityRoles {
  return readRoles(store, plan.joins ? store.log.batch() : null)
}

/** Signatures with the roles whose payloads they are over. */
export function withRoles(
  draft: Draft,
  signatures: readonly GivenSignature[],
): (GivenSignature & Pick<PlannedPart, 'role'>)[] {
  const payloads = payloadsOf(draft)
  return signatures.flatMap((signature) => {
    const role = payloads.get(signature.payload)?.role
    return role === undefined ? [] : [{ ...signature, role }]
  })
}

/** Throws `draft/overtaken` and `draft/expired`. */
export function assertAlive(deps: Pick<Deps, 'store' | 'now'>, draft: Draft): void {
  const dead = deathOf(deps, draft)
  if (dead === null) return
  const way = `«bailiwick key drop ${draft.id}», and draft it again`
  if (dead === 'expired') {
    throw new Fault(
      'draft/expired',
      `expected a draft whose metadata need not be renewed at once, got one of ${draft.draftedAt.toISOString().slice(0, 10)}: ${way}`,
    )
  }
  const versions = [draft.plan.root, draft.plan.targets]
    .flatMap((signed) => (signed === null ? [] : `version ${signed.version} of ${signed._type}`))
    .join(' and ')
  throw new Fault(
    'draft/overtaken',
    `expected ${versions} to be next, got that something else was signed since: signatures of it are worth nothing any more; ${way}`,
  )
}

function deathOf({ store, now }: Pick<Deps, 'store' | 'now'>, draft: Draft): DraftState['dead'] {
  const { root, targets, joins } = draft.plan
  const newest = textsBefore(store, joins ? store.log.batch() : null)
  const isOvertaken =
    (root !== null && newest.root !== draft.before.root) ||
    (targets !== null && newest.targets !== draft.before.targets)
  if (isOvertaken) return 'overtaken'
  const at = now()
  const isOld = [root, targets].some(
    (signed) => signed !== null && isDue(signed._type, new Date(signed.expires), at),
  )
  return isOld ? 'expired' : null
}
