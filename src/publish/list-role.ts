import { DEFINITION_FILE, listRole, listTarget } from '../core/layout.ts'
import { keysOfRole, readRoles, type AuthorityRoles } from './authority-roles.ts'
import { commitLogged, type LoggedDeps } from './commit-logged.ts'
import { retryConflicts } from './retry-conflicts.ts'
import { definitionTarget } from './print-definition.ts'
import type { PublishDeps, PublishedList, PublishStore } from './ports.ts'
import { sealMetadata, signTargets } from './seal-metadata.ts'
import { parseOwnMetadata, type DelegatedRole, type TargetsSigned } from './tuf-metadata.ts'
import { tufKey } from '../core/tuf-key.ts'

/** The newest metadata of a list's role, or null before its first. */
export function readListRole(store: PublishStore, place: string): TargetsSigned | null {
  const found = store.metadata.latest(listRole(place))
  return found === null ? null : parseOwnMetadata(found.bytes, 'targets')
}

/**
 * Gives a list its role: a key of its own, a delegation from targets, and first metadata that holds its definition alone, all
 * committed together. Does nothing for a list that has one. Call it when a list is made; publishing calls it too.
 *
 * Throws what the keys throw, and `publish/conflict` when other processes kept overtaking it.
 */
export async function ensureListRole(deps: LoggedDeps, list: PublishedList): Promise<void> {
  const role = listRole(list.place)
  await retryConflicts(async () => {
    const roles = readRoles(deps.store)
    if (roles.targets.delegations?.roles.some(({ name }) => name === role) === true) return
    const at = deps.now()
    const delegating = await delegate(deps, roles, list.place)
    const targets = await signTargets(deps.keys, roles, 'targets', {
      ...delegating,
      version: roles.targets.version + 1,
      at,
    })
    const after = { ...roles, targets: delegating }
    const first = await signTargets(deps.keys, after, role, {
      version: 1,
      targets: { [listTarget(list.place, DEFINITION_FILE)]: definitionTarget(list.definition) },
      at,
    })
    const metadata = await sealMetadata(deps.keys, after, { targets: [targets, first] }, at)
    const keyids = keysOfRole(after, role)?.keyids ?? []
    const acts = [{ act: 'key-made', subject: { keyids, role } } as const]
    await commitLogged(deps, { metadata, at, acts })
  })
}

async function delegate(
  { keys }: Pick<PublishDeps, 'keys'>,
  { targets }: AuthorityRoles,
  place: string,
): Promise<TargetsSigned> {
  const name = listRole(place)
  const before = targets.delegations ?? { keys: {}, roles: [] }
  // A key that a crash or a lost race left behind is taken up, not multiplied.
  const unused = keys.all().find((key) => key.use === name && before.keys[key.keyid] === undefined)
  const key = unused ?? (await keys.make(name))
  const delegated: DelegatedRole = {
    name,
    keyids: [key.keyid],
    threshold: 1,
    // Disjoint and terminating: no role but its own speaks for a list (`docs/spec/http.md` §4).
    terminating: true,
    paths: [listTarget(place, '*')],
  }
  return {
    ...targets,
    delegations: {
      keys: { ...before.keys, [key.keyid]: tufKey(key.publicHex) },
      roles: [...before.roles, delegated].sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
  }
}
