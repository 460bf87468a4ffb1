import { DEFINITION_FILE, listRole, listTarget } from '../../core/layout.ts'
import type { AuthorityRoles } from '../authority-roles.ts'
import type { PublishDeps, SignedMetadata } from '../ports.ts'
import { definitionTarget } from '../print-definition.ts'
import { sealMetadata, signTargets, type NextTargets } from '../seal-metadata.ts'
import { sha256Hex, payloadOf, signMetadata } from '../sign-metadata.ts'
import { parseOwnMetadata } from '../tuf-metadata.ts'
import type { GivenSignature } from './draft.ts'
import { partsOf, type TrustPlan, type PlannedPart } from './trust-plan.ts'

/**
 * All that must be committed together for a plan to be seen, but the timestamp: its parts, signed by the keys of this host and by what
 * was given; the list roles that go with it; and the snapshot that names them. `given` is verified already.
 *
 * Throws `signature/threshold` where signatures are missing, and what the keys throw.
 */
export async function signPlan(
  deps: Pick<PublishDeps, 'store' | 'keys'>,
  roles: AuthorityRoles,
  { plan, given, at }: SigningPlan,
): Promise<SignedMetadata[]> {
  const after = {
    ...roles,
    root: plan.root ?? roles.root,
    targets: plan.targets ?? roles.targets,
  }
  const parts = new Map<string, SignedMetadata>()
  for (const part of partsOf(roles, plan)) {
    parts.set(part.role, await signPart(deps, part, given))
  }
  const [root, targets] = [parts.get('root'), parts.get('targets')]
  if (!plan.isSealed) return root === undefined ? [] : [root]
  const signed = targets === undefined ? [] : [targets]
  for (const role of plan.lists) signed.push(await signList(deps, after, role, at))
  return sealMetadata(deps.keys, after, { ...(root && { root }), targets: signed }, at)
}

interface SigningPlan {
  readonly plan: TrustPlan
  readonly given: readonly GivenSignature[]
  readonly at: Date
}

function signPart(
  { keys }: Pick<PublishDeps, 'keys'>,
  { role, signed, needs }: PlannedPart,
  given: readonly GivenSignature[],
): Promise<SignedMetadata> {
  const payload = sha256Hex(payloadOf(signed))
  const own = given.filter((signature) => signature.payload === payload)
  return signMetadata(keys, signed, { role, keys: needs }, own)
}

/** What the list says now, with the next version; or its definition alone, for the first time. */
function signList(
  { store, keys }: Pick<PublishDeps, 'store' | 'keys'>,
  after: AuthorityRoles,
  role: string,
  at: Date,
): Promise<SignedMetadata> {
  const latest = store.metadata.latest(role)
  if (latest === null) return signTargets(keys, after, role, firstOf({ store }, role, at))
  const { version, targets } = parseOwnMetadata(latest.bytes, 'targets')
  return signTargets(keys, after, role, { version: version + 1, targets, at })
}

function firstOf({ store }: Pick<PublishDeps, 'store'>, role: string, at: Date): NextTargets {
  const list = store.lists.all().find(({ place }) => listRole(place) === role)
  if (list === undefined) throw new Error(`no list has the role ${role}`)
  const file = listTarget(list.place, DEFINITION_FILE)
  return { version: 1, targets: { [file]: definitionTarget(list.definition) }, at }
}
