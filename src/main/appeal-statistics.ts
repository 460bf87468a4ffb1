import type { Command } from 'commander'
import { tellStatistics } from '../curation/appeals/appeal-statistics.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable } from './print-table.ts'

/** `appeal statistics`. */
export async function printAppealStatistics(
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const { data } = globalOptions(command)
  await withStore(data, ({ appeals, read }) => {
    const told = read(() => tellStatistics(appeals.count(), appeals.outcomes()))
    const rows: [string, number | null][] = [
      ['received', told.opened],
      ['without an outcome', told.open],
      ['accepted', told.accepted],
      ['accepted in part', told.partlyAccepted],
      ['refused', told.refused],
      ['days to an outcome, median', told.medianDays],
      ['days to an outcome, longest', told.longestDays],
    ]
    process.stdout.write(
      json === true
        ? printJson(told)
        : printTable(rows.map(([name, count]) => [name, String(count ?? '-')])),
    )
  })
}
