import { checkGuardsNow } from '../../curation/guards/check-guards.ts'
import type { GuardDeps } from '../../curation/guards/guard-deps.ts'
import { summariseGuards } from '../../curation/guards/summarise-guards.ts'
import type { Person } from '../../core/person.ts'
import type { Store } from '../../store/open-store.ts'
import { actingPerson } from '../acting-person.ts'
import { guardedList, openGuardDeps } from '../guard-deps.ts'
import type { Deciding } from './deciding.ts'

/** What an act of the command line needs, by whoever runs it, now. Throws `user/actor`. */
export function openDeciding(
  { data, store }: { readonly data: string; readonly store: Store },
  actor: string,
): Deciding {
  return decidingWith({ store, openGuards: () => openGuardDeps({ data, store }) }, actor)
}

/** As `openDeciding`, with other things to look up in; they are opened when the guards are asked. */
export function decidingWith(
  { store, openGuards }: { readonly store: Store; readonly openGuards: () => GuardDeps },
  actor: string,
): Deciding {
  return decidingOf({ store, openGuards }, actingPerson(store, actor), new Date())
}

/** What an act of a person who is known needs. */
export function decidingOf(
  { store, openGuards }: { readonly store: Store; readonly openGuards: () => GuardDeps },
  person: Person,
  at: Date,
): Deciding {
  return {
    ...{ store, person, at },
    checkGuards: (list, added) =>
      summariseGuards(checkGuardsNow(openGuards(), guardedList(store, list), added)),
  }
}
