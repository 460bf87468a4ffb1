import { Fault } from '../core/fault.ts'
import { ALL_LISTS, type Person } from '../core/person.ts'
import { printSuggestion } from '../core/nearest.ts'
import { assertMayAct } from '../curation/assert-may-act.ts'
import type { Act } from '../curation/may-act.ts'
import { personOf } from '../curation/person-of.ts'
import type { Store } from '../store/open-store.ts'

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
  { users }: Pick<Store, 'users'>,
  { actor, acts, lists = [ALL_LISTS] }: Attempted,
): void {
  if (users.isEmpty()) return
  const person = actingPerson({ users }, actor)
  for (const act of acts) {
    // Nothing named is not «nothing asked».
    for (const list of lists.length === 0 ? [ALL_LISTS] : lists) {
      assertMayAct(person, act, list)
    }
  }
}

/** The active user of that name. Throws `user/actor`. */
export function actingPerson({ users }: Pick<Store, 'users'>, actor: string): Person {
  const user = users.find(actor)
  if (user?.status === 'active') return personOf(user)
  const names = users.all().flatMap(({ name, status }) => (status === 'active' ? [name] : []))
  throw new Fault(
    'user/actor',
    user === null
      ? `expected the name of a user as the actor, got ${JSON.stringify(actor)}${printSuggestion(actor, names)}: name yourself with --actor or BAILIWICK_ACTOR`
      : `expected an active user as the actor, got ${JSON.stringify(actor)}, who is disabled`,
  )
}
