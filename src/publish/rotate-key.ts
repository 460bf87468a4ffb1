import { Fault } from '../core/fault.ts'
import { tufKey, type TufKey } from '../core/tuf-key.ts'
import { keysOfRole, readRoles, type AuthorityRoles } from './authority-roles.ts'
import { changeTrust, type Drafted } from './drafts/change-trust.ts'
import type { TrustPlan } from './drafts/trust-plan.ts'
import { EXPORT_KEY_TARGET, exportKeyTarget } from './init-authority.ts'
import type { Act, HeldKey, PublicKey, PublishDeps, WantedTokenKey } from './ports.ts'
import { nextRoot, nextTargets } from './seal-metadata.ts'
import { printExportKey } from './sign-minisign.ts'
import { stageTarget } from './stage-target.ts'
import type { RoleKeys, RootSigned, TargetsSigned, TopRole } from './tuf-metadata.ts'

export interface KeyChange {
  /** A top role, `list-PLACE`, or `export`. */
  readonly role: string
  /** `rotate` replaces all keys of the role, `add` puts some beside them. */
  readonly change: 'add' | 'rotate'
  /** How many signatures the role needs from now on; as before when left out. */
  readonly threshold?: number
  /** Keys whose private parts are elsewhere. Without any, this host makes one, or for a rotation as many as there were. */
  readonly publicKeys?: readonly PublicKey[]
  /** Where the new keys shall lie; one that exists is one alone. */
  readonly token?: WantedTokenKey
}

/** What became of the keys of one role. */
export interface RoleChanged {
  readonly role: string
  readonly change: KeyChange['change']
  /** Those that were made here. */
  readonly made: readonly HeldKey[]
  readonly keys: RoleKeys
}

export interface KeysChanged {
  readonly roles: readonly RoleChanged[]
  /** The metadata that was signed, by role; empty where it became a draft. */
  readonly signed: readonly string[]
  readonly drafted: Drafted | null
}

/**
 * Changes the keys of a role, or of several top roles in one root, and signs everything that must be signed by them, in one commit: for the top
 * roles the next root, signed by the old keys and the new; for a list or the exports the next targets. Readers follow by themselves. They see it
 * after `projectPublished`. Where signatures are missing that this host can't give, it becomes a draft.
 *
 * Throws `key/unknown-role`, `usage/invalid` for a threshold that cannot be reached, or for keys elsewhere of a role that signs every day;
 * and what `changeTrust` throws.
 */
export async function changeKeys(
  deps: PublishDeps,
  ...changes: readonly KeyChange[]
): Promise<KeysChanged> {
  const before = readRoles(deps.store)
  assertTogether(changes)
  const fresh: FreshKeys[] = []
  for (const { change, making } of changes.map((one) => planKeys(before, one))) {
    const made = await makeKeys(deps, change, making)
    fresh.push({ change, made, all: [...made, ...(change.publicKeys ?? [])] })
  }
  const keys = publicKeys(fresh.flatMap(({ all }) => all))
  let roles: readonly RoleChanged[] = []
  const outcome = await changeTrust(deps, (now, at) => {
    // What waited for its witnesses, or another process, may have given the role other keys since: `now` says which stay.
    roles = fresh.map((one) => roleChanged(now, one))
    return planOf(deps, now, { roles, keys }, at)
  })
  return { roles, ...outcome }
}

/** The keys that a change brings, once they are made. */
interface FreshKeys {
  readonly change: KeyChange
  readonly made: readonly HeldKey[]
  /** Those that were made, and those that are elsewhere. */
  readonly all: readonly PublicKey[]
}

function roleChanged(now: AuthorityRoles, { change, made, all }: FreshKeys): RoleChanged {
  const { replaced, kept, threshold } = planKeys(now, change)
  assertOthers(change.role, replaced, made)
  const keys = { keyids: [...kept, ...all.map(({ keyid }) => keyid)], threshold }
  assertThreshold(change.role, threshold, keys.keyids.length)
  return { role: change.role, change: change.change, made, keys }
}

interface PlannedKeys {
  readonly change: KeyChange
  /** The keys that the role has before. */
  readonly replaced: readonly string[]
  readonly kept: readonly string[]
  readonly threshold: number
  /** How many keys this host is to make. */
  readonly making: number
}

function planKeys(before: AuthorityRoles, change: KeyChange): PlannedKeys {
  const { role, publicKeys: elsewhere = [] } = change
  const old = role === 'export' ? exportKeys(before) : keysOfRole(before, role)
  if (old === null) {
    throw new Fault(
      'key/unknown-role',
      `expected a role that has keys, got ${JSON.stringify(role)}`,
    )
  }
  const isAdding = change.change === 'add'
  const kept = isAdding ? old.keyids : []
  const threshold = change.threshold ?? old.threshold
  // Of a rotation those that are named again stay.
  assertElsewhere(role, elsewhere, kept)
  const asMany = isAdding ? 1 : Math.max(old.keyids.length, change.threshold ?? 1)
  const making = elsewhere.length > 0 ? 0 : asMany
  assertOneNamed(change, making)
  assertThreshold(role, threshold, kept.length + making + elsewhere.length)
  return { change, replaced: old.keyids, kept, threshold, making }
}

async function makeKeys(
  { keys }: Pick<PublishDeps, 'keys'>,
  { role, token }: KeyChange,
  count: number,
): Promise<HeldKey[]> {
  const made: HeldKey[] = []
  const where = token === undefined ? {} : { token }
  for (let i = 0; i < count; i++) made.push(await keys.make(role, where))
  return made
}

interface NewKeys {
  readonly roles: readonly RoleChanged[]
  readonly keys: Readonly<Record<string, TufKey>>
}

async function planOf(
  deps: PublishDeps,
  before: AuthorityRoles,
  change: NewKeys,
  at: Date,
): Promise<TrustPlan> {
  const names = change.roles.map(({ role }) => role)
  const isTop = names.every(isTopRole)
  const root = isTop ? nextRoot(before.root, withRoleKeys(before.root, change), at) : null
  const isOfTargets = !isTop || names.includes('targets')
  return {
    title: `new keys of ${names.join(', ')}`,
    root,
    targets: isOfTargets ? await targetsWith(deps, before.targets, change, at) : null,
    lists: names.filter((name) => name !== 'export' && !isTopRole(name)),
    isSealed: names.join() !== 'root',
    acts: change.roles.map((role) => actOf(role, change)),
    ...{ policy: null, isForced: false, joins: false },
  }
}

function actOf({ role, change, keys }: RoleChanged, { keys: fresh }: NewKeys): Act {
  const keyids = keys.keyids.filter((keyid) => fresh[keyid] !== undefined)
  const act = change === 'add' ? 'key-added' : 'key-rotated'
  return { act, subject: { role, keyids, threshold: keys.threshold } }
}

function withRoleKeys(root: RootSigned, change: NewKeys): Pick<RootSigned, 'keys' | 'roles'> {
  const changed = change.roles.map(({ role, keys }) => [role, keys] as const)
  const roles = { ...root.roles, ...(Object.fromEntries(changed) as Partial<RootSigned['roles']>) }
  const used = new Set(Object.values(roles).flatMap(({ keyids }) => keyids))
  return { roles, keys: onlyUsed({ ...root.keys, ...change.keys }, used) }
}

/** The next targets: as they are, for new keys of their own; else with the new keys of a list or of exports. */
async function targetsWith(
  deps: PublishDeps,
  before: TargetsSigned,
  { roles, keys }: NewKeys,
  at: Date,
): Promise<TargetsSigned> {
  const [changed] = roles
  if (changed === undefined || isTopRole(changed.role)) return nextTargets(before, {}, at)
  const { role, made } = changed
  if (role === 'export') return nextTargets(before, await withExportKey(deps, before, made), at)
  return nextTargets(before, withListKeys(before, changed, keys), at)
}

function withListKeys(
  targets: TargetsSigned,
  { role, keys: { keyids, threshold } }: RoleChanged,
  fresh: NewKeys['keys'],
): Pick<TargetsSigned, 'delegations'> {
  const before = targets.delegations ?? { keys: {}, roles: [] }
  const roles = before.roles.map((delegated) =>
    delegated.name === role ? { ...delegated, keyids, threshold } : delegated,
  )
  const used = new Set(roles.flatMap((delegated) => delegated.keyids))
  return { delegations: { roles, keys: onlyUsed({ ...before.keys, ...fresh }, used) } }
}

async function withExportKey(
  { files }: Pick<PublishDeps, 'files'>,
  { targets }: TargetsSigned,
  [key]: readonly HeldKey[],
): Promise<Pick<TargetsSigned, 'targets'>> {
  if (key === undefined) return { targets }
  const authority = String(targets[EXPORT_KEY_TARGET]?.custom['authority'] ?? '')
  await stageTarget(files, EXPORT_KEY_TARGET, [printExportKey(key, authority)])
  return { targets: { ...targets, [EXPORT_KEY_TARGET]: exportKeyTarget(key, authority) } }
}

/** The one key that signs exports now, in the shape of a role. */
function exportKeys({ targets }: AuthorityRoles): RoleKeys | null {
  const keyid = targets.targets[EXPORT_KEY_TARGET]?.custom['keyid']
  return typeof keyid === 'string' ? { keyids: [keyid], threshold: 1 } : null
}

/** Several roles are changed together where one root names them all. */
function assertTogether(changes: readonly KeyChange[]): void {
  const names = changes.map(({ role }) => role)
  const isRepeated = new Set(names).size < names.length
  if (!isRepeated && (names.length === 1 || names.every(isTopRole))) return
  throw new Fault(
    'usage/invalid',
    `expected one role, or several of root, targets, snapshot and timestamp, got ${names.join(', ')}`,
  )
}

/** Snapshot, timestamp, lists and exports are signed here, day and night: a key elsewhere could not sign for them. */
function assertElsewhere(
  role: string,
  elsewhere: readonly PublicKey[],
  kept: readonly string[],
): void {
  if (elsewhere.length > 0 && role !== 'root' && role !== 'targets') {
    throw new Fault(
      'usage/invalid',
      `expected root or targets for keys that are elsewhere, got ${JSON.stringify(role)}, which is signed on this host whenever something is published`,
    )
  }
  const seen = new Set(kept)
  for (const { keyid } of elsewhere) {
    if (seen.has(keyid)) {
      throw new Fault(
        'usage/invalid',
        `expected each key of ${role} once, got ${keyid.slice(0, 16)} again`,
      )
    }
    seen.add(keyid)
  }
}

function assertThreshold(role: string, threshold: number, count: number): void {
  if (role === 'export' && count !== 1) {
    throw new Fault(
      'usage/invalid',
      'expected exports to have one key, for minisign knows no threshold: rotate it instead',
    )
  }
  if (threshold >= 1 && threshold <= count) return
  throw new Fault(
    'usage/invalid',
    `expected a threshold from 1 to ${count}, the number of keys of ${role} afterwards, got ${threshold}`,
  )
}

function assertOneNamed({ role, token }: KeyChange, count: number): void {
  if (token?.isExisting !== true || count === 1) return
  throw new Fault(
    'usage/invalid',
    `expected one key of ${role} to be replaced by the one that exists in the token, got ${count}: give it the others by «key add»`,
  )
}

/** The same key twice would count as two where a threshold asks for two. */
function assertOthers(role: string, before: readonly string[], made: readonly HeldKey[]): void {
  const same = made.find(({ keyid }) => before.includes(keyid))
  if (same === undefined) return
  throw new Fault(
    'usage/invalid',
    `expected a key that ${role} doesn't have yet, got ${same.keyid}: it signs already, and this host now knows where it lies`,
  )
}

function isTopRole(role: string): role is TopRole {
  return role === 'root' || role === 'targets' || role === 'snapshot' || role === 'timestamp'
}

function publicKeys(made: readonly PublicKey[]): Record<string, TufKey> {
  return Object.fromEntries(made.map(({ keyid, publicHex }) => [keyid, tufKey(publicHex)]))
}

function onlyUsed(
  keys: Readonly<Record<string, TufKey>>,
  used: ReadonlySet<string>,
): Record<string, TufKey> {
  return Object.fromEntries(Object.entries(keys).filter(([keyid]) => used.has(keyid)))
}
