import type { Command } from 'commander'
import type { AppealView } from '../console/ports/appeals.ts'
import type { AppealState } from '../core/appeal.ts'
import { withAppeals } from './appeals/with-appeals.ts'
import { printJson, printTable, printTime } from './print-table.ts'

export interface ListAppealsOptions {
  readonly state?: AppealState
  readonly limit: number
  readonly after?: string
  readonly json?: boolean
}

/** `appeal ls`. */
export async function printAppeals(options: ListAppealsOptions, command: Command): Promise<void> {
  const { json, ...wanted } = options
  const told = await withAppeals(command, (appeals) => appeals.page(wanted))
  if (json === true) process.stdout.write(printJson(told))
  else if (told.length > 0) process.stdout.write(printTable([HEADING, ...told.map(cells)]))
}

const HEADING = ['ID', 'OPENED', 'ABOUT', 'LISTS', 'STATE', 'DUE', 'GROUNDS']

function cells(told: AppealView): string[] {
  const { appeal, openedAt, about, entries, state, dueOn, isOverdue, grounds } = told
  const lists = [...new Set(entries.map(({ list }) => list))].join(', ')
  const [line = ''] = grounds.split('\n')
  return [
    ...[appeal, printTime(new Date(openedAt)), about, lists, state],
    ...[`${dueOn}${isOverdue ? ' (overdue)' : ''}`, line],
  ]
}
