import type { AppealState } from '../../core/appeal.ts'
import type { Person } from '../../core/person.ts'
import type { Store } from '../../store/open-store.ts'
import { seenAppeal, type FoundAppeal } from './find-appeal.ts'

/** Which appeals are wanted. */
export interface WantedAppeals {
  readonly state?: AppealState | undefined
  /** The last id of the page before. */
  readonly after?: number | undefined
  readonly limit: number
}

/** Appeals that are read at once, of which a person may see some. */
const CHUNK = 200

/** A page of the appeals that a person may see: open ones oldest first, as a queue, others newest first. */
export function listAppeals(
  store: Store,
  person: Person,
  { state, after, limit }: WantedAppeals,
): FoundAppeal[] {
  return store.read(() => {
    const seen: FoundAppeal[] = []
    let behind = after
    for (;;) {
      const appeals = store.appeals.page({
        ...(state !== undefined && { state }),
        ...(behind !== undefined && { after: behind }),
        limit: CHUNK,
      })
      for (const appeal of appeals) {
        const found = seenAppeal(store, person, appeal)
        if (found !== null) seen.push(found)
        if (seen.length === limit) return seen
      }
      behind = appeals.at(-1)?.id
      if (appeals.length < CHUNK) return seen
    }
  })
}
