import type { AppealState } from '../../core/appeal.ts'
import type { Person } from '../../core/person.ts'
import { APPEAL_LIMITS } from '../../curation/appeals/appeal-limits.ts'
import type { Store } from '../../store/open-store.ts'
import { seenAppeal, type FoundAppeal } from './find-appeal.ts'

/** Which appeals are wanted. */
export interface WantedAppeals {
  readonly state?: AppealState | undefined
  /** The last id that was looked at for the page before. */
  readonly after?: number | undefined
  readonly limit: number
}

/** A page of appeals. */
export interface AppealPage {
  readonly found: readonly FoundAppeal[]
  /** What the next page comes after; null for the last. */
  readonly next: number | null
}

/**
 * A page of the appeals that a person may see: open ones oldest first, as a queue, others newest first. Only so many are looked at for one, so
 * that a page may be short, or empty, and have a next one.
 */
export function listAppeals(
  store: Store,
  person: Person,
  { state, after, limit }: WantedAppeals,
): AppealPage {
  return store.read(() => {
    const most = Math.min(limit, APPEAL_LIMITS.page)
    const appeals = store.appeals.page({
      ...(state !== undefined && { state }),
      ...(after !== undefined && { after }),
      limit: APPEAL_LIMITS.looked + 1,
    })
    const found: FoundAppeal[] = []
    for (const [i, appeal] of appeals.entries()) {
      const last = appeals[i - 1]
      if (found.length === most || i === APPEAL_LIMITS.looked) {
        return { found, next: last?.id ?? null }
      }
      const one = seenAppeal(store, person, appeal)
      if (one !== null) found.push(one)
    }
    return { found, next: null }
  })
}
