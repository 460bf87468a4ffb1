import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import type { ReportState } from '../../core/report.ts'
import { reportSight } from '../../curation/reports/report-sight.ts'
import type { Store } from '../../store/open-store.ts'
import { describeReport, type ReportTold } from './describe-report.ts'

/** Which reports are wanted. */
export interface WantedReports {
  readonly list?: string | undefined
  readonly state?: ReportState | undefined
  /** The reporter's own id: one report of the person's organisation, or none. */
  readonly externalId?: string | undefined
  /** The last id of the page before. */
  readonly after?: number | undefined
  readonly limit: number
}

/**
 * A page of the reports that the person may see: open ones oldest first, as a queue, others newest first. Throws `list/not-found` for a list
 * whose reports the person sees none of.
 */
export function listReports(store: Store, person: Person, wanted: WantedReports): ReportTold[] {
  return store.read(() => {
    const { list, externalId } = wanted
    const sight = reportSight(person, store.lists.all())
    const isWanted = ({ id }: { readonly id: string }): boolean => list === undefined || id === list
    const [all, own] = [sight.all.filter(isWanted), sight.own.filter(isWanted)]
    if (list !== undefined && all.length + own.length === 0) throw notFound(list)
    if (externalId !== undefined) {
      const found = store.reports.ofOwnId(person.organisation.name, externalId)
      const seen = [...all, ...own].some(({ rowId }) => rowId === found?.listRowId)
      return found !== null && seen ? [describeReport(store, person, found)] : []
    }
    return store.reports
      .page({
        listRowIds: all.map(({ rowId }) => rowId),
        ownListRowIds: own.map(({ rowId }) => rowId),
        organisation: person.organisation.name,
        limit: wanted.limit,
        ...(wanted.state !== undefined && { state: wanted.state }),
        ...(wanted.after !== undefined && { after: wanted.after }),
      })
      .map((report) => describeReport(store, person, report))
  })
}

function notFound(list: string): Fault {
  return new Fault(
    'list/not-found',
    `expected the id of a list whose reports you may see, got ${JSON.stringify(list)}`,
  )
}
