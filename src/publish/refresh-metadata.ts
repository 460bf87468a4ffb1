import { keysOfRole, readRoles, type AuthorityRoles } from './authority-roles.ts'
import { retryConflicts } from './list-role.ts'
import type { PublishDeps, SignedMetadata } from './ports.ts'
import { isDue } from './role-life.ts'
import { sealMetadata, signTargets, signTimestamp } from './seal-metadata.ts'
import { parseOwnMetadata } from './tuf-metadata.ts'

export interface RefreshReport {
  /** The roles that were signed again. */
  readonly signed: readonly string[]
  /** What a person must do, in sentences: a root that nears its end, a role whose keys are elsewhere. */
  readonly warnings: readonly string[]
}

/**
 * Signs again, with the same content, whatever nears its end: targets, list roles and snapshot with a third of their life left,
 * the timestamp when it is an hour old. Root is left to `key rotate root`, with a warning. To be called at start and now and then; it is
 * cheap when nothing is due. Readers see it after `projectPublished`.
 */
export function refreshMetadata(
  deps: Pick<PublishDeps, 'store' | 'keys' | 'now'>,
): Promise<RefreshReport> {
  return retryConflicts(async () => {
    const at = deps.now()
    const roles = readRoles(deps.store)
    const due = dueTargets(deps, roles, at)
    const warnings = [
      ...rootWarning(roles, at),
      ...due.filter(({ canSign }) => !canSign).map(elsewhere),
    ]
    const targets: SignedMetadata[] = []
    for (const { role, signed, canSign } of due) {
      if (!canSign) continue
      const { version, targets: files, delegations } = parseOwnMetadata(signed.bytes, 'targets')
      const next = { version: version + 1, targets: files, delegations, at }
      targets.push(await signTargets(deps.keys, roles, role, next))
    }
    const signed = await sealDue(deps, roles, targets, at)
    if (signed.length > 0) deps.store.metadata.commit(signed)
    return { signed: signed.map(({ role }) => role), warnings }
  })
}

interface DueRole {
  readonly role: string
  readonly signed: SignedMetadata
  /** Whether this host holds enough of its keys. */
  readonly canSign: boolean
}

function dueTargets(
  { store, keys }: Pick<PublishDeps, 'store' | 'keys'>,
  roles: AuthorityRoles,
  at: Date,
): DueRole[] {
  const held = new Set(keys.all().map(({ keyid }) => keyid))
  const names = ['targets', ...(roles.targets.delegations?.roles.map(({ name }) => name) ?? [])]
  return names.flatMap((role) => {
    const signed = store.metadata.latest(role)
    if (signed === null || !isDue(role, signed.expiresAt, at)) return []
    const { keyids = [], threshold = 1 } = keysOfRole(roles, role) ?? {}
    return [
      { role, signed, canSign: keyids.filter((keyid) => held.has(keyid)).length >= threshold },
    ]
  })
}

/** Snapshot and timestamp over `targets`; or the timestamp alone; or nothing, when nothing is due. */
async function sealDue(
  { store, keys }: Pick<PublishDeps, 'store' | 'keys'>,
  roles: AuthorityRoles,
  targets: readonly SignedMetadata[],
  at: Date,
): Promise<SignedMetadata[]> {
  if (targets.length > 0 || isDue('snapshot', new Date(roles.snapshot.expires), at)) {
    return sealMetadata(keys, roles, { targets }, at)
  }
  if (!isDue('timestamp', new Date(roles.timestamp.expires), at)) return []
  const snapshot = store.metadata.find('snapshot', roles.snapshot.version)
  return snapshot === null ? [] : [await signTimestamp(keys, roles, snapshot, at)]
}

function rootWarning({ root }: AuthorityRoles, at: Date): string[] {
  if (!isDue('root', new Date(root.expires), at)) return []
  return [
    `root expires on ${root.expires.slice(0, 10)}: run «bailiwick key rotate root» before that day`,
  ]
}

function elsewhere({ role, signed }: DueRole): string {
  const day = signed.expiresAt.toISOString().slice(0, 10)
  return `${role} expires on ${day}, and its keys are not on this host: bring them, or rotate the role`
}
