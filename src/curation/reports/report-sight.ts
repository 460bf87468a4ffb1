import type { Person } from '../../core/person.ts'
import { mayAct } from '../may-act.ts'

/** Which lists' reports somebody sees. */
export interface ReportSight<T> {
  /** Lists of which all reports. */
  readonly all: readonly T[]
  /** Lists of which those of the person's own organisation alone. */
  readonly own: readonly T[]
}

/** Who may read reports sees all of a list, who may report those of his organisation, and nobody any of a list for which he has no role. */
export function reportSight<T extends { readonly id: string }>(
  person: Person,
  lists: readonly T[],
): ReportSight<T> {
  const all = lists.filter(({ id }) => mayAct(person, 'read-reports', id).allowed)
  const own = lists.filter(
    (list) => !all.includes(list) && mayAct(person, 'read-own-reports', list.id).allowed,
  )
  return { all, own }
}

/** Whether `person` may know that the report is there. */
export function seesReport(
  person: Person,
  { list, organisation }: { readonly list: string; readonly organisation: string },
): boolean {
  if (mayAct(person, 'read-reports', list).allowed) return true
  return (
    organisation === person.organisation.name && mayAct(person, 'read-own-reports', list).allowed
  )
}
