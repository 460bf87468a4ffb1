import { dayOf } from '../core/day.ts'
import type { ServerLog } from '../platform/server-log.ts'
import { printComingLapse } from './lapse-forecast.ts'
import type { ReviewRun } from './run-reviews.ts'
import { tellFault } from './serve-faults.ts'
import type { Work } from './serve-work.ts'

export interface ServeReviewsDeps {
  readonly work: Pick<Work, 'review'>
  readonly serverLog: ServerLog
  readonly now: () => Date
}

/**
 * Gives the job that runs reviews to their end and tells the log what was done; a warning that goes on is told once a day. The job never throws, and asked while it runs
 * it does nothing: cron and the start may meet.
 */
export function openReviewJob({ work, serverLog, now }: ServeReviewsDeps): () => Promise<void> {
  const told = { day: '', warnings: new Set<string>() }
  let isRunning = false

  function tell({ lapsed, opened, closed, warnings }: ReviewRun): void {
    const { log } = serverLog
    for (const one of lapsed) log.info(one, 'lapsed')
    if (opened.length > 0 || closed > 0) log.info({ opened, closed }, 'reviews')
    const day = dayOf(now())
    if (told.day !== day) told.warnings.clear()
    told.day = day
    for (const warning of warnings) {
      const text = printComingLapse(warning)
      if (!told.warnings.has(text)) log.warn({ list: warning.list }, text)
      told.warnings.add(text)
    }
  }

  return async () => {
    if (isRunning) return
    isRunning = true
    try {
      // Each part is a question of its own, so that a publication need not wait for all of them.
      for (let run = null; run?.isComplete !== true;) {
        run = await work.review()
        tell(run)
      }
    } catch (error) {
      // The next run finds the same to do.
      tellFault(serverLog, error)
    } finally {
      isRunning = false
    }
  }
}
