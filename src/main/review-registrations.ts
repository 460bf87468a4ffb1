import type { Command } from 'commander'
import { addDays, dayOf } from '../core/day.ts'
import {
  readRegistrations,
  registeredSince,
  type Registrations,
} from '../curation/read-registrations.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Store } from '../store/open-store.ts'
import { assertMay } from './assert-may.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'
import { readChunks } from './read-chunks.ts'
import { EXIT } from './run-program.ts'

export interface RegistrationsOptions {
  readonly list?: string
  readonly json?: boolean
}

/** Reviews of one transaction. */
const OPENED_AT_ONCE = 500

/** `review registrations`: opens a review for every entry whose domain is newer than the decision that listed it. */
export async function reviewRegistrations(
  file: string,
  options: RegistrationsOptions,
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(
    data,
    (store) => {
      const lists = options.list === undefined ? store.lists.all() : [findList(store, options.list)]
      assertMay(store, { actor, acts: ['review'], lists: lists.map(({ id }) => id) })
      const at = new Date()
      const read = readRegistrations(readChunks(file), dayOf(at))
      const opened = lists.map((list) => openChanged({ store, list, actor, at }, read.days))
      const reviews = opened.reduce((sum, one) => sum + one, 0)
      if (read.refused > 0) process.exitCode = EXIT.findings
      process.stdout.write(
        options.json === true ? printJson(jsonOf(read, reviews)) : told(read, reviews),
      )
    },
    { actor },
  )
}

export interface OpenChangedDeps {
  readonly store: Store
  readonly list: StoredList
  readonly actor: string
  readonly at: Date
}

/** Gives how many reviews were opened; each registration opens one, however often its file is read. */
export function openChanged(
  { store, list, actor, at }: OpenChangedDeps,
  days: Registrations['days'],
): number {
  const changed: Changed[] = []
  for (const { entry, value, decidedAt } of store.names.decided(list.rowId)) {
    const since = registeredSince(days, { value, decidedOn: decidedAt.slice(0, 10) })
    if (since !== null) changed.push({ entry, ...since })
  }
  let opened = 0
  for (let i = 0; i < changed.length; i += OPENED_AT_ONCE) {
    store.write(() => {
      for (const { entry, domain, day } of changed.slice(i, i + OPENED_AT_ONCE)) {
        const term = store.terms.ofEntry(list.rowId, entry)
        // It may have been retired since it was read.
        if (term === null) continue
        const review = {
          ...({ listRowId: list.rowId, cause: 'changed-hands', aboutOn: day, at, actor } as const),
          target: { decision: term.decision, entry },
          dueOn: addDays(dayOf(at), list.definition.review.warnDays),
          note: `${domain} was registered on ${day}, after it was listed`,
        }
        if (store.reviews.open(review) !== null) opened++
      }
    })
  }
  return opened
}

interface Changed {
  readonly entry: number
  readonly domain: string
  readonly day: string
}

function jsonOf({ days, lines, refused, examples }: Registrations, reviews: number): object {
  return { domains: days.size, lines, refused, examples, opened: reviews }
}

function told({ days, refused, examples }: Registrations, reviews: number): string {
  return [
    `${days.size} domains read, ${refused} lines refused; ${reviews} reviews opened\n`,
    ...examples.map(({ line, reason }) => `  line ${line}: ${reason}\n`),
  ].join('')
}
