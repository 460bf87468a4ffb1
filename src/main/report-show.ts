import type { Command } from 'commander'
import { printJson, printTime } from './print-table.ts'
import type { ReportTold } from './reports/describe-report.ts'
import { printReport } from './reports/print-report.ts'
import { withReports } from './reports/with-reports.ts'

/** `report show`. */
export async function showReport(
  id: string,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const told = await withReports(command, (reports) => reports.show(id))
  process.stdout.write(json === true ? printJson(told) : printReport(told) + printActs(told))
}

function printActs({ acts }: ReportTold): string {
  return (acts ?? [])
    .map(({ act, at, actor, organisation, text, proposal, decision }) => {
      const what = proposal ?? (decision === null ? '' : `decision ${decision}`)
      return `${printTime(at)}  ${act}${what === '' ? '' : ` (${what})`} by ${actor} of ${organisation}${text === '' ? '' : `: ${text}`}\n`
    })
    .join('')
}
