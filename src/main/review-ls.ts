import type { Command } from 'commander'
import type { ReviewCause } from '../core/review.ts'
import type { ReviewStory } from '../console/ports/reviews.ts'
import { printJson, printTable } from './print-table.ts'
import { withReviews } from './reviews/with-reviews.ts'

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
  const isOpen = options.open === true
  const stories = await withReviews(command, (reviews) =>
    reviews.page({ limit, before, cause, list, isOpen }),
  )
  if (json === true) process.stdout.write(printJson(stories))
  else if (stories.length > 0) process.stdout.write(printTable([HEADING, ...stories.map(cells)]))
}

const HEADING = ['ID', 'LIST', 'CAUSE', 'DUE', 'STATE', 'ABOUT', 'NOTE']

function cells(view: ReviewStory): string[] {
  const { review: id, list, cause, dueOn, note } = view
  return [String(id), list, cause, dueOn, printState(view), printAbout(view), note]
}

function printState({ state, isOverdue, outcome }: ReviewStory): string {
  if (state === 'done') return outcome ?? 'done'
  return isOverdue ? 'overdue' : 'open'
}

/** What a review is about, in a few words. */
export function printAbout({ value, kind, urgent, decision, entries }: ReviewStory): string {
  if (value !== null) return `${value} (${kind ?? ''})`
  const [first, ...more] = urgent?.retired ?? []
  if (first === undefined) return `decision ${decision}, ${entries} entries`
  return `${first.value} (${first.kind})${more.length === 0 ? '' : ` and ${more.length} more`}`
}
