import type { Command } from 'commander'
import { withAppeals } from './appeals/with-appeals.ts'
import { printJson, printTable } from './print-table.ts'

/** `appeal statistics`. */
export async function printAppealStatistics(
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const told = await withAppeals(command, (appeals) => appeals.statistics())
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
}
