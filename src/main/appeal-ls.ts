import type { Command } from 'commander'
import type { AppealView } from '../console/ports/appeals.ts'
import { readAppealId, type AppealState } from '../core/appeal.ts'
import { Fault } from '../core/fault.ts'
import { actingPerson } from './acting-person.ts'
import { listAppeals } from './appeals/list-appeals.ts'
import { viewAppeal } from './console/view-appeal.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable, printTime } from './print-table.ts'

export interface ListAppealsOptions {
  readonly state?: AppealState
  readonly limit: number
  readonly after?: string
  readonly json?: boolean
}

/** `appeal ls`. */
export async function printAppeals(options: ListAppealsOptions, command: Command): Promise<void> {
  const { data, actor } = globalOptions(command)
  const { state, limit, json } = options
  const after = options.after === undefined ? undefined : parseAfter(options.after)
  await withStore(data, (store) => {
    const person = actingPerson(store, actor)
    const now = new Date()
    const told = listAppeals(store, person, { state, after, limit }).map((found) =>
      viewAppeal(found, person, now),
    )
    if (json === true) process.stdout.write(printJson(told))
    else if (told.length > 0) process.stdout.write(printTable([HEADING, ...told.map(cells)]))
  })
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

function parseAfter(text: string): number {
  const id = readAppealId(text)
  if (id !== null) return id
  throw new Fault(
    'usage/invalid',
    `expected the id of an appeal, such as a7, for --after, got ${JSON.stringify(text)}`,
  )
}
