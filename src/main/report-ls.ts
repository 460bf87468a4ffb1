import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { readReportId, type ReportState } from '../core/report.ts'
import { actingPerson } from './acting-person.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import type { ReportTold } from './reports/describe-report.ts'
import { listReports } from './reports/list-reports.ts'
import { printStanding } from './reports/print-report.ts'

export interface ListReportsOptions {
  readonly state?: ReportState
  readonly list?: string
  readonly id?: string
  readonly limit: number
  readonly after?: string
  readonly json?: boolean
}

/** `report ls`. */
export async function printReports(options: ListReportsOptions, command: Command): Promise<void> {
  const { data, actor } = globalOptions(command)
  const { state, list, id, limit, json } = options
  const after = options.after === undefined ? undefined : parseAfter(options.after)
  await withStore(data, (store) => {
    const person = actingPerson(store, actor)
    const told = listReports(store, person, { state, list, externalId: id, after, limit })
    if (json === true) process.stdout.write(printJson(told))
    else if (told.length > 0) process.stdout.write(printTable([HEADING, ...told.map(cells)]))
  })
}

const HEADING = ['ID', 'RECEIVED', 'LIST', 'VALUE', 'KIND', 'FROM', 'THEIR ID', 'STATE', 'REASON']

function cells(told: ReportTold): string[] {
  const { report, at, list, value, kind, organisation, externalId, reason } = told
  const [line = ''] = reason.split('\n')
  return [
    ...[report, printTime(at), list, value, kind, organisation, externalId],
    ...[printStanding(told), line],
  ]
}

function parseAfter(text: string): number {
  const id = readReportId(text)
  if (id !== null) return id
  throw new Fault(
    'usage/invalid',
    `expected the id of a report, such as r12, for --after, got ${JSON.stringify(text)}`,
  )
}
