import type { Drafted } from '../publish/drafts/change-trust.ts'
import { ensureListRole } from '../publish/list-role.ts'
import { projectPublished } from '../publish/project-published.ts'
import type { PublishOutcome } from '../publish/publish-list.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { openAuthority } from './open-authority.ts'
import { publishLists } from './publish-lists.ts'

interface HookDeps {
  readonly data: string
  /** Stays open. */
  readonly store: Store
}

/**
 * Gives every list its signing role, and publishes what that signs. Does nothing for lists that have theirs. Gives the draft that some of them
 * wait for, where others must sign targets.
 */
export async function ensureListRoles(
  { data, store }: HookDeps,
  lists: readonly StoredList[],
): Promise<Drafted | null> {
  const authority = openAuthority(data, { store })
  let drafted: Drafted | null = null
  for (const list of lists) drafted = (await ensureListRole(authority, list)) ?? drafted
  await projectPublished(authority, { isThorough: false })
  return drafted
}

/**
 * Publishes one list at once. Where everything that waits is a retirement, the circuit breaker does not hold it up: an urgent
 * retirement must take effect, and taking away is what it asks for. Throws what stopped it.
 */
export async function publishUrgently(
  deps: HookDeps & { readonly actor: string },
  list: StoredList,
  reason: string,
): Promise<PublishOutcome> {
  const override = hasOnlyRetirements(deps.store, list) ? `urgent retirement: ${reason}` : null
  return publishNow(deps, list, override)
}

/** Publishes one list, past the circuit breaker with a reason alone. Throws what stopped it. */
export async function publishNow(
  { data, store, actor }: HookDeps & { readonly actor: string },
  list: StoredList,
  override: string | null,
): Promise<PublishOutcome> {
  // Keys that are used for it are used by whoever decided it.
  const authority = openAuthority(data, { store: store.as(actor) })
  const [report] = await publishLists(authority, [list], { override, actor })
  if (report === undefined) throw new Error('a list was published without a report')
  if (report.outcome === 'refused') throw report.fault
  return report
}

function hasOnlyRetirements(store: Store, list: StoredList): boolean {
  const published = store.publications.latest(list.rowId)?.decision ?? 0
  return store.decisions
    .all({ listRowId: list.rowId, after: published })
    .every((decision) => decision.act === 'retire')
}
