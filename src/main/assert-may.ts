import { ALL_LISTS } from '../core/person.ts'
import { assertMayAct } from '../curation/assert-may-act.ts'
import type { Act } from '../curation/may-act.ts'
import type { Store } from '../store/open-store.ts'
import { actingPerson } from './acting-person.ts'

/** What a command is about to do, and by whom. */
export interface Attempted {
  readonly actor: string
  readonly acts: readonly Act[]
  /** The ids of the lists that it does it to; left out, or none: to what concerns them all. */
  readonly lists?: readonly string[]
}

/**
 * The one place where the command line asks who may do what. While there has never been a user, everybody may who can write the data
 * folder: that is how the first administrator comes to be. Faults: `user/actor`, `user/refused`.
 */
export function assertMay(
  store: Pick<Store, 'users'>,
  { actor, acts, lists = [ALL_LISTS] }: Attempted,
): void {
  const person = actingPerson(store, actor)
  for (const act of acts) {
    // Nothing named is not «nothing asked».
    for (const list of lists.length === 0 ? [ALL_LISTS] : lists) {
      assertMayAct(person, act, list)
    }
  }
}
