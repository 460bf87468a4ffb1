import type { SubscriberFigures } from '../../console/ports/overview.ts'
import type { PullView } from '../../console/ports/subscribers.ts'
import type { Person } from '../../core/person.ts'
import { mayAct } from '../../curation/may-act.ts'
import type { Store } from '../../store/open-store.ts'
import { readableLists } from './readable-lists.ts'
import { standingOf, type SubscriberBook } from './subscriber-standing.ts'

interface FiguresDeps {
  readonly store: Store
  readonly book: SubscriberBook
}

/** How subscribers stand with each list, by both ways; null where the person may see subscribers of no list. */
export function subscriberFigures(
  { store, book }: FiguresDeps,
  person: Person,
  at: Date,
): readonly SubscriberFigures[] | null {
  const lists = readableLists(store, person, 'read-subscribers')
  if (lists.length === 0 && !mayAct(person, 'read-subscribers', '*').allowed) return null
  const active = store.subscribers.all().filter(({ revokedAt }) => revokedAt === null)
  return active.flatMap((subscriber) => {
    const pulls = book.pulls(subscriber, lists, at)
    return subscriber.lists.flatMap((list) => {
      const own = pulls.filter((pull) => pull.list === list)
      return own.length === 0 ? [] : [figuresOf(subscriber.name, list, own)]
    })
  })
}

function figuresOf(
  subscriber: string,
  list: string,
  pulls: readonly PullView[],
): SubscriberFigures {
  const secondaries = pulls.filter(({ way }) => way === 'dns')
  const http = pulls.find(({ way }) => way === 'http')
  const count = (...states: readonly PullView['state'][]): number =>
    secondaries.filter(({ state }) => states.includes(state)).length
  const { serialsBehind, secondsBehind } = standingOf(pulls)
  return {
    ...{ subscriber, list, serial: http?.newest ?? null, secondaries: secondaries.length },
    ...{ current: count('current'), behind: count('behind') },
    ...{ inDoubt: count('broken', 'unknown'), mostBehind: serialsBehind, secondsBehind },
    ...{ fetched: http?.serial ?? null, fetchedAt: http?.pulledAt ?? null },
  }
}
