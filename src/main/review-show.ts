import type { Command } from 'commander'
import type { ReviewActView, ReviewStory, UrgentRetirement } from '../console/ports/reviews.ts'
import { printJson, printTime } from './print-table.ts'
import { printAbout } from './review-ls.ts'
import { withReviews } from './reviews/with-reviews.ts'

/** `review show`. */
export async function showReview(
  id: number,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const story = await withReviews(command, (reviews) => reviews.show(id))
  process.stdout.write(json === true ? printJson(story) : told(story))
}

function told(story: ReviewStory): string {
  const { review, list, cause, decision, dueOn, state, isOverdue, urgent } = story
  const { decisionReason, entries, reviewOn, expiresOn, acts } = story
  const isListed = urgent === null && entries > 0
  return [
    `review ${review} of ${list}, ${cause}: ${printAbout(story)}`,
    `${isOverdue ? 'overdue' : state}, due on ${dueOn}`,
    `decision ${decision}: ${decisionReason}`,
    ...(urgent === null ? [] : [printUrgent(urgent)]),
    ...(isListed ? [`days now: review ${reviewOn ?? 'never'}, end ${expiresOn ?? 'never'}`] : []),
    ...acts.map(printAct),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

function printUrgent({ decidedAt, secondsSince, published }: UrgentRetirement): string {
  const seen =
    published === null
      ? 'not published yet'
      : `published with serial ${published.serial} at ${timeOf(published.at)}`
  return `retired at ${timeOf(decidedAt)}, ${printSpan(secondsSince)} ago; ${seen}`
}

function timeOf(text: string): string {
  return printTime(new Date(text))
}

function printSpan(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800
    ? `${Math.floor(seconds / 3600)} h`
    : `${Math.floor(seconds / 86_400)} days`
}

function printAct({ act, at, actor, outcome, reason, decision }: ReviewActView): string {
  const made = decision === null ? '' : `, decision ${decision}`
  return `${timeOf(at)} ${act}${outcome === null ? '' : ` ${outcome}`} by ${actor}${made}: ${reason}`
}
