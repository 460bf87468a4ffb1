import { Fault, isFault } from '../core/fault.ts'
import { projectPublished } from '../publish/project-published.ts'
import {
  planPublish,
  publishList,
  type PublishOptions,
  type PublishOutcome,
} from '../publish/publish-list.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { assertMay, type Attempted } from './assert-may.ts'
import { findList } from './find-list.ts'
import type { Authority } from './open-authority.ts'

/** What became of one list: an outcome, or the fault that stopped it. */
export type ListReport =
  PublishOutcome | { readonly outcome: 'refused'; readonly list: string; readonly fault: Fault }

/** Lists by id, or all of them. Throws `list/not-found` before anything is done. */
export function chosenLists(
  { store }: Pick<Authority, 'store'>,
  ids: readonly string[],
): readonly StoredList[] {
  return ids.length === 0 ? store.lists.all() : [...new Set(ids)].map((id) => findList(store, id))
}

/**
 * Lists by id, each of which the actor must be allowed to publish; without ids all those that it may. Faults: `list/not-found`, and what
 * `assertMay` throws.
 */
export function permittedLists(
  { store }: Pick<Authority, 'store'>,
  ids: readonly string[],
  attempt: Omit<Attempted, 'lists'>,
): readonly StoredList[] {
  const chosen = chosenLists({ store }, ids)
  const may = ids.length === 0 ? chosen.filter(({ id }) => isAllowed(store, attempt, id)) : chosen
  // Who may publish nothing is told so, and why.
  const asked = may.length === 0 ? chosen : may
  if (asked.length > 0) assertMay(store, { ...attempt, lists: asked.map(({ id }) => id) })
  return may
}

function isAllowed(
  store: Pick<Store, 'users'>,
  attempt: Omit<Attempted, 'lists'>,
  list: string,
): boolean {
  try {
    assertMay(store, { ...attempt, lists: [list] })
    return true
  } catch (error) {
    if (isFault(error, 'user/refused')) return false
    throw error
  }
}

/**
 * Publishes each list that has changes and makes it seen. A list that is refused does not stop the others. Repairs first what an earlier
 * crash may have left undone.
 */
export async function publishLists(
  authority: Authority,
  lists: readonly StoredList[],
  options: PublishOptions,
): Promise<ListReport[]> {
  const reports: ListReport[] = []
  for (const list of lists)
    reports.push(await reportOf(list.id, () => publishList(authority, list, options)))
  await projectPublished(authority, { isThorough: false })
  return reports
}

/** What `publishLists` would do. Writes nothing. */
export function planLists(
  { store }: Pick<Authority, 'store'>,
  lists: readonly StoredList[],
): PublishOutcome[] {
  return lists.map((list) => store.read(() => planPublish({ store }, list)))
}

async function reportOf(list: string, publish: () => Promise<PublishOutcome>): Promise<ListReport> {
  try {
    return await publish()
  } catch (error) {
    if (error instanceof Fault) return { outcome: 'refused', list, fault: error }
    throw error
  }
}
