import type { Command } from 'commander'
import { printJson } from './print-table.ts'
import { withReviews } from './reviews/with-reviews.ts'

export interface AskOptions {
  readonly reason: string
  readonly json?: boolean
}

/** `review ask`: one review for each kind of the value that is listed; what is asked already stays as it is. */
export async function askReview(
  list: string,
  value: string,
  { reason, json }: AskOptions,
  command: Command,
): Promise<void> {
  const opened = await withReviews(command, (reviews) => reviews.ask({ list, value, reason }))
  const lines = opened.map(
    ({ value: found, kind, review }) =>
      `${found} (${kind}): ${review === null ? 'was asked already' : `review ${review}`}\n`,
  )
  process.stdout.write(json === true ? printJson({ list, opened }) : lines.join(''))
}
