import type { Command } from 'commander'
import { actingPerson } from './acting-person.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { newReference } from './new-reference.ts'
import { printJson } from './print-table.ts'
import { describeReport } from './reports/describe-report.ts'
import { handInReports } from './reports/hand-in-reports.ts'
import { printReport } from './reports/print-report.ts'

export interface AddReportOptions {
  readonly reason: string
  readonly id?: string
  readonly list?: string
  readonly kind?: string
  readonly category?: string
  readonly evidence?: string
  readonly evidenceSha256?: string
  readonly json?: boolean
}

/** `report add`. */
export async function addReport(
  value: string,
  { id, json, ...said }: AddReportOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      const person = actingPerson(store, actor)
      const written = { ...said, value, externalId: id ?? newReference() }
      const [handed] = handInReports({ store, person, at: new Date() }, [written])
      if (handed === undefined) throw new Error('expected an outcome, got none')
      if (handed.outcome === 'refused') throw handed.fault
      const { outcome, report } = handed
      const told = describeReport(store, person, report)
      process.stdout.write(json === true ? printJson({ outcome, ...told }) : printReport(told))
    },
    { actor },
  )
}
