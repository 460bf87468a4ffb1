import type { AppealAct } from '../../core/appeal.ts'
import { ALL_LISTS, type Person } from '../../core/person.ts'
import { assertMayAct } from '../assert-may-act.ts'
import { mayAct } from '../may-act.ts'

/** Whether a person may know of an appeal that concerns these lists. Of one that no entry fits only those may who read the appeals of all lists. */
export function seesAppeal(person: Person, lists: readonly string[]): boolean {
  return [ALL_LISTS, ...lists].some((list) => mayAct(person, 'read-appeals', list).allowed)
}

/** Whether a person may know what was done for a list in an appeal; null for what was done for none. */
export function seesAppealOf(person: Person, list: string | null): boolean {
  return mayAct(person, 'read-appeals', list ?? ALL_LISTS).allowed
}

/** The acts of which a person is told: those that the appellant is, and those for lists whose appeals he reads. */
export function visibleActs(person: Person, acts: readonly AppealAct[]): readonly AppealAct[] {
  return acts.filter(
    ({ isPublic, actor, list }) => isPublic || actor === '' || seesAppealOf(person, list),
  )
}

/**
 * Whoever answers does so for a list, as its curator or approver; what concerns no list an administrator of all lists answers. Throws
 * `user/refused`.
 */
export function assertMayAnswer(person: Person, list: string | null): void {
  if (list === null) assertMayAct(person, 'manage-list', ALL_LISTS)
  else assertMayAct(person, 'answer-appeal', list)
}
