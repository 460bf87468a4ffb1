import type { AskedView, ReviewEnd, ReviewStory, ReviewView } from '../../console/ports/reviews.ts'
import { isDay } from '../../core/day.ts'
import { Fault } from '../../core/fault.ts'
import type { ApiClient } from '../../platform/api-client.ts'
import { apiPages, raiseLimit } from '../api-pages.ts'
import type { ReviewDeeds } from './review-deeds.ts'

const PATH = '/v1/reviews'

/** What commands do with reviews, at a server. */
export function serverReviews(api: ApiClient): ReviewDeeds {
  const show = async (id: number): Promise<ReviewStory> =>
    (await api.ask({ method: 'GET', path: `${PATH}/${id}` })) as ReviewStory
  return {
    page: async ({ isOpen, list, cause, before, limit }) => {
      if (before !== undefined) throw raiseLimit('--before')
      const query = { state: isOpen ? 'open' : 'all', list, cause }
      const found = await apiPages<ReviewView>(api, { path: PATH, query }, limit)
      const stories: ReviewStory[] = []
      for (const { review } of found) stories.push(await show(review))
      return stories
    },
    show,
    finish: async (id, { outcome, reason, reviewOn, expiresOn }) => {
      const { tag } = await api.look(`${PATH}/${id}`)
      assertDays([reviewOn, expiresOn])
      const days = {
        ...(reviewOn !== undefined && { reviewOn }),
        ...(expiresOn !== undefined && { expiresOn }),
      }
      const path = `${PATH}/${id}/outcome`
      const body = { outcome, reason, ...days }
      const asked = { method: 'POST', path, body, ...(tag !== null && { tag }) } as const
      return (await api.ask(asked)) as ReviewEnd
    },
    ask: async (body) => {
      const told = await api.ask({ method: 'POST', path: PATH, body })
      return (told as { readonly items: readonly AskedView[] }).items
    },
  }
}

/** Throws `review/outcome` for what is no day; which days are allowed, the server knows. */
function assertDays(written: readonly (string | undefined)[]): void {
  for (const day of written) {
    if (day === undefined || isDay(day)) continue
    throw new Fault(
      'review/outcome',
      `expected a day such as 2030-01-31, got ${JSON.stringify(day)}`,
    )
  }
}
