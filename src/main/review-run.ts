import type { Command } from 'commander'
import { assertMay } from './assert-may.ts'
import { checkedClock } from './checked-clock.ts'
import { withStore } from './find-list.ts'
import { globalOptions } from './global-options.ts'
import { printComingLapse } from './lapse-forecast.ts'
import { printJson } from './print-table.ts'
import { runReviews, type ReviewRun } from './run-reviews.ts'

/** `review run`: once to its end; for whoever does not run the server. */
export async function runReviewsOnce(
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const { data, actor } = globalOptions(command)
  await withStore(data, (store) => {
    // What lapses is gone with the next serial, so it is for those who make serials.
    const lists = store.lists.all().map(({ id }) => id)
    assertMay(store, { actor, acts: ['publish'], lists })
    const now = checkedClock(store, () => new Date(), process.env)
    const runs: ReviewRun[] = []
    do runs.push(runReviews({ store, now }))
    while (runs.at(-1)?.isComplete === false)
    const done = {
      lapsed: runs.flatMap((run) => run.lapsed),
      opened: runs.flatMap((run) => run.opened),
      closed: runs.reduce((sum, run) => sum + run.closed, 0),
      warnings: runs.at(-1)?.warnings ?? [],
    }
    process.stdout.write(json === true ? printJson(done) : told(done))
  })
}

function told({ lapsed, opened, closed, warnings }: Omit<ReviewRun, 'isComplete'>): string {
  return [
    ...lapsed.map(
      ({ list, entries, decision }) =>
        `${entries} entries of ${list} lapsed: decision ${decision}\n«bailiwick publish ${list}» makes it effective\n`,
    ),
    ...opened.map(({ list, cause, reviews }) => `${reviews} reviews of ${list} opened: ${cause}\n`),
    ...(closed === 0 ? [] : [`${closed} reviews closed: nothing of theirs is listed\n`]),
    ...warnings.map((warning) => `${printComingLapse(warning)}\n`),
  ].join('')
}
