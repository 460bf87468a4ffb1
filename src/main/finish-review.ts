import { dayOf } from '../core/day.ts'
import { Fault } from '../core/fault.ts'
import type { Person } from '../core/person.ts'
import type { ReviewOutcome, Term } from '../core/review.ts'
import { assertMayAct } from '../curation/assert-may-act.ts'
import { planOutcome, type WrittenOutcome } from '../curation/plan-outcome.ts'
import type { Store } from '../store/open-store.ts'
import type { Review } from '../store/review-store.ts'
import { findList } from './find-list.ts'
import type { ProposalOutcome } from './proposals/outcome.ts'
import { propose } from './proposals/propose.ts'
import { termsOf } from './proposals/term-options.ts'

export interface FinishedReview {
  readonly review: number
  readonly list: string
  readonly outcome: ReviewOutcome
  /** The days that the entries have now; null where none were given. */
  readonly term: Term | null
  /** The retirement that it made, and how many entries it has. */
  readonly decision: number | null
  readonly retired: number
  /** The retirement that waits for others, such as `p7`; the review stays open until then. */
  readonly proposal: string | null
}

export interface FinishDeps {
  readonly store: Store
  readonly person: Person
  readonly now: () => Date
}

/**
 * Ends a review and does what was found, in one transaction: new days, or a retirement, which is decided as any other. Where that
 * waits for others the review stays open: nothing has been done yet, and it ends by itself when nothing is left to look at.
 * Throws `review/not-found`, `review/done`, `review/outcome`, `decision/approvals-needed`, and what `propose` and `assertMayAct` throw.
 */
export function finishReview(
  deps: FinishDeps,
  id: number,
  written: WrittenOutcome & { readonly reason: string },
): FinishedReview {
  const { store, person, now } = deps
  return store.write(() => {
    const review = findOpen(store, id)
    assertMayAct(person, 'review', review.list)
    const { definition } = findList(store, review.list)
    const at = now()
    const term = store.terms.find(review.listRowId, review)
    const about = { cause: review.cause, days: term ?? { reviewOn: null, expiresOn: null } }
    const plan = planOutcome(about, written, definition, dayOf(at))
    if (review.cause === 'urgent') assertFound(store, review, written.outcome)
    else if (term === null) throw nothingLeft(review)
    const rows = plan.effect === 'retire' ? [...store.terms.held(review.listRowId, review)] : []
    const { outcome, reason } = written
    const retirement = rows.length === 0 ? null : retire(deps, { review, reason, at }, rows)
    const end = { review: id, list: review.list, outcome, retired: rows.length }
    if (retirement?.state === 'open') {
      return { ...end, term: null, decision: null, proposal: retirement.proposal }
    }
    const decision = retirement?.decision ?? null
    const given = plan.effect === 'dates' && term !== null ? { ...term, ...plan.days } : null
    const done = { outcome, at, actor: person.name, decision }
    store.reviews.finish(id, { ...done, reason, term: given })
    for (const other of sameQuestion(store, review)) {
      store.reviews.finish(other.id, { ...done, reason: `with review ${id}`, term: null })
    }
    return { ...end, term: given, decision, proposal: null }
  })
}

/** An open review. Throws `review/not-found`, `review/done`. */
function findOpen(store: Store, id: number): Review {
  const review = findReview(store, id)
  if (review.doneAt === null) return review
  throw new Fault(
    'review/done',
    `expected an open review, got number ${id}, which ended on ${dayOf(review.doneAt)} with the outcome ${review.outcome ?? ''}: «bailiwick review show ${id}»`,
  )
}

/** Throws `review/not-found`. */
export function findReview(store: Store, id: number): Review {
  const review = store.reviews.find(id)
  if (review !== null) return review
  throw new Fault('review/not-found', `expected the number of a review, got ${id}`)
}

/** Both ask whether these entries should stay. */
function sameQuestion(store: Store, review: Review): Review[] {
  if (review.cause === 'urgent') return []
  return store.reviews
    .ofTarget(review)
    .filter(({ id, cause }) => id !== review.id && (cause === 'due' || cause === 'expiring'))
}

function nothingLeft({ id }: Review): Fault {
  return new Fault(
    'review/outcome',
    `expected entries that are on the list, got none left of review ${id}: it is closed by the next run of reviews`,
  )
}

/** What is said to be listed again must be: the decision to list it goes its own way, with its own approvals. */
function assertFound(store: Store, review: Review, outcome: ReviewOutcome): void {
  if (outcome !== 'relisted') return
  const { stillRetired } = store.reviews.retiredBy(review.decision, 0)
  if (stillRetired === 0) return
  throw new Fault(
    'review/outcome',
    `expected everything that decision ${review.decision} retired to be listed again, got ${stillRetired} entries that are not: add them first («bailiwick entry add ${review.list} …»)`,
  )
}

/** It takes the way of every retirement: one person decides it, or it waits for others, as the list says. */
function retire(
  { store, person }: FinishDeps,
  { review, reason, at }: { readonly review: Review; readonly reason: string; readonly at: Date },
  rows: readonly number[],
): ProposalOutcome {
  const { reference = '', category = '' } = review.about ?? {}
  // A retirement is never held up by a guard.
  return propose(
    { store, person, at, checkGuards: () => [] },
    {
      ...{ list: findList(store, review.list), act: 'retire', acknowledged: [], override: null },
      terms: termsOf({ reason }, { reference, category }),
      change: { added: [], retired: rows },
      counts: { added: 0, retired: rows.length, amended: 0 },
    },
  )
}
