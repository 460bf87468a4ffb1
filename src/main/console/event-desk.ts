import type { EventDesk } from '../../console/ports/events.ts'
import { ALL_LISTS, type Person } from '../../core/person.ts'
import { assertMayAct } from '../../curation/assert-may-act.ts'
import { mayAct } from '../../curation/may-act.ts'
import type { DeskDeps } from './desk-deps.ts'
import { readableLists } from './readable-lists.ts'

/** Events that are looked through for one page: with rare ones a page may be short, but never late. */
const MAX_LOOKED = 50_000

/** What people read of the chain of decisions. */
export function eventDesk({ store }: Pick<DeskDeps, 'store'>): EventDesk {
  return {
    page: (person, { list, ...filter }) => {
      const lists = readable(person)
      const wanted = list === undefined ? lists : (lists ?? [list]).filter((id) => id === list)
      const { events, next } = store.events.page({
        ...filter,
        lists: wanted,
        maxLooked: MAX_LOOKED,
      })
      return {
        events: events.map(({ number, at, actor, act, subject, previous, hash }) => {
          return { number, at, actor, act, subject, previous, hash }
        }),
        next,
      }
    },
  }

  /** Null: everything. */
  function readable(person: Person): readonly string[] | null {
    if (mayAct(person, 'read-events', ALL_LISTS).allowed) return null
    const lists = readableLists(store, person, 'read-events').map(({ id }) => id)
    if (lists.length === 0) assertMayAct(person, 'read-events', ALL_LISTS)
    return lists
  }
}
