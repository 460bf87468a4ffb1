import { Fault } from '../core/fault.ts'
import { printSuggestion } from '../core/nearest.ts'
import { ALL_LISTS, ROLES, type Person } from '../core/person.ts'
import { personOf } from '../curation/person-of.ts'
import type { Store } from '../store/open-store.ts'

/** The organisation of whoever acts before there are users. */
export const OWN_ORGANISATION = 'authority'

/**
 * Whoever runs a command: the active user of that name. While there has never been a user it is whoever can write the data folder, under the
 * name that he gives, with all roles of the authority's own organisation. Throws `user/actor`.
 */
export function actingPerson(store: Pick<Store, 'users'>, actor: string): Person {
  if (!store.users.isEmpty()) return actingUser(store, actor)
  return {
    id: '',
    name: actor,
    organisation: { id: 0, name: OWN_ORGANISATION },
    roles: ROLES.map((role) => ({ list: ALL_LISTS, role })),
    isUnproven: true,
  }
}

/** The active user of that name. Throws `user/actor`. */
export function actingUser({ users }: Pick<Store, 'users'>, actor: string): Person {
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
