import { listRole, listTarget } from '../core/layout.ts'
import { readRoles, type AuthorityRoles } from './authority-roles.ts'
import { stateOf, readDrafts } from './drafts/find-draft.ts'
import { changeTrust, type Drafted } from './drafts/change-trust.ts'
import { printTitle } from './drafts/trust-plan.ts'
import type { Act, PublishDeps, PublishedList, PublishStore } from './ports.ts'
import { nextTargets } from './seal-metadata.ts'
import { parseOwnMetadata, type DelegatedRole, type TargetsSigned } from './tuf-metadata.ts'
import { tufKey } from '../core/tuf-key.ts'

/** The newest metadata of a list's role, or null before its first. */
export function readListRole(store: PublishStore, place: string): TargetsSigned | null {
  const found = store.metadata.latest(listRole(place))
  return found === null ? null : parseOwnMetadata(found.bytes, 'targets')
}

/**
 * Gives a list its role: a key of its own, a delegation from targets, and first metadata that holds its definition alone, all
 * committed together. Does nothing for a list that has one. Call it when a list is made; publishing calls it too. Where this host can't sign
 * targets, all lists that lack a role are put into one draft, which is given back, and no second one is made while it waits.
 *
 * Throws what the keys throw, and `publish/conflict` when other processes kept overtaking it.
 */
export async function ensureListRole(
  deps: PublishDeps,
  list: PublishedList,
): Promise<Drafted | null> {
  if (!lacksRole(readRoles(deps.store), list)) return null
  const waiting = waitingDraft(deps, listRole(list.place))
  if (waiting !== null) return waiting
  const { drafted } = await changeTrust(deps, async (roles, at) => {
    // Each draft of targets overtakes the others: what lacks a role comes into one.
    const wanted = canSignTargets(deps, roles) ? [list] : deps.store.lists.all()
    const lacking = wanted.filter((one) => lacksRole(roles, one))
    let targets = roles.targets
    const acts: Act[] = []
    for (const { place } of lacking) {
      const { keyid, ...delegating } = await delegate(deps, targets, place)
      targets = { ...targets, ...delegating }
      acts.push({ act: 'key-made', subject: { keyids: [keyid], role: listRole(place) } })
    }
    return {
      title: printTitle(
        lacking.length === 1 ? 'the list' : 'the lists',
        lacking.map(({ id }) => id),
      ),
      root: null,
      targets: nextTargets(targets, {}, at),
      lists: lacking.map(({ place }) => listRole(place)),
      isSealed: true,
      acts,
      ...{ policy: null, isForced: false, joins: false },
    }
  })
  return drafted
}

function lacksRole(
  { targets }: Pick<AuthorityRoles, 'targets'>,
  { place }: PublishedList,
): boolean {
  return !(targets.delegations?.roles ?? []).some(({ name }) => name === listRole(place))
}

function canSignTargets({ keys }: Pick<PublishDeps, 'keys'>, { root }: AuthorityRoles): boolean {
  const { keyids, threshold } = root.roles.targets
  const held = new Set(keys.all().map(({ keyid }) => keyid))
  return keyids.filter((keyid) => held.has(keyid)).length >= threshold
}

/** A draft that is good for a role; those of list roles that came to nothing are taken away. */
function waitingDraft(deps: PublishDeps, role: string): Drafted | null {
  for (const draft of readDrafts(deps)) {
    if (!draft.plan.lists.includes(role)) continue
    const { dead, missing } = stateOf(deps, draft)
    if (dead === null && missing.length > 0) return { draft, missing }
    if (dead !== null) deps.drafts.remove(draft.id)
  }
  return null
}

async function delegate(
  { keys }: Pick<PublishDeps, 'keys'>,
  targets: TargetsSigned,
  place: string,
): Promise<Pick<TargetsSigned, 'delegations'> & { readonly keyid: string }> {
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
    keyid: key.keyid,
    delegations: {
      keys: { ...before.keys, [key.keyid]: tufKey(key.publicHex) },
      roles: [...before.roles, delegated].sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
  }
}
