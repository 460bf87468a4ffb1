import type { Command } from 'commander'
import { actingPerson } from './acting-person.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTime } from './print-table.ts'
import { describeReport, type ReportTold } from './reports/describe-report.ts'
import { findReport } from './reports/find-report.ts'
import { printReport } from './reports/print-report.ts'

/** `report show`. */
export async function showReport(
  id: string,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(data, (store) => {
    const person = actingPerson(store, actor)
    const told = store.read(() => describeReport(store, person, findReport(store, person, id)))
    process.stdout.write(json === true ? printJson(told) : printReport(told) + printActs(told))
  })
}

function printActs({ acts }: ReportTold): string {
  return (acts ?? [])
    .map(({ act, at, actor, organisation, text, proposal, decision }) => {
      const what = proposal ?? (decision === null ? '' : `decision ${decision}`)
      return `${printTime(at)}  ${act}${what === '' ? '' : ` (${what})`} by ${actor} of ${organisation}${text === '' ? '' : `: ${text}`}\n`
    })
    .join('')
}
