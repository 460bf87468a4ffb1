import { isFault } from '../core/fault.ts'
import { keysOfRole, readRoles, type AuthorityRoles } from './authority-roles.ts'
import { commitLogged, type LoggedDeps } from './commit-logged.ts'
import { finishBatch } from './finish-batch.ts'
import { retryConflicts } from './retry-conflicts.ts'
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
 * the timestamp when it is an hour old; and finishes what waits for its witnesses, if they answer. Root is left to `key renew root`, with a warning. To be called at start and now and then; it is
 * cheap when nothing is due. Readers see it after `projectPublished`.
 */
export function refreshMetadata(deps: LoggedDeps): Promise<RefreshReport> {
  return retryConflicts(async () => {
    const at = deps.now()
    const waits = await finishWaiting(deps)
    const roles = readRoles(deps.store)
    // What waits for its witnesses comes first; what readers see stays fresh meanwhile.
    const due = waits === null ? dueTargets(deps, roles, at) : []
    const warnings = [
      ...(waits === null ? [] : [waits]),
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
    const signed =
      waits === null
        ? await sealDue(deps, roles, targets, at)
        : await renewTimestamp(deps, roles, at)
    return { signed, warnings }
  })
}

/** Why what waits for its witnesses goes on waiting; null where nothing does any more. */
async function finishWaiting(deps: LoggedDeps): Promise<string | null> {
  try {
    await finishBatch(deps)
    return null
  } catch (error) {
    if (isFault(error, 'publish/waits')) return error.message
    throw error
  }
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

/**
 * Commits snapshot and timestamp over `targets`; or the timestamp alone, which is in no log; or nothing, when nothing is due. Gives the roles
 * that were signed.
 */
async function sealDue(
  deps: LoggedDeps,
  roles: AuthorityRoles,
  targets: readonly SignedMetadata[],
  at: Date,
): Promise<string[]> {
  const { keys } = deps
  if (targets.length > 0 || isDue('snapshot', new Date(roles.snapshot.expires), at)) {
    const metadata = await sealMetadata(keys, roles, { targets }, at)
    await commitLogged(deps, { metadata, at })
    return [...metadata.map(({ role }) => role), 'timestamp']
  }
  return renewTimestamp(deps, roles, at)
}

async function renewTimestamp(
  { store, keys }: LoggedDeps,
  roles: AuthorityRoles,
  at: Date,
): Promise<string[]> {
  if (!isDue('timestamp', new Date(roles.timestamp.expires), at)) return []
  const snapshot = store.metadata.find('snapshot', roles.snapshot.version)
  if (snapshot === null) return []
  const by = { root: roles.root, before: roles.timestamp.version }
  store.metadata.commit([await signTimestamp(keys, by, snapshot, at)])
  return ['timestamp']
}

function rootWarning({ root }: AuthorityRoles, at: Date): string[] {
  if (!isDue('root', new Date(root.expires), at)) return []
  return [
    `root expires on ${root.expires.slice(0, 10)}: run «bailiwick key renew root» before that day`,
  ]
}

function elsewhere({ role, signed }: DueRole): string {
  const day = signed.expiresAt.toISOString().slice(0, 10)
  return `${role} expires on ${day}, and its keys are not on this host: ${role === 'targets' ? 'run «bailiwick key renew targets», which drafts it for its holders' : 'bring them, or rotate the role'}`
}
