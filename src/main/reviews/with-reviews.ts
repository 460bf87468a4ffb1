import type { Command } from 'commander'
import { withWay, type Ways } from '../with-way.ts'
import type { ReviewDeeds } from './review-deeds.ts'

const WAYS: Ways<ReviewDeeds> = {
  local: async () => (await import('./local-reviews.ts')).localReviews,
  server: async () => (await import('./server-reviews.ts')).serverReviews,
}

/** Runs `work` with what commands do with reviews, on the way that the options name. Throws `usage/invalid`. */
export async function withReviews<T>(
  command: Command,
  work: (reviews: ReviewDeeds) => Promise<T>,
): Promise<T> {
  return withWay(command, WAYS, work)
}
