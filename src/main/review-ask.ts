import type { Command } from 'commander'
import { actingPerson } from './acting-person.ts'
import { askForReview } from './ask-for-review.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'

export interface AskOptions {
  readonly reason: string
  readonly json?: boolean
}

/** `review ask`: one review for each kind of the value that is listed; what is asked already stays as it is. */
export async function askReview(
  listId: string,
  value: string,
  options: AskOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      const list = findList(store, listId)
      const deps = { store, person: actingPerson(store, actor), at: new Date() }
      const opened = askForReview(deps, list, { value, reason: options.reason })
      const lines = opened.map(
        ({ entry, review }) =>
          `${entry.value} (${entry.kind}): ${review === null ? 'was asked already' : `review ${review}`}\n`,
      )
      process.stdout.write(
        options.json === true ? printJson({ list: list.id, opened }) : lines.join(''),
      )
    },
    { actor },
  )
}
