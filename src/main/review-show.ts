import type { Command } from 'commander'
import type { Term } from '../core/review.ts'
import type { ReviewAct } from '../store/review-store.ts'
import { findReview } from './finish-review.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTime } from './print-table.ts'
import { printAbout } from './review-ls.ts'
import { viewReview, type ReviewView, type UrgentView } from './review-view.ts'

/** `review show`. */
export async function showReview(
  id: number,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  await withStore(globalOptions(command).data, (store) => {
    const review = findReview(store, id)
    const view = viewReview(store, review, new Date())
    const acts = store.reviews.acts(id)
    const term = store.terms.find(review.listRowId, review)
    const reason = store.decisions.find(review.decision)?.reason ?? ''
    process.stdout.write(
      json === true
        ? printJson({ ...view, decisionReason: reason, days: daysOf(term), acts })
        : told(view, { reason, term, acts }),
    )
  })
}

function daysOf(term: Term | null): object | null {
  return term && { reviewOn: term.reviewOn, expiresOn: term.expiresOn }
}

interface Told {
  readonly reason: string
  readonly term: Term | null
  readonly acts: readonly ReviewAct[]
}

function told(view: ReviewView, { reason, term, acts }: Told): string {
  const { id, list, cause, decision, dueOn, state, isOverdue, urgent } = view
  return [
    `review ${id} of ${list}, ${cause}: ${printAbout(view)}`,
    `${isOverdue ? 'overdue' : state}, due on ${dueOn}`,
    `decision ${decision}: ${reason}`,
    ...(urgent === null ? [] : [printUrgent(urgent)]),
    ...(term === null
      ? []
      : [`days now: review ${term.reviewOn ?? 'never'}, end ${term.expiresOn ?? 'never'}`]),
    ...acts.map(printAct),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

function printUrgent({ decidedAt, secondsSince, published }: UrgentView): string {
  const seen =
    published === null
      ? 'not published yet'
      : `published with serial ${published.serial} at ${printTime(published.at)}`
  return `retired at ${printTime(decidedAt)}, ${printSpan(secondsSince)} ago; ${seen}`
}

function printSpan(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800
    ? `${Math.floor(seconds / 3600)} h`
    : `${Math.floor(seconds / 86_400)} days`
}

function printAct({ act, at, actor, outcome, reason, decision }: ReviewAct): string {
  const made = decision === null ? '' : `, decision ${decision}`
  return `${printTime(at)} ${act}${outcome === null ? '' : ` ${outcome}`} by ${actor}${made}: ${reason}`
}
