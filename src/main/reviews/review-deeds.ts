import type {
  AskedView,
  AskReviewRequest,
  ReviewEnd,
  ReviewStory,
} from '../../console/ports/reviews.ts'
import type { ReviewCause } from '../../core/review.ts'
import type { WrittenOutcome } from '../../curation/plan-outcome.ts'

/**
 * What commands do with reviews: on a data folder as a named actor (`local-reviews.ts`), or at a server as whoever the API key is of
 * (`server-reviews.ts`). What is told is what the API tells; faults are those of the use cases on both.
 */
export interface ReviewDeeds {
  /** Open ones alone by their day; open and done ones newest first. */
  readonly page: (wanted: WantedReviews) => Promise<readonly ReviewStory[]>
  readonly show: (id: number) => Promise<ReviewStory>
  /** As it is now. */
  readonly finish: (
    id: number,
    outcome: WrittenOutcome & { readonly reason: string },
  ) => Promise<ReviewEnd>
  readonly ask: (request: AskReviewRequest) => Promise<readonly AskedView[]>
}

export interface WantedReviews {
  readonly isOpen: boolean
  readonly list?: string | undefined
  readonly cause?: ReviewCause | undefined
  /** Ids less than this. */
  readonly before?: number | undefined
  readonly limit: number
}
