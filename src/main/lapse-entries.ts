import { dayOf } from '../core/day.ts'
import type { ReviewPlan } from '../curation/plan-reviews.ts'
import { planReviews } from '../curation/plan-reviews.ts'
import type { StoredList } from '../store/list-store.ts'
import { OWN_ACTOR, type Store } from '../store/open-store.ts'

/** What a run took from a list because its last day was over. */
export interface Lapsed {
  readonly list: string
  readonly decision: number
  readonly entries: number
}

/**
 * Retires all entries of a list whose end has come, with one decision in one transaction; null when there is none. Safe to be run twice and by two servers
 * at once: what is looked at is what is changed.
 *
 * All at once, however many: in parts, each part could pass the guard that must see them together.
 */
export function lapseEntries(store: Store, list: StoredList, at: Date): Lapsed | null {
  // Mostly there is none, and nobody is kept from writing to find that out.
  if (lapsingNow(store, list, at).length === 0) return null
  return store.write(() => {
    const rows = lapsingNow(store, list, at).flatMap((term) => [
      ...store.terms.held(list.rowId, term),
    ])
    if (rows.length === 0) return null
    const decision = commitLapse(store, list, rows, at)
    const subject = { decision, entries: rows.length, list: list.id, on: dayOf(at) }
    store.events.append({ act: 'entry-lapsed', actor: OWN_ACTOR, subject })
    return { list: list.id, decision, entries: rows.length }
  })
}

function lapsingNow(store: Store, list: StoredList, at: Date): ReviewPlan['lapsing'] {
  const today = dayOf(at)
  const terms = store.terms.due(list.rowId, { reviewOn: '', expiresOn: today })
  return planReviews(list.definition.review, today, terms).lapsing
}

function commitLapse(
  store: Store,
  list: StoredList,
  retired: readonly number[],
  decidedAt: Date,
): number {
  const nothing = { reference: '', category: '', legalBasis: '', evidence: '', source: null }
  return store.decisions.commit(
    {
      ...nothing,
      listRowId: list.rowId,
      act: 'retire',
      reason: `lapsed: the last day was over by ${dayOf(decidedAt)}`,
      proposer: OWN_ACTOR,
      decidedBy: OWN_ACTOR,
      decidedAt,
      urgent: false,
      reviewOn: null,
      expiresOn: null,
      added: 0,
      retired: retired.length,
      amended: 0,
      override: null,
    },
    { added: [], retired },
  )
}
