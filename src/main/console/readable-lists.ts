import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { mayAct, type Act } from '../../curation/may-act.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'

/** The lists on which a person may do `act`, in the order of their ids. */
export function readableLists(
  { lists }: Pick<Store, 'lists'>,
  person: Person,
  act: Act = 'read-entries',
): StoredList[] {
  return lists.all().filter(({ id }) => mayAct(person, act, id).allowed)
}

/**
 * The list with that id. Throws `user/refused` where everybody may know of it, and else `list/not-found`, as for one that there isn't.
 */
export function readableList(
  { lists }: Pick<Store, 'lists'>,
  person: Person,
  { id, act = 'read-entries' }: { readonly id: string; readonly act?: Act },
): StoredList {
  const list = lists.find(id)
  const isAllowed = list !== null && mayAct(person, act, id).allowed
  if (list !== null && isAllowed) return list
  if (list?.definition.visibility === 'public') assertMayAct(person, act, id)
  throw new Fault(
    'list/not-found',
    `expected the id of a list that is there for you, got ${JSON.stringify(id)}`,
  )
}
