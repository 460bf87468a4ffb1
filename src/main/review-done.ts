import type { Command } from 'commander'
import type { WrittenOutcome } from '../curation/plan-outcome.ts'
import type { ReviewEnd } from '../console/ports/reviews.ts'
import { printJson } from './print-table.ts'
import { withReviews } from './reviews/with-reviews.ts'

export interface DoneOptions extends WrittenOutcome {
  readonly reason: string
  readonly json?: boolean
}

/** `review done`. */
export async function endReview(id: number, options: DoneOptions, command: Command): Promise<void> {
  const { outcome, reason, reviewOn, expiresOn } = options
  const said = { outcome, reason, reviewOn, expiresOn }
  const done = await withReviews(command, (reviews) => reviews.finish(id, said))
  process.stdout.write(options.json === true ? printJson(done) : told(done))
}

function told(finished: ReviewEnd): string {
  const { review, list, outcome, decision, retired, proposal, reviewOn, expiresOn } = finished
  if (proposal !== null) {
    return `proposed to retire ${retired} entries: ${proposal}\nreview ${review} of ${list} stays open until that is decided\n`
  }
  const ended = `review ${review} of ${list}: ${outcome}\n`
  if (decision !== null) {
    return `${ended}retired ${retired} entries: decision ${decision}\n«bailiwick publish ${list}» makes it effective\n`
  }
  if (reviewOn === null && expiresOn === null) return ended
  return `${ended}next review on ${reviewOn ?? 'no day'}, end on ${expiresOn ?? 'no day'}\n`
}
