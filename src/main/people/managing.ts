import type { Command } from 'commander'
import type { Person } from '../../core/person.ts'
import { actingPerson } from '../acting-person.ts'
import { globalOptions } from '../global-options.ts'
import type { Store } from '../../store/open-store.ts'
import type { Managing } from './manage-users.ts'

/** Runs the work of a command that manages people, as whoever runs it, and prints what it gives. Throws `user/actor`. */
export async function managing(
  command: Command,
  work: (deps: Managing) => string,
  personOf: (store: Store, actor: string) => Person = actingPerson,
): Promise<void> {
  const { withStore } = await import('../find-list.ts')
  const { data, actor } = globalOptions(command)
  const open = (store: Store): string =>
    work({ store, person: personOf(store, actor), at: new Date() })
  process.stdout.write(await withStore(data, open, { actor }))
}
