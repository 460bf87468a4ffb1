import { Fault } from '../core/fault.ts'
import { tufKey, type TufKey } from '../core/tuf-key.ts'
import { keysOfRole, readRoles, type AuthorityRoles } from './authority-roles.ts'
import { commitLogged } from './commit-logged.ts'
import { EXPORT_KEY_TARGET, exportKeyTarget } from './init-authority.ts'
import { retryConflicts } from './retry-conflicts.ts'
import type { Act, HeldKey, PublishDeps, SignedMetadata } from './ports.ts'
import { nextRoot, sealMetadata, signTargets } from './seal-metadata.ts'
import { signMetadata } from './sign-metadata.ts'
import { printExportKey } from './sign-minisign.ts'
import { stageTarget } from './stage-target.ts'
import {
  parseOwnMetadata,
  type RoleKeys,
  type RootSigned,
  type TargetsSigned,
  type TopRole,
} from './tuf-metadata.ts'

export interface KeyChange {
  /** A top role, `list-PLACE`, or `export`. */
  readonly role: string
  /** `rotate` replaces all keys of the role by as many new ones; `add` puts one beside them. */
  readonly change: 'add' | 'rotate'
  /** How many signatures the role needs from now on; as before when left out. */
  readonly threshold?: number
}

export interface KeysChanged {
  readonly made: readonly HeldKey[]
  readonly keys: RoleKeys
  /** The metadata that was signed, by role. */
  readonly signed: readonly string[]
}

/**
 * Changes the keys of a role and signs everything that must be signed by them, in one commit: for the top roles the next root, signed by the old
 * keys and the new; for a list or the exports the next targets. Readers follow by themselves. They see it after `projectPublished`.
 *
 * Throws `key/unknown-role`, `signature/threshold`, `usage/invalid` for a threshold that cannot be reached.
 */
export async function changeKeys(deps: PublishDeps, change: KeyChange): Promise<KeysChanged> {
  const before = readRoles(deps.store)
  const old = change.role === 'export' ? exportKeys(before) : keysOfRole(before, change.role)
  if (old === null) {
    throw new Fault(
      'key/unknown-role',
      `expected a role that has keys, got ${JSON.stringify(change.role)}`,
    )
  }
  const count = change.change === 'add' ? 1 : Math.max(old.keyids.length, change.threshold ?? 1)
  const threshold = change.threshold ?? old.threshold
  const total = change.change === 'add' ? old.keyids.length + 1 : count
  assertThreshold(change.role, threshold, total)
  const made: HeldKey[] = []
  for (let i = 0; i < count; i++) made.push(await deps.keys.make(change.role))
  const kept = change.change === 'add' ? old.keyids : []
  const keys = { keyids: [...kept, ...made.map(({ keyid }) => keyid)], threshold }
  const act = keyAct(change, { keys, made })
  const signed = await retryConflicts(() => signChange(deps, act, { keys, made }))
  return { made, keys, signed }
}

interface NewKeys {
  readonly keys: RoleKeys
  readonly made: readonly HeldKey[]
}

interface KeyAct extends Act {
  readonly subject: {
    readonly role: string
    readonly keyids: readonly string[]
    readonly threshold: number
  }
}

function keyAct({ role, change }: KeyChange, { keys, made }: NewKeys): KeyAct {
  const keyids = made.map(({ keyid }) => keyid)
  const act = change === 'add' ? 'key-added' : 'key-rotated'
  return { act, subject: { role, keyids, threshold: keys.threshold } }
}

async function signChange(deps: PublishDeps, act: KeyAct, change: NewKeys): Promise<string[]> {
  const { role } = act.subject
  const at = deps.now()
  const before = readRoles(deps.store)
  const signed = isTopRole(role)
    ? await signTopRole(deps, before, { role, at, ...change })
    : await signBelow(deps, before, { role, at, ...change })
  await commitLogged(deps, { metadata: signed, at, acts: [act] })
  return signed.map((metadata) => metadata.role)
}

type Change<R extends string> = NewKeys & { readonly role: R; readonly at: Date }

/** The next root with the new keys, and what the role must sign by them. */
async function signTopRole(
  { store, keys }: PublishDeps,
  before: AuthorityRoles,
  change: Change<TopRole>,
): Promise<SignedMetadata[]> {
  const { role, at } = change
  const root = nextRoot(before.root, withRoleKeys(before.root, change), at)
  // TUF 1.0 §6.1: the next root is signed by a threshold of the old root keys and of the new.
  const signedRoot = await signMetadata(keys, root, {
    role: 'root',
    keys: [before.root.roles.root, root.roles.root],
  })
  if (role === 'root') return [signedRoot]
  const after = { ...before, root }
  const targets =
    role === 'targets' ? [await signAgain({ store, keys }, after, { role: 'targets', at })] : []
  return sealMetadata(keys, after, { root: signedRoot, targets }, at)
}

function withRoleKeys(
  root: RootSigned,
  { role, keys, made }: NewKeys & { readonly role: TopRole },
): Pick<RootSigned, 'keys' | 'roles'> {
  const roles = { ...root.roles, [role]: keys }
  const used = new Set(Object.values(roles).flatMap(({ keyids }) => keyids))
  return { roles, keys: onlyUsed({ ...root.keys, ...publicKeys(made) }, used) }
}

/** The next targets with the new keys of a list or of exports, and the list signed by them. */
async function signBelow(
  deps: PublishDeps,
  before: AuthorityRoles,
  change: Change<string>,
): Promise<SignedMetadata[]> {
  const { role, at } = change
  const targets =
    role === 'export'
      ? await withExportKey(deps, before.targets, change)
      : withListKeys(before.targets, change)
  const after = { ...before, targets }
  const next = {
    version: targets.version + 1,
    targets: targets.targets,
    delegations: targets.delegations,
    at,
  }
  const signed = [await signTargets(deps.keys, after, 'targets', next)]
  if (role !== 'export') signed.push(await signAgain(deps, after, { role, at }))
  return sealMetadata(deps.keys, after, { targets: signed }, at)
}

function withListKeys(targets: TargetsSigned, { role, keys, made }: Change<string>): TargetsSigned {
  const before = targets.delegations ?? { keys: {}, roles: [] }
  const roles = before.roles.map((delegated) =>
    delegated.name === role ? { ...delegated, ...keys } : delegated,
  )
  const used = new Set(roles.flatMap(({ keyids }) => keyids))
  return {
    ...targets,
    delegations: { roles, keys: onlyUsed({ ...before.keys, ...publicKeys(made) }, used) },
  }
}

async function withExportKey(
  { files }: Pick<PublishDeps, 'files'>,
  targets: TargetsSigned,
  { made }: NewKeys,
): Promise<TargetsSigned> {
  const [key] = made
  if (key === undefined) return targets
  const authority = String(targets.targets[EXPORT_KEY_TARGET]?.custom['authority'] ?? '')
  await stageTarget(files, EXPORT_KEY_TARGET, [printExportKey(key, authority)])
  return {
    ...targets,
    targets: { ...targets.targets, [EXPORT_KEY_TARGET]: exportKeyTarget(key, authority) },
  }
}

/** The newest metadata of targets or a list role with the same content, by the keys that hold after the change. */
function signAgain(
  { store, keys }: Pick<PublishDeps, 'store' | 'keys'>,
  after: AuthorityRoles,
  { role, at }: { readonly role: string; readonly at: Date },
): Promise<SignedMetadata> {
  const latest = store.metadata.latest(role)
  if (latest === null) throw new Error(`the role ${role} was never signed`)
  const { version, targets, delegations } = parseOwnMetadata(latest.bytes, 'targets')
  return signTargets(keys, after, role, { version: version + 1, targets, delegations, at })
}

/** The one key that signs exports now, in the shape of a role. */
function exportKeys({ targets }: AuthorityRoles): RoleKeys | null {
  const keyid = targets.targets[EXPORT_KEY_TARGET]?.custom['keyid']
  return typeof keyid === 'string' ? { keyids: [keyid], threshold: 1 } : null
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

function isTopRole(role: string): role is TopRole {
  return role === 'root' || role === 'targets' || role === 'snapshot' || role === 'timestamp'
}

function publicKeys(made: readonly HeldKey[]): Record<string, TufKey> {
  return Object.fromEntries(made.map(({ keyid, publicHex }) => [keyid, tufKey(publicHex)]))
}

function onlyUsed(
  keys: Readonly<Record<string, TufKey>>,
  used: ReadonlySet<string>,
): Record<string, TufKey> {
  return Object.fromEntries(Object.entries(keys).filter(([keyid]) => used.has(keyid)))
}
