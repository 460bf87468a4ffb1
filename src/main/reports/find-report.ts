import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import { readReportId } from '../../core/report.ts'
import { seesReport } from '../../curation/reports/report-sight.ts'
import type { Store } from '../../store/open-store.ts'
import type { StoredReport } from '../../store/read-reports.ts'

/** The report of an id such as `r12`, if the person may know of it. Throws `report/not-found`, the same for what is hidden and for what isn't there. */
export function findReport(
  store: Pick<Store, 'reports'>,
  person: Person,
  id: string,
): StoredReport {
  const number = readReportId(id)
  const report = number === null ? null : store.reports.find(number)
  if (report !== null && seesReport(person, report)) return report
  throw noReport(id)
}

/** The same for what is hidden, for what isn't there and for what is no id. */
export function noReport(id: string): Fault {
  return new Fault(
    'report/not-found',
    `expected the id of a report, such as r12, got ${JSON.stringify(id)}: «bailiwick report ls» shows those that you may see`,
  )
}

/** Each once, in the order of their ids. Throws `report/not-found`, and `usage/invalid` for none. */
export function findReports(
  store: Pick<Store, 'reports'>,
  person: Person,
  ids: readonly string[],
): StoredReport[] {
  if (ids.length === 0) throw new Fault('usage/invalid', 'expected reports, got none')
  const found = new Map(ids.map((id) => findReport(store, person, id)).map((one) => [one.id, one]))
  return [...found.values()].sort((a, b) => a.id - b.id)
}
