import type { Command } from 'commander'
import type { ReportState } from '../core/report.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import type { ReportTold } from './reports/describe-report.ts'
import { printStanding } from './reports/print-report.ts'
import { withReports } from './reports/with-reports.ts'

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
  const { state, list, id, limit, after, json } = options
  const told = await withReports(command, (reports) =>
    reports.page({ state, list, externalId: id, after, limit }),
  )
  if (json === true) process.stdout.write(printJson(told))
  else if (told.length > 0) process.stdout.write(printTable([HEADING, ...told.map(cells)]))
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
