import type { UrgentDesk, UrgentView } from '../../console/ports/urgent.ts'
import type { Store } from '../../store/open-store.ts'
import type { DeskDeps } from './desk-deps.ts'
import { readableLists } from './readable-lists.ts'

/** What was decided urgently, over a store. */
export function urgentDesk({ store }: Pick<DeskDeps, 'store'>): UrgentDesk {
  return {
    recent: (person, { list, limit, at }) =>
      store.read(() => {
        const readable = readableLists(store, person, 'read-reasons')
        const wanted = list === undefined ? readable : readable.filter(({ id }) => id === list)
        const rowIds = wanted.map(({ rowId }) => rowId)
        return recentUrgent(store, rowIds, { limit, at })
      }),
  }
}

/** The newest urgent decisions of lists, newest first. */
export function recentUrgent(
  store: Store,
  listRowIds: readonly number[],
  { limit, at }: { readonly limit: number; readonly at: Date },
): UrgentView[] {
  return store.figures.urgentDecisions(listRowIds, limit).flatMap((id) => {
    const decision = store.decisions.find(id)
    if (decision === null) return []
    const { list, listRowId, act, reason, decidedBy, decidedAt, added, retired, amended } = decision
    const cut = store.figures.firstWith(listRowId, id)
    const secondsSince = Math.max(0, Math.floor((at.getTime() - decidedAt.getTime()) / 1000))
    return [
      {
        ...{ list, decision: id, act, reason, decidedBy, decidedAt: decidedAt.toISOString() },
        ...{ secondsSince, entries: added + retired + amended },
        published: cut && { serial: cut.serial, at: cut.publishedAt.toISOString() },
        review: reviewOf(store, id),
      },
    ]
  })
}

function reviewOf({ reviews }: Store, decision: number): UrgentView['review'] {
  const review = reviews.ofUrgent(decision)
  if (review === null) return null
  const { id, doneAt, dueOn, outcome } = review
  return { review: id, state: doneAt === null ? 'open' : 'done', dueOn, outcome }
}
