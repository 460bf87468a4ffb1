import type { EventAct, NewEvent } from '../core/event.ts'
import type { ReportAct, ReportActName } from '../core/report.ts'

/** The event of reports that came in. */
export const RECEIVED = 'reports-received' satisfies EventAct

/** The event of each act on them. */
const EVENT_OF = {
  proposed: 'reports-proposed',
  rejected: 'reports-rejected',
  withdrawn: 'reports-withdrawn',
} as const satisfies Record<ReportActName, EventAct>

const EVENTS: ReadonlySet<EventAct> = new Set(Object.values(EVENT_OF))

/** Whether an event tells of an act on reports. */
export function isReportAct(act: EventAct): boolean {
  return EVENTS.has(act)
}

/** The reports that an act was about, all of one list. */
export interface ActedReports {
  readonly list: string
  readonly reports: readonly number[]
}

/** What the chain says of an act on reports (`docs/spec/events.md` §3). */
export function tellReportAct(
  { list, reports }: ActedReports,
  done: Omit<ReportAct, 'at'>,
): NewEvent {
  const { act, actor, organisation, text, proposal, decision } = done
  const subject = {
    ...{ list, organisation, reports },
    ...(text !== '' && { text }),
    ...(proposal !== null && { proposal }),
    ...(decision !== null && { decision }),
  }
  return { act: EVENT_OF[act], actor, subject }
}
