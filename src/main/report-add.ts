import type { Command } from 'commander'
import { newReference } from './new-reference.ts'
import { printJson } from './print-table.ts'
import { printReport } from './reports/print-report.ts'
import { withReports } from './reports/with-reports.ts'

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
  options: AddReportOptions,
  command: Command,
): Promise<void> {
  const { id, reason, list, kind, category, evidence, evidenceSha256, json } = options
  const said = { list, kind, category, evidence, evidenceSha256 }
  const written = { ...said, value, reason, externalId: id ?? newReference() }
  const { outcome, told } = await withReports(command, async (reports) => {
    const [handed] = await reports.handIn([written])
    if (handed === undefined) throw new Error('expected an outcome, got none')
    if (handed.outcome === 'refused') throw handed.fault
    return { outcome: handed.outcome, told: await reports.show(handed.report) }
  })
  process.stdout.write(json === true ? printJson({ outcome, ...told }) : printReport(told))
}
