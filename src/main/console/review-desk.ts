import type { ReviewDesk, ReviewEnd, ReviewFilter } from '../../console/ports/reviews.ts'
import { Fault } from '../../core/fault.ts'
import type { Person } from '../../core/person.ts'
import { mayAct } from '../../curation/may-act.ts'
import type { Store } from '../../store/open-store.ts'
import type { Review } from '../../store/review-store.ts'
import { askForReview } from '../ask-for-review.ts'
import { findList } from '../find-list.ts'
import { finishReview } from '../finish-review.ts'
import { comingLapses } from '../lapse-forecast.ts'
import { noteRefusal } from '../note-refusal.ts'
import type { DeskDeps } from './desk-deps.ts'
import { readableList, readableLists } from './readable-lists.ts'
import { viewEnd, viewShortly, viewStory } from './view-review.ts'

/** What people do with reviews over the network, by the same use cases as the commands. */
export function reviewDesk({ store }: Pick<DeskDeps, 'store'>): ReviewDesk {
  return {
    page: (person, filter, at) =>
      store.read(() => pageOf(store, person, filter).map((one) => viewShortly(store, one, at))),
    find: (person, id, at) => store.read(() => viewStory(store, findSeen(store, person, id), at)),
    finish: (person, { review: id, isSeen, ...request }, at) => {
      const review = findSeen(store, person, id)
      const list = findList(store, review.list)
      const attempt = { store, list, actor: person.name, act: 'amend' } as const
      return noteRefusal(attempt, () =>
        store.write(() => {
          const now = viewStory(store, findSeen(store, person, id), at)
          const isChanged = now.state === 'open' && !isSeen(now)
          const end = (): ReviewEnd =>
            viewEnd(finishReview({ store, person, now: () => at }, review.id, request))
          // Whoever may not end it at all is told that first.
          if (!isChanged || !mayAct(person, 'review', review.list).allowed) return end()
          throw new Fault(
            'review/changed',
            `expected review ${id} as it is now, with the next review on ${now.reviewOn ?? 'no day'} and the end on ${now.expiresOn ?? 'no day'}, got it as it was: look at it again`,
          )
        }),
      )
    },
    ask: (person, { list: id, value, reason }, at) => {
      const list = readableList(store, person, { id, act: 'review' })
      const asked = askForReview({ store, person, at }, list, { value, reason })
      return asked.map(({ entry, review }) => ({ value: entry.value, kind: entry.kind, review }))
    },
    lapses: (person, id, at) =>
      store.read(() => {
        const act = 'read-reasons'
        const lists =
          id === undefined
            ? readableLists(store, person, act)
            : [readableList(store, person, { id, act })]
        return lists.flatMap((list) => comingLapses(store, list, at))
      }),
  }
}

function pageOf(
  store: Store,
  person: Person,
  { list, cause, state, behind, limit }: ReviewFilter,
): Review[] {
  const readable = readableLists(store, person, 'read-reasons')
  const wanted = list === undefined ? readable : readable.filter(({ id }) => id === list)
  const isOpen = state === 'open'
  return store.reviews.all({
    ...{ listRowIds: wanted.map(({ rowId }) => rowId), limit },
    ...(state !== 'all' && { isOpen }),
    ...(cause !== undefined && { cause }),
    ...(behind !== null &&
      (isOpen
        ? { behind: { dueOn: behind.dueOn, id: behind.review } }
        : { before: behind.review })),
  })
}

/** Throws `review/not-found`, too, for what the person may not know of. */
function findSeen(store: Store, person: Person, id: string): Review {
  const review = /^[1-9]\d{0,14}$/.test(id) ? store.reviews.find(Number(id)) : null
  if (review !== null && mayAct(person, 'read-reasons', review.list).allowed) return review
  throw new Fault(
    'review/not-found',
    `expected the number of a review, got ${JSON.stringify(id)}: the page of reviews lists them`,
  )
}
