import { statSync } from 'node:fs'
import type { SubscriberFigures } from '../../console/ports/overview.ts'
import { readLedger } from '../../distribute/zones/ledger-file.ts'
import { lagOf, stateOf, type Secondary } from '../../distribute/zones/secondary.ts'
import { mayAct } from '../../curation/may-act.ts'
import type { Person } from '../../core/person.ts'
import { dataPaths } from '../../platform/data-folder.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'
import { readableLists } from './readable-lists.ts'

/** How subscribers stand, by what the server that serves zones has written down. */
export class SubscriberBook {
  readonly #store: Store
  readonly #path: string
  #read: { readonly stamp: string; readonly rows: readonly Secondary[] } | null = null

  constructor({ data, store }: { readonly data: string; readonly store: Store }) {
    this.#store = store
    this.#path = dataPaths(data).secondaries
  }

  /** Null where the person may see subscribers of no list. */
  figures(person: Person, at: Date): readonly SubscriberFigures[] | null {
    const lists = readableLists(this.#store, person, 'read-subscribers')
    if (lists.length === 0 && !mayAct(person, 'read-subscribers', '*').allowed) return null
    const rows = this.#rows()
    const active = this.#store.subscribers.all().filter(({ revokedAt }) => revokedAt === null)
    return active.flatMap(({ name, lists: entitled }) =>
      lists
        .filter(({ id }) => entitled.includes(id))
        .map((list) => figuresOf(this.#store, { name, list, rows, at })),
    )
  }

  /** Read again when it has become another. */
  #rows(): readonly Secondary[] {
    const found = statSync(this.#path, { throwIfNoEntry: false })
    const stamp = `${found?.mtimeMs ?? 0} ${found?.size ?? 0} ${found?.ino ?? 0}`
    if (this.#read?.stamp !== stamp) this.#read = { stamp, rows: readLedger(this.#path) }
    return this.#read.rows
  }
}

interface Told {
  readonly name: string
  readonly list: StoredList
  readonly rows: readonly Secondary[]
  readonly at: Date
}

function figuresOf(store: Store, { name, list, rows, at }: Told): SubscriberFigures {
  const serial = store.publications.latest(list.rowId)?.serial ?? null
  const zone = list.definition.zone?.origin ?? null
  const own = rows.filter((row) => row.subscriber === name && row.zone === zone)
  const states = own.map((row) => stateOf(row, serial ?? 0, at.getTime()))
  const lags = own.flatMap((row) => lagOf(row, serial ?? 0) ?? [])
  const count = (...wanted: readonly (typeof states)[number][]): number =>
    states.filter((state) => wanted.includes(state)).length
  return {
    ...{ subscriber: name, list: list.id, serial, secondaries: own.length },
    ...{ current: count('current'), behind: count('behind') },
    inDoubt: count('broken', 'unknown'),
    mostBehind: lags.length === 0 ? null : Math.max(...lags),
  }
}
