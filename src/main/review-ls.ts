import type { Command } from 'commander'
import type { ReviewCause } from '../core/review.ts'
import { findList, withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printJson, printTable } from './print-table.ts'
import { viewReview, type ReviewView } from './review-view.ts'

export interface ListReviewsOptions {
  readonly open?: boolean
  readonly list?: string
  readonly cause?: ReviewCause
  readonly limit: number
  readonly before?: number
  readonly json?: boolean
}

/** `review ls`. */
export async function listReviews(options: ListReviewsOptions, command: Command): Promise<void> {
  const { limit, before, cause, list, json } = options
  await withStore(globalOptions(command).data, (store) => {
    const reviews = store.reviews.all({
      limit,
      ...(before !== undefined && { before }),
      ...(cause !== undefined && { cause }),
      ...(list !== undefined && { listRowId: findList(store, list).rowId }),
      ...(options.open === true && { isOpen: true }),
    })
    const now = new Date()
    const views = reviews.map((review) => viewReview(store, review, now))
    if (json === true) process.stdout.write(printJson(views))
    else if (views.length > 0) process.stdout.write(printTable([HEADING, ...views.map(cells)]))
  })
}

const HEADING = ['ID', 'LIST', 'CAUSE', 'DUE', 'STATE', 'ABOUT', 'NOTE']

function cells(view: ReviewView): string[] {
  const { id, list, cause, dueOn, note } = view
  return [String(id), list, cause, dueOn, printState(view), printAbout(view), note]
}

function printState({ state, isOverdue, outcome }: ReviewView): string {
  if (state === 'done') return outcome ?? 'done'
  return isOverdue ? 'overdue' : 'open'
}

/** What a review is about, in a few words. */
export function printAbout({ entry, urgent, decision, entries }: ReviewView): string {
  if (entry !== null) return `${entry.value} (${entry.kind})`
  const [first, ...more] = urgent?.retired ?? []
  if (first === undefined) return `decision ${decision}, ${entries} entries`
  return `${first.value} (${first.kind})${more.length === 0 ? '' : ` and ${more.length} more`}`
}
