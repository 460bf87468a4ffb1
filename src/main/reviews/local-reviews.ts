import { viewEnd, viewStory } from '../console/view-review.ts'
import type { Store } from '../../store/open-store.ts'
import { actingPerson } from '../acting-person.ts'
import { askForReview } from '../ask-for-review.ts'
import { findList, withStore } from '../find-list.ts'
import { findReview, finishReview } from '../finish-review.ts'
import type { GlobalOptions } from '../global-options.ts'
import { noteRefusal } from '../note-refusal.ts'
import type { ReviewDeeds, WantedReviews } from './review-deeds.ts'

/** What commands do with reviews, on a data folder. Whoever can read the folder may look; who ends or asks for one acts under his name. */
export function localReviews({ data, actor }: GlobalOptions): ReviewDeeds {
  const open = <T>(work: (store: Store) => T): Promise<T> => withStore(data, work, { actor })
  return {
    page: (wanted) =>
      withStore(data, (store) =>
        store.read(() => {
          const now = new Date()
          return reviewsOf(store, wanted).map((review) => viewStory(store, review, now))
        }),
      ),
    show: (id) =>
      withStore(data, (store) =>
        store.read(() => viewStory(store, findReview(store, id), new Date())),
      ),
    finish: (id, outcome) =>
      open((store) => {
        const list = findList(store, findReview(store, id).list)
        const deps = { store, person: actingPerson(store, actor), now: () => new Date() }
        const attempt = { store, list, actor, act: 'amend' } as const
        return viewEnd(noteRefusal(attempt, () => finishReview(deps, id, outcome)))
      }),
    ask: ({ list: id, ...asked }) =>
      open((store) => {
        const list = findList(store, id)
        const deps = { store, person: actingPerson(store, actor), at: new Date() }
        return askForReview(deps, list, asked).map(({ entry: { value, kind }, review }) => {
          return { value, kind, review }
        })
      }),
  }
}

function reviewsOf(
  store: Store,
  { isOpen, list, cause, before, limit }: WantedReviews,
): ReturnType<Store['reviews']['all']> {
  return store.reviews.all({
    limit,
    ...(before !== undefined && { before }),
    ...(cause !== undefined && { cause }),
    ...(list !== undefined && { listRowId: findList(store, list).rowId }),
    ...(isOpen && { isOpen }),
  })
}
