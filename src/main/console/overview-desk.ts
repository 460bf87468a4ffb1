import type {
  OverviewDesk,
  OverviewView,
  QueueFigures,
  ReviewFigures,
  UrgentFigures,
} from '../../console/ports/overview.ts'
import { dayOf } from '../../core/day.ts'
import type { Person } from '../../core/person.ts'
import { mayAct } from '../../curation/may-act.ts'
import type { StoredList } from '../../store/list-store.ts'
import type { Store } from '../../store/open-store.ts'
import { DayFigures } from './day-figures.ts'
import type { DeskDeps } from './desk-deps.ts'
import { readableLists } from './readable-lists.ts'
import { subscriberFigures } from './subscriber-figures.ts'
import { SubscriberBook } from './subscriber-standing.ts'
import { recentUrgent } from './urgent-desk.ts'
import { viewList } from './view-list.ts'

/** How everything stands, over a store and what the server has written down. */
export function overviewDesk({ data, store }: Pick<DeskDeps, 'data' | 'store'>): OverviewDesk {
  const days = new DayFigures(store)
  const book = new SubscriberBook({ data, store })
  return {
    overview: (person, { days: count, at }) =>
      store.read(() => {
        const lists = readableLists(store, person)
        const asked = { last: dayOf(at), count }
        return {
          at: at.toISOString(),
          lists: lists.map((list) => figuresOf(store, list, days.of(list.rowId, asked))),
          ...waitingFor(store, person, { lists, at }),
          subscribers: subscriberFigures({ store, book }, person, at),
        }
      }),
  }
}

function figuresOf(
  store: Store,
  list: StoredList,
  days: OverviewView['lists'][number]['days'],
): OverviewView['lists'][number] {
  const { title, entries, waiting, cron, nextAt, published } = viewList(store, list)
  const mark = published && { serial: published.serial, at: published.publishedAt }
  return { list: list.id, title, entries, waiting, cron, nextAt, published: mark, days }
}

interface Asked {
  readonly lists: readonly StoredList[]
  readonly at: Date
}

/** What people are waited for: of lists whose reasons the person may read. */
function waitingFor(
  store: Store,
  person: Person,
  { lists, at }: Asked,
): Pick<OverviewView, 'queue' | 'reviews' | 'urgent'> {
  const told = lists.filter(({ id }) => mayAct(person, 'read-reasons', id).allowed)
  const ids = new Map(told.map(({ rowId, id }) => [rowId, id]))
  return {
    queue: queueOf(store, ids, at),
    reviews: reviewsOf(store, ids, at),
    urgent: urgentOf(store, [...ids.keys()], at),
  }
}

type Ids = ReadonlyMap<number, string>

const DAY_MS = 86_400_000
/** Ages, in days, between which proposals are told apart. */
const AGES = [1, 3, 7]

function queueOf({ figures }: Store, ids: Ids, at: Date): QueueFigures[] {
  const times = AGES.map((days) => new Date(at.getTime() - days * DAY_MS))
  return figures.openProposals(times).flatMap(({ listRowId, open, urgent, oldest, before }) => {
    const list = ids.get(listRowId)
    if (list === undefined) return []
    const older = [open, ...before]
    const ages = older.map((count, i) => count - (older[i + 1] ?? 0))
    return [{ list, open, urgent, oldestAt: oldest.toISOString(), ages }]
  })
}

function reviewsOf({ reviews }: Store, ids: Ids, at: Date): ReviewFigures[] {
  return reviews.counts(dayOf(at)).flatMap(({ listRowId, cause, open, overdue }) => {
    const list = ids.get(listRowId)
    return list === undefined ? [] : [{ list, cause, open, overdue }]
  })
}

/** Urgent decisions that are told at most. */
const MAX_URGENT = 20

/** Those that somebody is waited for: readers haven't got them, or nobody has looked at them since. */
function urgentOf(store: Store, listRowIds: readonly number[], at: Date): UrgentFigures[] {
  return recentUrgent(store, listRowIds, { limit: MAX_URGENT, at })
    .filter(({ published, review }) => published === null || review?.state === 'open')
    .map(({ list, decision, act, reason, decidedBy, decidedAt, ...more }) => {
      const { secondsSince, entries, published } = more
      const told = { list, decision, act, reason, decidedBy, decidedAt }
      return { ...told, secondsSince, entries, published }
    })
}
