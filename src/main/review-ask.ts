import type { Command } from 'commander'
import { addDays, dayOf } from '../core/day.ts'
import { Fault } from '../core/fault.ts'
import { meantKeys } from '../curation/covering-keys.ts'
import type { EntryRow } from '../store/entry-store.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { assertMay } from './assert-may.ts'
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
      assertMay(store, { actor, acts: ['review'], lists: [listId] })
      const list = findList(store, listId)
      const opened = store.write(() =>
        findListed(store, list, value).map(({ rowId, entry }) => {
          const { reason } = options
          return { entry, review: openAsked(store, list, rowId, { reason, actor }) }
        }),
      )
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

function findListed(store: Store, list: StoredList, value: string): EntryRow[] {
  const rows = meantKeys(value).flatMap((key) => store.entries.find(list.rowId, key.value))
  if (rows.length > 0) return rows
  throw new Fault(
    'entry/not-found',
    `expected an entry of ${JSON.stringify(list.id)}, got ${JSON.stringify(value)}`,
  )
}

function openAsked(
  store: Store,
  list: StoredList,
  entry: number,
  { reason, actor }: { readonly reason: string; readonly actor: string },
): number | null {
  const at = new Date()
  const term = store.terms.ofEntry(list.rowId, entry)
  if (term === null) throw new Error(`expected the entry ${entry} on the list, got none`)
  return store.reviews.open({
    listRowId: list.rowId,
    cause: 'asked',
    target: { decision: term.decision, entry },
    aboutOn: null,
    dueOn: addDays(dayOf(at), list.definition.review.warnDays),
    note: reason,
    at,
    actor,
  })
}
